package vonagetest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	sdk "github.com/vonage/vonage-go-sdk/jwt"

	"github.com/extflow/extflow/adapter/vonage/vonagetest"
)

// api is the REST API as a program sees it.
type api struct {
	t      *testing.T
	c      *vonagetest.Carrier
	bearer string
}

func program(t *testing.T, c *vonagetest.Carrier) *api {
	t.Helper()
	token, err := sdk.NewGenerator(c.ApplicationID(), []byte(c.PrivateKey())).GenerateToken()
	require.NoError(t, err)
	return &api{t, c, token}
}

func (a *api) ask(method, path, body string) (int, map[string]any) {
	a.t.Helper()
	r, err := http.NewRequest(method, a.c.URL()+path, strings.NewReader(body))
	require.NoError(a.t, err)
	r.Header.Set("Authorization", "Bearer "+a.bearer)
	resp, err := http.DefaultClient.Do(r)
	require.NoError(a.t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(a.t, err)
	var out map[string]any
	_ = json.Unmarshal(text, &out)
	return resp.StatusCode, out
}

const create = `{"to":[{"type":"app","user":"ada"}],"from":{"type":"phone","number":"12025550100"},"answer_url":["$/up"],"answer_method":"POST","event_url":["$/leg"],"ringing_timer":20}`

func TestAPI_aLegIsPlacedAnswersAndIsMovedAndEnded(t *testing.T) {
	t.Parallel()
	c, s := line(t, vonagetest.Config{}, map[string]string{"/up": `[{"action":"wait","timeout":60}]`, "/moved": `[{"action":"conversation","name":"a"}]`})
	p := program(t, c)
	code, made := p.ask(http.MethodPost, "/v1/calls", strings.ReplaceAll(create, "$", s.url))
	require.Equal(t, http.StatusCreated, code)
	require.Equal(t, "started", made["status"])
	uuid := made["uuid"].(string)
	code, _ = p.ask(http.MethodPut, "/v1/calls/"+uuid, `{"action":"transfer","destination":{"type":"ncco","url":["`+s.url+`/moved"]}}`)
	require.Equal(t, http.StatusBadRequest, code, "it was not answered")
	wait(t, c, 0)
	require.NoError(t, c.Agent("client:ada").Answer(t.Context()))
	require.Equal(t, []string{"/leg started", "/leg ringing", "/leg answered", "/up"}, s.asked())
	was := s.last("/up")["conversation_uuid"]
	code, _ = p.ask(http.MethodPut, "/v1/calls/"+uuid, `{"action":"transfer","destination":{"type":"ncco","url":["`+s.url+`/moved"]}}`)
	require.Equal(t, http.StatusNoContent, code)
	wait(t, c, 0)
	require.Equal(t, []string{"/leg", "/moved", "/leg"}, s.asked(), "two transfers: out of its conversation, and into the named one")
	_, now := p.ask(http.MethodGet, "/v1/calls/"+uuid, "")
	require.NotEqual(t, was, now["conversation_uuid"])
	require.Equal(t, "answered", now["status"])
	code, _ = p.ask(http.MethodPut, "/v1/calls/"+uuid, `{"action":"hangup"}`)
	require.Equal(t, http.StatusNoContent, code)
	code, _ = p.ask(http.MethodPut, "/v1/calls/"+uuid, `{"action":"hangup"}`)
	require.Equal(t, http.StatusNotFound, code)
	wait(t, c, 0)
	require.Equal(t, []string{"/leg completed"}, s.asked())
	require.Empty(t, c.Errors())
}

func TestAPI_refusesWhatVonageDoesInItsShapes(t *testing.T) {
	t.Parallel()
	c, s := line(t, vonagetest.Config{Region: "api-eu-3", PerSecond: 1}, map[string]string{"/answer": `[{"action":"wait","timeout":60}]`})
	dial(t, c)
	leg := s.last("/answer")["uuid"].(string)
	require.Equal(t, c.RegionURL(), s.last("/answer")["region_url"])
	p := program(t, c)
	code, body := p.ask(http.MethodGet, "/v1/calls/"+leg, "")
	require.Equal(t, http.StatusNotFound, code, "another region does not know it")
	require.Equal(t, "NOT_FOUND", body["type"])
	code, _ = p.ask(http.MethodGet, "/api-eu-3/v1/calls/"+leg, "")
	require.Equal(t, http.StatusOK, code)
	good := strings.ReplaceAll(create, "$", s.url)
	for _, bad := range []string{
		`[]`, `{}`, strings.Replace(good, "12025550100", "12025559999", 1), strings.Replace(good, `"ringing_timer":20`, `"ringing_timer":121`, 1),
		strings.Replace(good, `"answer_method":"POST",`, `"ncco":[],`, 1), strings.Replace(good, `"type":"app","user":"ada"`, `"type":"phone","number":"+1"`, 1),
	} {
		code, _ := p.ask(http.MethodPost, "/api-eu-3/v1/calls/", bad)
		require.Equal(t, http.StatusBadRequest, code, bad)
	}
	code, _ = p.ask(http.MethodPost, "/api-eu-3/v1/calls", good)
	require.Equal(t, http.StatusCreated, code)
	code, body = p.ask(http.MethodPost, "/api-eu-3/v1/calls", good)
	require.Equal(t, http.StatusTooManyRequests, code)
	require.Contains(t, body["type"], "throttled")
	p.bearer = "x.y.z"
	code, body = p.ask(http.MethodGet, "/api-eu-3/v1/calls/"+leg, "")
	require.Equal(t, http.StatusUnauthorized, code)
	require.Equal(t, "UNAUTHORIZED", body["type"])
}

func TestConversation_endsForTheOtherWhenOneLeaves(t *testing.T) {
	t.Parallel()
	const room = `[{"action":"conversation","name":"a","startOnEnter":true,"endOnExit":true},{"action":"talk","text":"and on"}]`
	for goesOn, want := range map[bool]int{false: 0, true: 1} {
		c, s := line(t, vonagetest.Config{Unsure: vonagetest.Unsure{GoesOn: goesOn}}, map[string]string{"/answer": room, "/up": room})
		phone := dial(t, c)
		require.Equal(t, vonagetest.Joining, phone.View().State)
		p := program(t, c)
		p.ask(http.MethodPost, "/v1/calls", strings.ReplaceAll(create, "$", s.url))
		wait(t, c, 0)
		ada := c.Agent("client:ada")
		require.NoError(t, ada.Answer(t.Context()))
		require.Equal(t, []string{"client:ada"}, phone.View().With)
		require.NoError(t, ada.HangUp(t.Context()))
		wait(t, c, time.Second)
		require.Equal(t, vonagetest.Over, phone.View().State)
		require.Len(t, phone.View().Heard, want)
	}
}

func TestFaults_befallWebhooksAndTheAPI(t *testing.T) {
	t.Parallel()
	c, s := line(t, vonagetest.Config{}, map[string]string{"/answer": `[{"action":"wait","timeout":60}]`})
	c.Break(vonagetest.Faults{
		Next: []vonagetest.Fault{{For: vonagetest.ForAnswer, Cut: true}, {For: vonagetest.ForEvent, Lost: true}, {For: vonagetest.ForEvent, Twice: true}},
		API:  []vonagetest.APIFault{{Status: 503, RetryAfter: time.Second}},
	})
	phone := dial(t, c)
	require.Equal(t, []string{"/event ringing", "/event ringing", "/answer", "/event answered"}, s.asked(), "the first event is lost, the second comes twice, and the answer is fetched at the second try")
	code, _ := program(t, c).ask(http.MethodGet, "/v1/calls", "")
	require.Equal(t, http.StatusServiceUnavailable, code)
	require.NoError(t, phone.HangUp(t.Context()))
	require.Empty(t, c.Errors())
}
