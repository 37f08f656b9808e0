package main

import (
	"bufio"
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/storage"
)

func TestGate_holdsForEveryRouteOfTheServer(t *testing.T) {
	t.Parallel()
	p := start(t, nil).checked()
	fill := strings.NewReplacer("{agent}", "ada", "{name}", "support", "{call}", "c1", "{release}", "1", "{id}", "sim-1", "{file}", "hold.mp3")
	for op := range p.spec.operations() {
		method, path, _ := strings.Cut(op, " ")
		p.spec = nil
		for _, header := range [][]string{{"X-Forwarded-For", "203.0.113.9"}, {"Via", "1.1 tunnel"}, {"Forwarded", "for=::1"}} {
			a := p.send(method, fill.Replace(path), nil, header...)
			if path == "/healthz" {
				a.is(200)
				continue
			}
			require.Equal(t, http.StatusNotFound, a.status, op)
			require.Equal(t, "404 page not found\n", a.text, "nobody learns that it is there")
		}
	}
	p.get("/nothing").is(404)
	p.send("POST", "/api/v1/simulator/calls", object{"from": alice, "to": "+12025550100"}, "Sec-Fetch-Site", "cross-site").is(403)
	p.send("POST", "/api/v1/simulator/calls", object{"from": alice, "to": "+12025550100"}, "Origin", "https://evil.example").is(403)
}

func TestGate_aReboundHostGetsNothing(t *testing.T) {
	t.Parallel()
	p := start(t, nil)
	for host, want := range map[string]int{"evil.example": 404, "localhost": 200, "localhost:1": 200, "127.0.0.1": 200, "[::1]": 200, "127.0.0.1.evil.example": 404} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.base+"/api/v1/agents", nil)
		require.NoError(t, err)
		r.Host = host
		res, err := p.client.Do(r)
		require.NoError(t, err)
		res.Body.Close()
		require.Equal(t, want, res.StatusCode, host)
	}
}

func TestGate_withATokenEverythingButHealthWantsIt(t *testing.T) {
	t.Parallel()
	p := start(t, map[string]string{"EXTFLOW_ADMIN_TOKEN": "0123456789abcdef"})
	p.get("/api/v1/agents").is(200)
	p.send("GET", "/metrics", nil, "X-Forwarded-For", "203.0.113.9").is(200)
	p.token = ""
	for _, path := range []string{"/api/v1/agents", "/metrics", "/readyz", "/openapi.json", "/"} {
		require.Contains(t, p.get(path).is(401).header.Get("WWW-Authenticate"), "Bearer")
	}
	p.get("/healthz").is(200)
	require.NotContains(t, p.logged.String(), "0123456789abcdef")
}

func TestConsole_isAtTheRoot(t *testing.T) {
	t.Parallel()
	p := start(t, nil)
	first := p.get("/").is(200) // the client follows to the phone
	require.Contains(t, first.text, "Simulated carrier")
	require.Equal(t, "nosniff", first.header.Get("X-Content-Type-Options"))
	require.Contains(t, first.header.Get("Content-Security-Policy"), "default-src 'self'")
	for _, link := range strings.Split(first.text, `href="./`)[1:] {
		path, _, _ := strings.Cut(link, `"`)
		p.get("/" + path).is(200)
	}
	p.get("/nothing").is(404)
}

func TestMetrics_countWhatAnOperatorWantsToKnow(t *testing.T) {
	t.Parallel()
	p := still(t)
	phone, _ := p.dial(alice)
	p.dial(bob)
	p.post(phone+"/keys", object{"keys": "9999"}).is(200)
	p.post(phone+"/keys", object{"keys": "1001"}).is(200)
	p.post(phone+"/hangup", nil).is(200)
	p.get("/nothing/" + alice).is(404)
	m := p.get("/metrics").is(200).text
	for _, want := range []string{
		"extflow_calls_open 1\n", `extflow_turns_total{event="pressed"} 2`, `extflow_entries_wrong_total{step="flow front-desk"} 1`, `extflow_turns_total{event="arrived"} 2`,
		`extflow_calls_ended_total{reconciled="false",result="abandoned"} 1`, "extflow_turns_owed 0\n", "extflow_agents_reserved 0\n", "extflow_agenda_lag_seconds 0\n",
		`http_route="/api/v1/simulator/calls/{id}/keys",http_response_status_code="200"`,
		"http_server_request_duration_seconds_bucket",
	} {
		if !strings.Contains(m, want) { // labels come in any order
			want = strings.Replace(want, `http_route="/api/v1/simulator/calls/{id}/keys",http_response_status_code="200"`, `http_response_status_code="200",http_route="/api/v1/simulator/calls/{id}/keys"`, 1)
		}
		require.Contains(t, m, want)
	}
	for _, secret := range []string{"4155550100", "4155550101", "1001", "client:ada"} {
		require.NotContains(t, m, secret)
		require.NotContains(t, p.logged.String(), secret)
	}
	require.Contains(t, p.logged.String(), "caller presses ****")
}

func TestLog_isJSONWhereThatIsAskedFor(t *testing.T) {
	t.Parallel()
	p := start(t, nil, "-log", "json")
	p.dial(alice)
	line, err := bufio.NewReader(strings.NewReader(p.logged.String())).ReadString('\n')
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(line, `{"time":`), line)
	require.NotContains(t, p.logged.String(), "4155550100")
}

// refusing is a store that has gone away.
type refusing struct{ storage.Store }

func (refusing) Accounts() storage.Accounts { return gone{} }

type gone struct{ storage.Accounts }

func (gone) Load(context.Context, string) (storage.Account, error) {
	return storage.Account{}, errors.New("the disk is on fire")
}

func TestReady_isWhatTheStoreSays(t *testing.T) {
	t.Parallel()
	set, err := readSettings([]string{"-db", inMemory}, lookup(nil), nil)
	require.NoError(t, err)
	s := &server{set: set, out: new(said), log: logger("text", new(said))}
	require.NoError(t, s.build(t.Context()))
	t.Cleanup(func() { require.NoError(t, s.meter.Close(t.Context())) })
	ask := func() (int, string) {
		w := &answered{header: http.Header{}}
		s.readyz(w, &http.Request{Method: http.MethodGet, Header: http.Header{}})
		return w.code(), w.text.String()
	}
	code, text := ask()
	require.Equal(t, 200, code, text)
	s.draining.Store(true)
	code, text = ask()
	require.Equal(t, 503, code)
	require.Contains(t, text, "stopping")
	s.draining.Store(false)
	s.store = refusing{s.store}
	code, text = ask()
	require.Equal(t, 503, code)
	require.Contains(t, text, "the store does not answer")
	require.NotContains(t, text, "fire", "why is for the log")
}

type answered struct {
	header http.Header
	status int
	text   strings.Builder
}

func (a *answered) Header() http.Header         { return a.header }
func (a *answered) WriteHeader(code int)        { a.status = code }
func (a *answered) Write(b []byte) (int, error) { return a.text.Write(b) }
func (a *answered) code() int                   { return max(a.status, 200) }
