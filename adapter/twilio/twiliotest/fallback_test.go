package twiliotest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/twilio/twiliotest"
)

// Reference 2.3 and 2.4: documents that are refused, and what follows.

const sorry = "We are sorry, an application error has occurred. Goodbye."

func TestFallback_isRequestedWithTheErrorAndHasNoneItself(t *testing.T) {
	t.Parallel()
	c, s := line(t, twiliotest.Config{}, map[string]string{"/voice": `<Gather action="/key" numDigits="1"/>`, "/key": "", "/fallback": `<Say>please hold</Say><Pause/><Redirect>/broken</Redirect>`, "/broken": "!nonsense"})
	s.codes["/key"] = 500
	c.Assign(office, twiliotest.Number{VoiceURL: s.URL + "/voice", FallbackURL: s.URL + "/fallback"})
	p := dial(t, c)
	press(t, p, "1")
	wait(t, c, time.Second)
	require.Equal(t, []string{"11200", "12100"}, s.forms("/fallback", "ErrorCode"))
	require.Equal(t, []string{s.URL + "/key", s.URL + "/broken"}, s.forms("/fallback", "ErrorUrl")[:2])
	require.Equal(t, 11200, c.Errors()[0].Code)
	s.codes["/fallback"] = 404
	wait(t, c, time.Second)
	require.Equal(t, twiliotest.Over, p.View().State)
	require.Equal(t, sorry, said(p.View())[len(said(p.View()))-1])
	require.Equal(t, "completed", p.View().Status)
}

func TestFallback_withoutOneTheCallEndsWithAnApology(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		page, mime string
		code, want int
	}{
		"no XML":                       {"!<Response>", "text/xml", 0, 12100},
		"space before the declaration": {"!\n<?xml version='1.0'?><Response/>", "text/xml", 0, 12100},
		"an empty answer":              {"!", "text/xml", 0, 12100},
		"another root":                 {"!<response/>", "text/xml", 0, 12100},
		"two roots":                    {"!<Response/><Response/>", "text/xml", 0, 12100},
		"text behind":                  {"!<Response/>x", "text/xml", 0, 12100},
		"a comment alone":              {"!<!-- -->", "text/xml", 0, 12100},
		"a document type":              {"!<!DOCTYPE x><Response/>", "text/xml", 0, 12100},
		"an attribute twice":           {`<Say voice="a" voice="b"/>`, "text/xml", 0, 12100},
		"a namespace":                  {`<x:Say xmlns:x="y"/>`, "text/xml", 0, 12200},
		"an unknown verb":              {`<Shout/>`, "text/xml", 0, 12200},
		"a verb in small letters":      {`<say/>`, "text/xml", 0, 12200},
		"an unknown attribute":         {`<Say tone="loud"/>`, "text/xml", 0, 12200},
		"a bad value":                  {`<Gather timeout="soon"/>`, "text/xml", 0, 12200},
		"a bad list":                   {`<Dial><Number statusCallbackEvent="answered gone">+12025550111</Number></Dial>`, "text/xml", 0, 12200},
		"a host with an underscore":    {`<Record recordingStatusCallback="https://my_host.example/"/>`, "text/xml", 0, 12200},
		"a bad nesting":                {`<Gather><Dial>+12025550111</Dial></Gather>`, "text/xml", 0, 12200},
		"Leave outside of a queue":     {`<Leave/>`, "text/xml", 0, 12200},
		"text where none belongs":      {`<Hangup>bye</Hangup>`, "text/xml", 0, 12200},
		"speech":                       {`<Gather input="speech"/>`, "text/xml", 0, 12200},
		"no address":                   {`<Redirect/>`, "text/xml", 0, 11100},
		"a bad address":                {`<Play>ftp://x.example/a.wav</Play>`, "text/xml", 0, 11100},
		"no type":                      {`<Hangup/>`, "", 0, 12300},
		"another type":                 {`<Hangup/>`, "application/json", 0, 12300},
		"too long":                     {`<Say>` + strings.Repeat("x", 64<<10) + `</Say>`, "text/xml", 0, 11750},
		"not found":                    {`<Hangup/>`, "text/xml", 404, 11200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			carrier, s := line(t, twiliotest.Config{}, map[string]string{"/voice": c.page})
			s.types["/voice"], s.codes["/voice"] = c.mime, c.code
			p := dial(t, carrier)
			require.Equal(t, []int{c.want}, codes(carrier), carrier.Errors())
			require.Equal(t, []string{sorry}, said(p.View()))
			require.Equal(t, "completed", s.form("/status").Get("CallStatus"))
		})
	}
}

func TestDocument_isAlsoReadFromOtherTypes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ page, mime, want string }{
		{`<Say>yes</Say>`, "application/xml", "yes"},
		{`<Say>yes</Say>`, "text/html; charset=utf-8", "yes"},
		{`<Say>yes</Say>`, "text/plain", "yes"},
		{`!no document`, "text/plain", "no document"},
		{`!RIFF`, "audio/wav", "/voice"},
	} {
		carrier, s := line(t, twiliotest.Config{}, map[string]string{"/voice": c.page})
		s.types["/voice"] = c.mime
		heard := strings.Join(said(dial(t, carrier).View()), "")
		require.True(t, strings.HasSuffix(heard, c.want), "%s: %s", c.mime, heard)
		require.Empty(t, carrier.Errors())
	}
}

func TestDocument_whatIsNotKnownHereIsNamed(t *testing.T) {
	t.Parallel()
	c, _ := line(t, twiliotest.Config{}, map[string]string{"/voice": `<Record trim="do-not-trim" maxLength="5"/>`})
	dial(t, c)
	require.Equal(t, []int{0}, codes(c))
	require.Contains(t, c.Errors()[0].Text, "<Record trim>")
}
