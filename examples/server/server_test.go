package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/extflow/extflow/adapter/telnyx"
	"github.com/extflow/extflow/adapter/twilio"
	"github.com/extflow/extflow/adapter/vonage"
	"github.com/extflow/extflow/storage/postgres/postgrestest"
)

// asServer has the test binary be the server itself.
const asServer = "EXTFLOW_TEST_AS_SERVER"

func TestMain(m *testing.M) {
	if os.Getenv(asServer) != "" {
		main()
		return
	}
	goleak.VerifyTestMain(postgrestest.Main{M: m})
}

// process is a whole server that listens on a port of this machine.
type process struct {
	t      testing.TB
	base   string
	client *http.Client
	token  string
	stop   func() error // as by SIGTERM: what it returned
	said   *said
	logged *said
	spec   *description // holds answers against it, once it was read
	server *server
}

// said is what a server wrote.
type said struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// start runs a server with these variables in its environment. It keeps everything
// in memory unless they say otherwise.
func start(t *testing.T, env map[string]string, args ...string) *process {
	t.Helper()
	return startAs(t, tuning{}, env, args...)
}

// tuning is what of a server is in a test's hands.
type tuning struct {
	hooks
	tuned  func(*twilio.Config)
	vonage func(*vonage.Config)
	telnyx func(*telnyx.Config)
	hangs  time.Duration // how long a product's receiver may take; its default
}

// startAs is start, with something of the server in a test's hands.
func startAs(t testing.TB, h tuning, env map[string]string, args ...string) *process {
	t.Helper()
	p := &process{t: t, said: new(said), logged: new(said), client: &http.Client{Transport: &http.Transport{}}}
	set, err := readSettings(append([]string{"-addr", "127.0.0.1:0", "-db", cmp.Or(env["EXTFLOW_DB"], inMemory)}, args...), lookup(env), p.said)
	require.NoError(t, err, "the server did not start")
	set.twilio.tuned, set.vonage.tuned, set.telnyx.tuned, set.webhook.Timeout = h.tuned, h.vonage, h.telnyx, h.hangs
	p.server = &server{set: set, out: p.said, log: logger(set.logAs, p.logged), hooks: h.hooks}
	ctx, cancel := context.WithCancel(context.Background())
	ended, listening := make(chan error, 1), make(chan net.Addr, 1)
	go func() { ended <- p.server.run(ctx, func(a net.Addr) { listening <- a }) }()
	select {
	case a := <-listening:
		p.base = "http://" + a.String()
	case err := <-ended:
		cancel()
		require.NoError(t, err, "the server did not start")
	}
	p.stop = sync.OnceValue(func() error { cancel(); return <-ended })
	p.token = env["EXTFLOW_ADMIN_TOKEN"]
	t.Cleanup(func() {
		p.client.CloseIdleConnections()
		require.NoError(t, p.stop())
	})
	return p
}

// answer is what came back.
type answer struct {
	t      testing.TB
	status int
	header http.Header
	text   string
}

// send makes a request with a body in JSON, or text where it is a string, and holds
// the answer against the server's own description.
func (p *process) send(method, path string, body any, header ...string) answer {
	p.t.Helper()
	var reader io.Reader
	contentType := ""
	switch b := body.(type) {
	case nil:
	case string:
		reader, contentType = strings.NewReader(b), "application/yaml"
		if strings.HasPrefix(b, "{\"") || strings.HasPrefix(b, "[") {
			contentType = "application/json"
		}
	default:
		text, err := json.Marshal(b)
		require.NoError(p.t, err)
		reader, contentType = bytes.NewReader(text), "application/json"
	}
	r, err := http.NewRequestWithContext(p.t.Context(), method, p.base+path, reader)
	require.NoError(p.t, err)
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if p.token != "" {
		r.Header.Set("Authorization", "Bearer "+p.token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := p.client.Do(r)
	require.NoError(p.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(p.t, err)
	a := answer{p.t, res.StatusCode, res.Header, string(text)}
	p.described(r, res, text)
	return a
}

// described fails a test whose answer is not as the server's description says.
func (p *process) described(r *http.Request, res *http.Response, text []byte) {
	p.t.Helper()
	if p.spec == nil || !strings.HasPrefix(r.URL.Path, "/api/v1/") || !strings.Contains(res.Header.Get("Content-Type"), "json") {
		return
	}
	require.NoError(p.t, p.spec.holds(r.Method, r.URL.Path, res.StatusCode, res.Header.Get("Content-Type"), text), "%s %s: %s", r.Method, r.URL.Path, text)
}

// checked reads the server's description, and holds every answer against it.
func (p *process) checked() *process {
	p.t.Helper()
	p.spec = describedBy(p.t, p.get("/openapi.json").is(200).text)
	return p
}

func (p *process) get(path string) answer {
	p.t.Helper()
	return p.send(http.MethodGet, path, nil)
}

func (p *process) post(path string, body any) answer {
	p.t.Helper()
	return p.send(http.MethodPost, path, body)
}

func (p *process) put(path string, body any) answer {
	p.t.Helper()
	return p.send(http.MethodPut, path, body)
}

// is fails the test unless the answer has the status.
func (a answer) is(status int) answer {
	a.t.Helper()
	require.Equal(a.t, status, a.status, a.text)
	return a
}

// at is a value of an answer in JSON, by keys and places: at("calls", 0, "id").
func (a answer) at(path ...any) any {
	a.t.Helper()
	var v any
	require.NoError(a.t, json.Unmarshal([]byte(a.text), &v), a.text)
	for _, k := range path {
		switch k := k.(type) {
		case string:
			m, ok := v.(map[string]any)
			require.True(a.t, ok, "no map at %v of %s", k, a.text)
			v = m[k]
		case int:
			l, ok := v.([]any)
			require.True(a.t, ok && k < len(l), "no place %d in %s", k, a.text)
			v = l[k]
		}
	}
	return v
}

func (a answer) word(path ...any) string {
	a.t.Helper()
	s, ok := a.at(path...).(string)
	require.True(a.t, ok, "no text at %v of %s", path, a.text)
	return s
}

type object = map[string]any

// still is a server whose simulated time stands: nothing happens but what a test
// does.
func still(t *testing.T, args ...string) *process {
	t.Helper()
	p := start(t, nil, args...).checked()
	p.put("/api/v1/simulator/clock", object{"running": false}).is(200)
	return p
}

func (p *process) skip(d time.Duration) {
	p.t.Helper()
	p.post("/api/v1/simulator/skip", object{"for": d.String()}).is(200)
}

// dial places a call to the sample's number, and is the phone's address.
func (p *process) dial(from string) (phone, call string) {
	p.t.Helper()
	a := p.post("/api/v1/simulator/calls", object{"from": from, "to": "+12025550100"}).is(201)
	return "/api/v1/simulator/calls/" + a.word("id"), "/api/v1/calls/" + a.word("call")
}

const alice, bob = "+14155550100", "+14155550101"

func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}
