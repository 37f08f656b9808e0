package vonage

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
)

func textLogger(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }

// say posts a webhook that Vonage signed.
func say(a *Adapter, address, body string) (code int, text string) {
	w := post(a, address, body, tokenOf(body))
	return w.Code, w.Body.String()
}

func TestWebhook_aCallArrivesWithItsRegionAndItsNumbersInE164(t *testing.T) {
	t.Parallel()
	a, heard := newAdapter(t, Config{})
	doc := document(t, post(a, origin+"/answer", arriving, tokenOf(arriving)))
	require.Equal(t, "talk input", actions(doc))
	e := heard.was()[0]
	require.Equal(t, flow.Info{
		Carrier: "vonage", Ref: "0779a56d002f1c7f47f82ef5fe84ab79", Region: "https://api-us-3.vonage.com", From: "+14155550100", To: "+12025550100",
	}, *e.Start)
	require.True(t, e.Reply)
}

func TestWebhook_numbersAreDigitsWithoutAPlusAndNamesAreKept(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]number.E164{
		"14155550100": "+14155550100", " 14155550100": "+14155550100", "+14155550100": "+14155550100",
		"Unknown": "", "anonymous": "", "Restricted": "", "": "", "266696687": "", "Alice": "Alice", "0A0000000123": "0A0000000123", "12": "12",
	} {
		require.Equal(t, want, party(said), said)
	}
}

func TestWebhook_aRegionIsFollowedOnlyToTheCarriersOwnHosts(t *testing.T) {
	t.Parallel()
	a, _ := newAdapter(t, Config{})
	for said, want := range map[string]string{
		"https://api-eu-3.vonage.com":          "https://api-eu-3.vonage.com",
		"https://API-eu-3.vonage.com/":         "https://api-eu-3.vonage.com",
		"https://api-us-1.nexmo.com":           "https://api-us-1.nexmo.com",
		"http://api-eu-3.vonage.com":           "",
		"https://vonage.com.evil.example":      "",
		"https://evilvonage.com":               "",
		"https://api-eu-3.vonage.com@evil.com": "",
		"https://user@api-eu-3.vonage.com":     "",
		"https://api-eu-3.vonage.com/evil":     "",
		"https://169.254.169.254":              "",
		"https://api-eu-3.vonage.com:8443":     "",
		"::":                                   "",
	} {
		require.Equal(t, want, a.region(said), said)
	}
	local, _ := newAdapter(t, Config{APIURL: "http://127.0.0.1:9"})
	require.Equal(t, "http://127.0.0.1:9/api-eu-3", local.region("http://127.0.0.1:9/api-eu-3"))
	require.Empty(t, local.region("https://api-eu-3.vonage.com"), "a configured API has its regions at its own host")
}

func TestWebhook_entriesInEveryFormAreRead(t *testing.T) {
	t.Parallel()
	a, heard := newAdapter(t, Config{})
	for body, want := range map[string]flow.Digits{
		`{"speech":{"error":"Speech was not enabled"},"dtmf":{"digits":"1001","timed_out":false}}`: "1001",
		`{"dtmf":{"digits":"12*","timed_out":true}}`:                                               "12*",
		`{"dtmf":{"digits":"","timed_out":true}}`:                                                  "",
		`{"dtmf":{"digits":null,"timed_out":true}}`:                                                "",
		`{"dtmf":null}`:                   "",
		`{"timestamp":"x"}`:               "",
		`{"dtmf":"56","timed_out":false}`: "56",
		`{"dtmf":7,"uuid":null}`:          "7",
		`{"dtmf":{"digits":"` + strings.Repeat("1", 99) + `"}}`: flow.Digits(strings.Repeat("1", 64)),
	} {
		code, text := say(a, a.url(acme, 1, atInput, ""), body)
		require.Equal(t, http.StatusOK, code, text)
		e := heard.was()[0]
		require.Equal(t, flow.Pressed, e.Kind)
		require.Equal(t, string(want), string(e.Digits), body)
		require.Equal(t, uint32(1), e.Re)
		require.True(t, e.Reply)
	}
}

// "completed" is the end of a leg, and never that anybody answered.
func TestWebhook_everyStatusOfAConnectMeansWhatItSays(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]flow.Kind{
		`{"status":"busy","sip_code":486}`:                                                          flow.FoundBusy,
		`{"status":"timeout"}`:                                                                      flow.Unanswered,
		`{"status":"unanswered","detail":"timeout"}`:                                                flow.Unanswered,
		`{"status":"unanswered","detail":"carrier_timeout"}`:                                        flow.Unanswered,
		`{"status":"unanswered","detail":"unavailable","sip_code":480}`:                             flow.Unreachable,
		`{"status":"unanswered","sip_code":480}`:                                                    flow.Unreachable,
		`{"status":"rejected","detail":"declined","sip_code":603}`:                                  flow.Declined,
		`{"status":"rejected","sip_code":603}`:                                                      flow.Declined,
		`{"status":"rejected","detail":"invalid_number","sip_code":404}`:                            flow.Unreachable,
		`{"status":"rejected","detail":"restricted","sip_code":403}`:                                flow.Unreachable,
		`{"status":"rejected","detail":"as-yet-unknown-detail"}`:                                    flow.Unreachable,
		`{"status":"failed","detail":"cannot_route"}`:                                               flow.Unreachable,
		`{"status":"failed","detail":"number_out_of_service"}`:                                      flow.Unreachable,
		`{"status":"machine","call_uuid":"x"}`:                                                      flow.Unanswered,
		`{"payload":{},"conversation_uuid":"CON-1"}`:                                                flow.Unanswered, // nobody told why
		`{"status":"answered","start_time":null}`:                                                   flow.Answered,
		`{"status":"started"}`:                                                                      0,
		`{"status":"ringing"}`:                                                                      0,
		`{"status":"cancelled"}`:                                                                    0,
		`{"status":"completed","duration":"7","price":"1","start_time":"2020-07-01T20:45:35.000Z"}`: 0,
		`{"status":"completed","sip_code":486}`:                                                     0,
		`{"status":"something new"}`:                                                                0,
	} {
		a, heard := newAdapter(t, Config{})
		code, text := say(a, a.url(acme, 1, atDial, "s=0&k=1"), body)
		events := heard.was()
		if want == 0 {
			require.Empty(t, events, body)
			require.Equal(t, http.StatusNoContent, code)
			continue
		}
		require.Len(t, events, 1, body)
		require.Equal(t, want, events[0].Kind, body)
		require.Equal(t, want != flow.Answered, events[0].Reply, body)
		require.Equal(t, want == flow.Answered, events[0].ID != "", body)
		if want != flow.Answered {
			require.Equal(t, http.StatusOK, code, text)
		}
	}
}

func TestWebhook_theFirstFailureOfALegCountsAndASecondIsOnlyHeard(t *testing.T) {
	t.Parallel()
	a, heard := newAdapter(t, Config{})
	address := a.url(acme, 1, atDial, "s=0&k=1")
	code, _ := say(a, address, `{"status":"busy","uuid":"L1"}`)
	require.Equal(t, http.StatusOK, code)
	code, _ = say(a, address, `{"status":"timeout","uuid":"L1"}`)
	require.Equal(t, http.StatusNoContent, code)
	code, _ = say(a, address, `{"status":"busy","uuid":"L1","timestamp":"again"}`)
	require.Equal(t, http.StatusOK, code, "the same one again is a request made again")
	require.Len(t, heard.was(), 2)
}

func TestWebhook_theEndOfACallersLegIsTheEndOfTheCallAndOthersAreNot(t *testing.T) {
	t.Parallel()
	a, heard := newAdapter(t, Config{})
	code, _ := say(a, origin+"/answer", arriving)
	require.Equal(t, http.StatusOK, code)
	heard.was()
	for _, status := range []string{"started", "ringing", "answered", "human", "machine", "disconnected", "transcribed"} {
		code, _ := say(a, origin+"/event", `{"status":"`+status+`","uuid":"0779a56d002f1c7f47f82ef5fe84ab79","direction":"inbound"}`)
		require.Equal(t, http.StatusNoContent, code)
		require.Empty(t, heard.was(), status)
	}
	code, _ = say(a, origin+"/event", `{"status":"completed","uuid":"leg","direction":"outbound"}`)
	require.Equal(t, http.StatusNoContent, code)
	code, _ = say(a, origin+"/event", `{"type":"transfer","uuid":"0779a56d002f1c7f47f82ef5fe84ab79","conversation_uuid_from":"CON-1","conversation_uuid_to":"CON-2"}`)
	require.Equal(t, http.StatusNoContent, code)
	require.Empty(t, heard.was())
	code, _ = say(a, origin+"/event", `{"status":"completed","uuid":"0779a56d002f1c7f47f82ef5fe84ab79","direction":"inbound"}`)
	require.Equal(t, http.StatusNoContent, code)
	events := heard.was()
	require.Len(t, events, 1)
	require.Equal(t, flow.HungUp, events[0].Kind)
	require.Equal(t, acme, events[0].Call)
	require.NotEmpty(t, events[0].ID)
}

func TestWebhook_aNodeThatNeverSawTheCallSaysThatItArrivedFirst(t *testing.T) {
	t.Parallel()
	a, heard := newAdapter(t, Config{})
	say(a, origin+"/event", `{"status":"completed","uuid":"u1","direction":"inbound","from":"14155550100","to":"12025550100"}`)
	events := heard.was()
	require.Equal(t, []flow.Kind{flow.Arrived, flow.HungUp}, []flow.Kind{events[0].Kind, events[1].Kind})
	require.Equal(t, "u1", events[0].Start.Ref)
	require.False(t, events[0].Reply)
}

func TestWebhook_aFallbackIsTakenForTheRequestThatItStandsFor(t *testing.T) {
	t.Parallel()
	a, heard := newAdapter(t, Config{})
	address := a.url(acme, 1, atInput, "")
	code, text := say(a, origin+"/answer", `{"dtmf":{"digits":"1001"},"uuid":"u1","reason":"Connection closed.","original_request":{"url":"`+address+`","type":"event"}}`)
	require.Equal(t, http.StatusOK, code, text)
	e := heard.was()[0]
	require.Equal(t, flow.Pressed, e.Kind)
	require.Equal(t, acme, e.Call)
	code, _ = say(a, origin+"/answer", `{"dtmf":{"digits":"1001"},"original_request":{"url":"`+strings.Replace(address, "/1/", "/2/", 1)+`","type":"event"}}`)
	require.Equal(t, http.StatusUnauthorized, code, "one that was not made here")
	code, _ = say(a, origin+"/answer", strings.Replace(arriving, "{", `{"original_request":{"url":"`+origin+`/answer","type":"answer"},`, 1))
	require.Equal(t, http.StatusOK, code)
	require.Equal(t, flow.Arrived, heard.was()[0].Kind)
}

func TestWebhook_recordingsCompleteTheirTurn(t *testing.T) {
	t.Parallel()
	a, heard := newAdapter(t, Config{})
	body := `{"start_time":"2020-07-14T01:23:04Z","recording_url":"https://api.nexmo.com/v1/files/87b8","size":18990,"recording_uuid":"2e78","end_time":"2020-07-14T01:23:09Z","conversation_uuid":"CON-1","timestamp":"2020-07-14T01:23:09.426Z"}`
	code, _ := say(a, a.url(acme, 7, atTaped, ""), body)
	require.Equal(t, http.StatusNoContent, code)
	e := heard.was()[0]
	require.Equal(t, flow.What{Kind: flow.Recorded, Ref: "https://api.nexmo.com/v1/files/87b8", Length: 5e9}, e.What)
	require.Equal(t, uint32(7), e.Re)
	require.NotEmpty(t, e.ID)
}

func TestWebhook_wordsAreFetchedWhereTheirWebhookSays(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"/v1/files/words":  `{"ver":"1.0.0","channels":[{"transcript":[{"sentence":"Please call"},{"sentence":"me back."}],"duration":4}]}`,
		"/v1/files/silent": `{"ver":"1.0.0","channels":[]}`,
		"/v1/files/odd":    `<html>`,
	}
	keeps := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, ok := files[r.URL.Path]
		if !ok || !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") {
			http.NotFound(w, r)
			return
		}
		_, _ = io.WriteString(w, text)
	}))
	t.Cleanup(keeps.Close)
	a, heard := newAdapter(t, Config{APIURL: keeps.URL})
	for name, want := range map[string]string{
		keeps.URL + "/v1/files/words": "Please call me back.", keeps.URL + "/v1/files/silent": "", keeps.URL + "/v1/files/odd": "",
		keeps.URL + "/v1/files/gone": "", "https://evil.example/v1/files/words": "", "": "",
	} {
		before := len(heard.was())
		body := `{"type":"record","recording_uuid":"2e78","status":"transcribed","transcription_url":"` + name + `","conversation_uuid":"CON-1","timestamp":"` + name + `"}`
		code, _ := say(a, a.url(acme, 7, atWords, ""), body)
		require.Equal(t, http.StatusNoContent, code, name)
		if want == "" {
			require.Len(t, heard.was(), before, name)
			continue
		}
		require.Equal(t, flow.What{Kind: flow.Transcribed, Entry: want}, heard.was()[before].What)
	}
}

func TestWebhook_whatCannotBeStoredIsSentAgain(t *testing.T) {
	t.Parallel()
	a, heard := newAdapter(t, Config{})
	heard.turn, heard.err = flow.Turn{Seq: flow.SafeSeq, Move: flow.Move{Do: flow.Command{Kind: flow.Again, Retry: 1}}}, io.ErrUnexpectedEOF
	code, _ := say(a, a.url(acme, 1, atDial, "s=0&k=1"), `{"status":"answered","uuid":"L1"}`)
	require.Equal(t, http.StatusServiceUnavailable, code)
	// A safe turn asks to be told the same again, with what was said.
	body := `{"dtmf":{"digits":"1001"},"uuid":"u1","from":"14155550100","to":"12025550100"}`
	doc := document(t, post(a, a.url(acme, 1, atInput, ""), body, tokenOf(body)))
	require.Equal(t, "wait notify", actions(doc))
	again := doc[1]["eventUrl"].([]any)[0].(string)
	heard.was()
	heard.turn, heard.err = greeting, nil
	code, text := say(a, again, `{"payload":`+jsonOf(doc[1]["payload"])+`,"conversation_uuid":"CON-1"}`)
	require.Equal(t, http.StatusOK, code, text)
	e := heard.was()[0]
	require.Equal(t, "1001", string(e.Digits))
	require.Equal(t, uint8(1), e.Try)
	require.Equal(t, number.E164("+12025550100"), e.Start.To)
}

func TestWebhook_answersWhatIsNoneOfItsBusiness(t *testing.T) {
	t.Parallel()
	a, heard := newAdapter(t, Config{})
	require.Equal(t, http.StatusNotFound, post(a, origin+"/nothing", "{}", tokenOf("{}")).Code)
	require.Equal(t, http.StatusMethodNotAllowed, send(a, http.MethodPut, origin+"/answer", "{}", tokenOf("{}")).Code)
	long := `{"x":"` + strings.Repeat("x", maxBody) + `"}`
	require.Equal(t, http.StatusRequestEntityTooLarge, post(a, origin+"/answer", long, tokenOf(long)).Code)
	require.Equal(t, http.StatusUnauthorized, post(a, origin+"/answer", "no JSON", tokenOf("no JSON")).Code)
	require.Empty(t, heard.was())
	tone := send(a, http.MethodGet, origin+"/ringback.wav", "", "")
	require.Equal(t, http.StatusOK, tone.Code)
	require.Equal(t, "audio/wav", tone.Header().Get("Content-Type"))
	require.Equal(t, 44+2*toneAll, tone.Body.Len())
	none, err := New(Config{ApplicationID: appID, PrivateKey: testKey(), APIKey: apiKey, SignatureSecrets: []string{secret1}, PublicURL: origin, Now: a.now})
	require.NoError(t, err)
	require.Equal(t, http.StatusServiceUnavailable, post(none, origin+"/answer", arriving, tokenOf(arriving)).Code)
}
