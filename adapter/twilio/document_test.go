package twilio

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
)

var acme = flow.Key{Account: "acme", ID: "c1"}

// caller is whose call the turns of these tests are.
var caller = &flow.Info{Key: acme, Carrier: "twilio", Ref: "CA1", From: "+14155550100", To: "+12025550100"}

func turn(do flow.Command, say ...string) flow.Turn {
	t := flow.Turn{Call: acme, Seq: 3, Info: caller, Move: flow.Move{Do: do}}
	for _, s := range say {
		t.Move.Say = append(t.Move.Say, flow.Message{Say: s, Language: "en-US"})
	}
	return t
}

// shown is the document of a turn, in words.
func shown(t testing.TB, c Config, stands flow.Turn) string {
	t.Helper()
	d, tw := newLine(t, c)
	d.stands(stands)
	return post(t, tw, origin+"/twilio/call/acme/c1/2/next", during()).says()
}

func TestDocument_listening(t *testing.T) {
	t.Parallel()
	flowEntry := flow.Command{Kind: flow.Listen, Digits: 4, First: 3 * time.Second, Inter: 4500 * time.Millisecond, Finish: "#", Star: true}
	menu := flow.Command{Kind: flow.Listen, Digits: 1, First: 5 * time.Second, Inter: 5 * time.Second, Keys: "129"}
	quiet := flowEntry
	quiet.NoBarge = true
	open := flow.Command{Kind: flow.Listen, First: time.Second, Finish: "##"}
	for name, c := range map[string]struct {
		config Config
		turn   flow.Turn
		want   string
	}{
		"an extension": {turn: turn(flowEntry, "Hello."),
			want: `Gather action=acme/c1/3/gather actionOnEmptyResult=true finishOnKey=# numDigits=4 timeout=5 (Say language=en-US "Hello."); Redirect "acme/c1/3/gather"`},
		"a single key, where # is a key like any other": {turn: turn(menu, "Press 1."),
			want: `Gather action=acme/c1/3/gather actionOnEmptyResult=true finishOnKey= numDigits=1 timeout=5 (Say language=en-US "Press 1."); Redirect "acme/c1/3/gather"`},
		"keys count after the prompt": {turn: turn(quiet, "Hello."),
			want: `Say language=en-US "Hello."; Gather action=acme/c1/3/gather actionOnEmptyResult=true finishOnKey=# numDigits=4 timeout=5; Redirect "acme/c1/3/gather"`},
		"no longest entry, and a finish that Twilio does not know": {turn: turn(open),
			want: `Gather action=acme/c1/3/gather actionOnEmptyResult=true finishOnKey= timeout=1; Redirect "acme/c1/3/gather"`},
		"instant star": {config: Config{Star: Instant}, turn: turn(flowEntry, "Hello."),
			want: `Gather action=acme/c1/3/first actionOnEmptyResult=true finishOnKey= numDigits=1 timeout=5 (Say language=en-US "Hello."); Redirect "acme/c1/3/gather"`},
		"star ends the entry": {config: Config{Star: FinishKey}, turn: turn(flowEntry, "Hello."),
			want: `Gather action=acme/c1/3/gather actionOnEmptyResult=true finishOnKey=* numDigits=4 timeout=5 (Say language=en-US "Hello."); Redirect "acme/c1/3/gather"`},
		"with overrides": {config: Config{Overrides: "rc=2&rp=5xx"}, turn: turn(menu),
			want: `Gather action=acme/c1/3/gather#rc=2&rp=5xx actionOnEmptyResult=true finishOnKey= numDigits=1 timeout=5; Redirect "acme/c1/3/gather#rc=2&rp=5xx"`},
	} {
		require.Equal(t, c.want, shown(t, c.config, c.turn), name)
	}
}

func TestDocument_ringing(t *testing.T) {
	t.Parallel()
	ring := func(ends ...string) flow.Command {
		c := flow.Command{Kind: flow.Connect, Time: 20 * time.Second, Limit: 2 * time.Hour, CallerID: flow.ShowCaller,
			Party: &extension.Party{Agent: "ada"}, Screen: &flow.Screen{Message: flow.Message{Say: "Call."}, Time: 8e9, Times: 2}}
		for _, e := range ends {
			c.Party.Endpoints = append(c.Party.Endpoints, extension.Endpoint{Address: e})
		}
		return c
	}
	taken := `statusCallback=acme/c1/3/taken statusCallbackEvent=answered`
	for name, c := range map[string]struct {
		config Config
		turn   flow.Turn
		want   string
	}{
		"an app and a desk phone ring together, for as long as the account says": {turn: turn(ring("client:ada", "sip:ada@pbx.example;x=1"), "One moment."),
			want: `Say language=en-US "One moment."; Dial action=acme/c1/3/dial answerOnBridge=true callerId=+14155550100 timeLimit=7200 timeout=15 (Client ` + taken + ` "ada"; Sip ` + taken + ` "sip:ada@pbx.example;x=1")`},
		"who must press 1 rings after them, each in its share": {turn: turn(ring("tel:+12025550111", "client:ada")),
			want: `Dial action=acme/c1/3/dial?s=0&k=2 answerOnBridge=true callerId=+14155550100 timeLimit=7200 timeout=5 (Client ` + taken + ` "ada")`},
		"one who must press 1": {turn: turn(ring("tel:+12025550111")),
			want: `Dial action=acme/c1/3/dial?s=0&k=1&w=1 answerOnBridge=true callerId=+14155550100 timeLimit=7200 timeout=15 (Number url=acme/c1/3/ask "+12025550111")`},
		"a carrier that adds nothing": {config: Config{Dialect: Dialect{ExtraRing: -1}}, turn: turn(ring("sip:ada@pbx.example")),
			want: `Dial action=acme/c1/3/dial answerOnBridge=true callerId=+14155550100 timeLimit=7200 timeout=20 (Sip ` + taken + ` "sip:ada@pbx.example")`},
		"nobody that can be rung": {config: Config{Dialect: SignalWire(), AuthTokens: []string{token}}, turn: turn(ring()),
			want: `Redirect "acme/c1/3/dial?DialCallStatus=failed"`},
	} {
		if c.config.Dialect.Header == "" {
			require.Equal(t, c.want, shown(t, c.config, c.turn), name)
		} else {
			d, tw := newLine(t, c.config)
			d.stands(turn(ring("client:ada")))
			tw.header = "X-Twilio-Signature"
			require.Equal(t, c.want, post(t, tw, origin+"/twilio/call/acme/c1/2/next", during()).says(), name)
		}
	}
}

func TestDocument_theAgentSeesTheCallerUnlessThatCannotBe(t *testing.T) {
	t.Parallel()
	do := flow.Command{Kind: flow.Connect, Time: 20e9, Party: &extension.Party{Endpoints: []extension.Endpoint{{Address: "client:ada"}}}}
	for name, c := range map[string]struct {
		from, to string
		id       flow.CallerID
		want     string
	}{
		"the caller":                   {"+14155550100", "+12025550100", flow.ShowCaller, "callerId=+14155550100 "},
		"the number, as the flow says": {"+14155550100", "+12025550100", flow.ShowNumber, "callerId=+12025550100 "},
		"withheld":                     {"anonymous", "+12025550100", flow.ShowCaller, "callerId=+12025550100 "},
		"from an app":                  {"client:bob", "+12025550100", flow.ShowCaller, "callerId=+12025550100 "},
		"neither is a number":          {"client:bob", "sip:desk@x.example", flow.ShowCaller, ""},
	} {
		d, tw := newLine(t, Config{})
		do.CallerID = c.id
		stands := turn(do)
		stands.Info = nil // the request says it too
		d.stands(stands)
		got := post(t, tw, origin+"/twilio/call/acme/c1/3/next", during("From", c.from, "To", c.to)).says()
		require.Contains(t, got, "answerOnBridge=true "+c.want+"timeout", name)
	}
}

func TestDocument_holdingAndItsLaps(t *testing.T) {
	t.Parallel()
	music := &flow.Message{Play: "https://media.example.com/hold.mp3?a=1&b=2"}
	hold := flow.Command{Kind: flow.Hold, Keys: "*", Music: music}
	d, tw := newLine(t, Config{})
	d.stands(turn(hold, "Please hold."))
	const lap = `Play "https://media.example.com/hold.mp3?a=1&b=2"`
	first := `Gather action=acme/c1/3/key finishOnKey= numDigits=1 timeout=1 (Say language=en-US "Please hold."; ` + lap + `); Redirect "acme/c1/3/hold"`
	again := `Gather action=acme/c1/3/key finishOnKey= numDigits=1 timeout=1 (` + lap + `); Redirect "acme/c1/3/hold"`
	require.Equal(t, first, post(t, tw, origin+"/twilio/call/acme/c1/2/gather", during()).says())
	require.Equal(t, again, post(t, tw, origin+"/twilio/call/acme/c1/3/hold", during()).says(), "the words are said once")
	require.Zero(t, d.last(t).Kind)
	require.True(t, d.last(t).Reply)
	require.Equal(t, again, post(t, tw, origin+"/twilio/call/acme/c1/3/key", during("Digits", "5")).says(), "a key that means nothing")
	require.Equal(t, flow.What{Kind: flow.Pressed, Digits: "5"}, d.last(t).What)
	require.Equal(t, first, post(t, tw, origin+"/twilio/call/acme/c1/2/hold", during()).says(), "a lap of an older turn: this one is new")

	silence := flow.Command{Kind: flow.Hold}
	require.Equal(t, `Gather action=acme/c1/3/hold finishOnKey= timeout=20; Redirect "acme/c1/3/hold"`, shown(t, Config{}, turn(silence)), "it answers, as a Pause would not")
	require.Equal(t, `Say language=en-US "Please hold."; Pause length=20; Redirect "acme/c1/3/hold"`, shown(t, Config{}, turn(silence, "Please hold.")))
	require.Equal(t, `Play "https://x.example/m.mp3"; Redirect "acme/c1/3/hold"`, shown(t, Config{HoldMusic: "https://x.example/m.mp3"}, turn(silence)))
	silence.Music = &flow.Message{Say: "La la la."}
	require.Equal(t, `Say "La la la."; Pause length=20; Redirect "acme/c1/3/hold"`, shown(t, Config{}, turn(silence)))
	silence.Music = &flow.Message{Play: "our music/1.mp3"}
	require.Equal(t, `Play "https://calls.example.com/twilio/media/acme/our%20music%2F1.mp3"; Redirect "acme/c1/3/hold"`, shown(t, Config{}, turn(silence)))
	require.Equal(t, `Play "https://cdn.example/x/acme/our%20music%2F1.mp3"; Redirect "acme/c1/3/hold"`, shown(t, Config{MediaURL: "https://cdn.example/x/"}, turn(silence)))
}

func TestDocument_recordingAndTheKeysOfItsGreeting(t *testing.T) {
	t.Parallel()
	record := flow.Command{Kind: flow.Record, Time: 2 * time.Minute, Silence: 5 * time.Second, Finish: "#"}
	const tape = `Record action=acme/c1/3/record finishOnKey=# maxLength=120 playBeep=true recordingStatusCallback=acme/c1/3/taped recordingStatusCallbackEvent=completed absent timeout=5; Redirect "acme/c1/3/record"`
	require.Equal(t, `Say language=en-US "After the tone."; `+tape, shown(t, Config{}, turn(record, "After the tone.")))
	record.Keys = "0"
	d, tw := newLine(t, Config{})
	d.stands(turn(record, "After the tone."))
	require.Equal(t, `Gather action=acme/c1/3/key finishOnKey= numDigits=1 timeout=1 (Say language=en-US "After the tone."); `+tape,
		post(t, tw, origin+"/twilio/call/acme/c1/2/dial", during("DialCallStatus", "busy")).says())
	require.Equal(t, tape, post(t, tw, origin+"/twilio/call/acme/c1/3/key", during("Digits", "7")).says(), "any other key skips the greeting")
}

func TestDocument_joiningATalk(t *testing.T) {
	t.Parallel()
	join := flow.Command{Kind: flow.Join, Limit: time.Hour, Room: "c1"}
	require.Equal(t, `Dial action=acme/c1/3/join timeLimit=3600 (Conference beep=false endConferenceOnExit=true maxParticipants=2 startConferenceOnEnter=true waitUrl=acme/c1/3/alone "extflow:acme:c1")`,
		shown(t, Config{}, turn(join)))
}

func TestDocument_endingACall(t *testing.T) {
	t.Parallel()
	d, tw := newLine(t, Config{})
	voice := func(try string, status string) string {
		form := during("CallStatus", status)
		return post(t, tw, origin+"/twilio/voice"+try, form).says()
	}
	for cause, want := range map[flow.Cause]string{flow.Normal: "Hangup", flow.LineBusy: "Reject reason=busy", flow.Unassigned: "Reject reason=rejected"} {
		stands := turn(flow.Command{Kind: flow.Hangup, Cause: cause})
		stands.Seq = flow.SafeSeq
		d.stands(stands)
		require.Equal(t, want, voice("", "ringing"))
		require.Equal(t, "Hangup", voice("", "in-progress"), "it was taken already")
		require.Equal(t, "Hangup", voice("?a=1", "ringing"), "something was said already")
		require.Equal(t, "Hangup", post(t, tw, origin+"/twilio/call/acme/c1/3/gather", during()).says())
	}
	require.Equal(t, `Say language=en-US "Goodbye."; Hangup`, shown(t, Config{}, turn(flow.Command{Kind: flow.Hangup}, "Goodbye.")))
	require.Equal(t, "Hangup", shown(t, Config{}, turn(flow.Command{Kind: flow.Find})), "nothing that a carrier can do")
}

func TestDocument_staysBelowTheLimitWhateverIsToBeSaid(t *testing.T) {
	t.Parallel()
	var lots []string
	for range 100 {
		lots = append(lots, strings.Repeat("<&\r", 5000))
	}
	stands := turn(flow.Command{Kind: flow.Hangup}, lots...)
	stands.Move.Say[0] = flow.Message{Play: "https://x.example/" + strings.Repeat("&", 10000)}
	require.NotEmpty(t, shown(t, Config{}, stands)) // valid() holds the length
	require.Equal(t, "aé", cut("aéé", 4))
}

func TestDocument_theSameTurnGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	d, tw := newLine(t, Config{})
	d.stands(turn(flow.Command{Kind: flow.Listen, Digits: 4, First: 5e9, Finish: "#"}, "Hello."))
	first := post(t, tw, origin+"/twilio/call/acme/c1/3/next", during()).body
	for range 20 {
		require.Equal(t, first, post(t, tw, origin+"/twilio/call/acme/c1/3/next", during()).body)
	}
}
