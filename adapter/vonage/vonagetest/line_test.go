package vonagetest_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/vonage/vonagetest"
)

// site is a server under test whose documents are written down beforehand. $ in them is
// its own address.
type site struct {
	t    *testing.T
	url  string
	mu   sync.Mutex
	says map[string]string
	got  []string // path and, where there is one, status
	said map[string][]map[string]any
	code map[string][]int // to be answered first
}

func line(t *testing.T, cfg vonagetest.Config, says map[string]string) (*vonagetest.Carrier, *site) {
	t.Helper()
	s := &site{t: t, says: says, said: map[string][]map[string]any{}, code: map[string][]int{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.url = server.URL
	c := vonagetest.Start(t, cfg)
	c.Link(vonagetest.Application{AnswerURL: s.url + "/answer", FallbackURL: s.url + "/fallback", EventURL: s.url + "/event"})
	c.Assign("12025550100")
	return c, s
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	var said map[string]any
	_ = json.Unmarshal(body, &said)
	what := r.URL.Path
	if status, ok := said["status"].(string); ok {
		what += " " + status
	}
	s.got = append(s.got, what)
	s.said[r.URL.Path] = append(s.said[r.URL.Path], said)
	if codes := s.code[r.URL.Path]; len(codes) > 0 {
		s.code[r.URL.Path] = codes[1:]
		w.WriteHeader(codes[0])
		return
	}
	doc, ok := s.says[r.URL.Path]
	if !ok {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, strings.ReplaceAll(doc, "$", s.url))
}

func (s *site) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	got := s.got
	s.got = nil
	return got
}

func (s *site) last(path string) map[string]any {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.said[path]
	require.NotEmpty(s.t, all, path)
	return all[len(all)-1]
}

func dial(t *testing.T, c *vonagetest.Carrier) *vonagetest.Phone {
	t.Helper()
	p, err := c.Dial(t.Context(), "14155550100", "12025550100", vonagetest.Options{})
	require.NoError(t, err)
	return p
}

func wait(t *testing.T, c *vonagetest.Carrier, d time.Duration) {
	t.Helper()
	require.NoError(t, c.Wait(context.Background(), d))
}

const asking = `[{"action":"talk","text":"Extension, please.","bargeIn":true},
	{"action":"input","type":["dtmf"],"dtmf":{"timeOut":5,"maxDigits":4,"submitOnHash":true},"eventUrl":["$/key"]},{"action":"talk","text":"and on"}]`

func TestInput_endsAtTheLastDigitAtHashOrWhenTheTimeIsOver(t *testing.T) {
	t.Parallel()
	for keys, want := range map[string]map[string]any{
		"1001": {"digits": "1001", "timed_out": false}, "10#": {"digits": "10", "timed_out": false},
		"12*": {"digits": "12*", "timed_out": true}, "": {"digits": "", "timed_out": true},
	} {
		c, s := line(t, vonagetest.Config{}, map[string]string{"/answer": asking, "/key": `[{"action":"talk","text":"thank you"}]`})
		p := dial(t, c)
		require.NoError(t, p.Press(t.Context(), keys))
		wait(t, c, 5*time.Second)
		require.Equal(t, want, s.last("/key")["dtmf"], keys)
		require.Equal(t, vonagetest.Over, p.View().State, "the last action has ended")
		require.Empty(t, c.Errors())
	}
}

func TestInput_withoutADocumentTheCallGoesOn(t *testing.T) {
	t.Parallel()
	c, s := line(t, vonagetest.Config{}, map[string]string{"/answer": asking, "/key": `{}`})
	p := dial(t, c)
	require.NoError(t, p.Press(t.Context(), "#"))
	heard := p.View().Heard
	require.Equal(t, "and on", heard[len(heard)-1].Text)
	require.Equal(t, []string{"/event started", "/event ringing", "/answer", "/event answered", "/key", "/event completed"}, s.asked())
}

const ringing = `[{"action":"connect","from":"12025550100","eventType":"synchronous","timeout":20,"endpoint":[{"type":"phone","number":"12025550111"}],"eventUrl":["$/leg"]},
	{"action":"talk","text":"nobody"}]`

func TestConnect_aFailureAsksWhatComesNextAndCompletedFollowsButForRejected(t *testing.T) {
	t.Parallel()
	for manner, want := range map[vonagetest.Manner][]string{
		vonagetest.Engaged:     {"/leg started", "/leg busy", "/leg completed"},
		vonagetest.Unreachable: {"/leg started", "/leg unanswered", "/leg completed"},
		vonagetest.Declines:    {"/leg started", "/leg ringing", "/leg rejected"},
		vonagetest.RingsOut:    {"/leg started", "/leg ringing", "/leg timeout", "/leg completed"},
	} {
		c, s := line(t, vonagetest.Config{}, map[string]string{"/answer": ringing})
		c.Agent("tel:+12025550111").Set(manner, 0)
		p := dial(t, c)
		wait(t, c, 20*time.Second)
		var legs []string
		for _, a := range s.asked() {
			if strings.HasPrefix(a, "/leg") {
				legs = append(legs, a)
			}
		}
		require.Equal(t, want, legs)
		require.Equal(t, "nobody", p.View().Heard[0].Text, "without a document the next action is carried out")
	}
}

func TestConnect_whenEitherSideHangsUpTheWholeCallIsOver(t *testing.T) {
	t.Parallel()
	c, s := line(t, vonagetest.Config{}, map[string]string{"/answer": ringing})
	p := dial(t, c)
	ada := c.Agent("tel:+12025550111")
	require.Equal(t, "+12025550100", ada.View().Shown)
	require.NoError(t, ada.Answer(t.Context()))
	require.Equal(t, vonagetest.Talking, p.View().State)
	require.NoError(t, ada.HangUp(t.Context()))
	require.Equal(t, vonagetest.Over, p.View().State)
	require.Equal(t, "user", s.last("/leg")["disconnected_by"])
	require.Equal(t, "platform", s.last("/event")["disconnected_by"])
	require.Empty(t, p.View().Heard, "nothing comes after a talk")
}

func TestConnect_aNumberOfSomebodyElsesIsNotShownToATelephone(t *testing.T) {
	t.Parallel()
	c, _ := line(t, vonagetest.Config{}, map[string]string{"/answer": strings.Replace(ringing, `"from":"12025550100"`, `"from":"14155550100"`, 1)})
	dial(t, c)
	require.Len(t, c.Errors(), 1)
	require.Contains(t, c.Errors()[0].Text, "cannot be shown")
}

func TestEvents_comeInTheOrdersThatWereRecorded(t *testing.T) {
	t.Parallel()
	c, s := line(t, vonagetest.Config{Wild: true}, map[string]string{"/answer": ringing})
	c.Agent("tel:+12025550111").Set(vonagetest.Engaged, 0)
	dial(t, c)
	require.Equal(t, []string{"/event ringing", "/event started", "/answer", "/event answered", "/leg ringing", "/leg started", "/leg completed", "/leg busy"}, s.asked()[:8])
}

func TestDocument_thatCannotBeCarriedOutGoesToTheFallback(t *testing.T) {
	t.Parallel()
	for name, doc := range map[string]string{"no JSON": `<Response/>`, "no such action": `[{"action":"hangup"}]`, "no array": `{}`} {
		c, s := line(t, vonagetest.Config{}, map[string]string{"/answer": doc, "/fallback": `[{"action":"talk","text":"sorry"}]`})
		p := dial(t, c)
		require.Equal(t, "sorry", p.View().Heard[0].Text, name)
		require.NotEmpty(t, c.Errors(), name)
		require.Equal(t, "answer", s.last("/fallback")["original_request"].(map[string]any)["type"])
	}
}

func TestWebhook_isMadeOnceMoreWhereThatMayHelpAndNotOtherwise(t *testing.T) {
	t.Parallel()
	for code, tries := range map[int]int{503: 2, 504: 2, 429: 2, 500: 1, 404: 1, 401: 1} {
		c, s := line(t, vonagetest.Config{}, map[string]string{"/answer": `[{"action":"wait","timeout":60}]`})
		s.code["/answer"] = []int{code}
		p := dial(t, c)
		got := 0
		for _, a := range s.asked() {
			if a == "/answer" {
				got++
			}
		}
		require.Equal(t, tries, got, code)
		require.Equal(t, tries == 1, p.View().State == vonagetest.Over, code)
	}
}

func TestRecord_goesOnBeforeTheRecordingIsTold(t *testing.T) {
	t.Parallel()
	const doc = `[{"action":"record","timeOut":60,"endOnSilence":5,"endOnKey":"#","beepStart":true,"eventUrl":["$/taped"]},{"action":"notify","payload":{"x":1},"eventUrl":["$/over"]}]`
	for trims, length := range map[bool]time.Duration{false: 13 * time.Second, true: 8 * time.Second} {
		c, s := line(t, vonagetest.Config{Unsure: vonagetest.Unsure{Trims: trims}}, map[string]string{"/answer": doc, "/over": `[{"action":"wait","timeout":60}]`})
		p := dial(t, c)
		require.Equal(t, vonagetest.Recording, p.View().State)
		require.NoError(t, p.Speak(t.Context(), 8*time.Second))
		wait(t, c, 13*time.Second)
		asked := s.asked()
		require.Equal(t, "/over", asked[len(asked)-1])
		require.Equal(t, map[string]any{"x": 1.0}, s.last("/over")["payload"])
		wait(t, c, time.Second)
		from, err := time.Parse(time.RFC3339, s.last("/taped")["start_time"].(string))
		require.NoError(t, err)
		to, err := time.Parse(time.RFC3339, s.last("/taped")["end_time"].(string))
		require.NoError(t, err)
		require.Equal(t, length, to.Sub(from))
		require.NotContains(t, s.last("/taped"), "uuid", "whose recording it is only its address tells")
	}
}
