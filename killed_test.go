package extflow_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/twilio"
	"github.com/extflow/extflow/adapter/twilio/twiliotest"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/sqlite"
)

// A server dies at every point between the first byte of a webhook and the last of its
// answer: it kills itself there, without a word. One that is started in its place has
// every turn that was acknowledged, and answers the webhook, which the carrier makes
// again, as if nothing had happened: nothing is done twice, and nobody is held.

// dieAt has the test binary be such a server, on the file named first, and says where
// it dies.
const dieAt = "EXTFLOW_TEST_DIE_AT"

const (
	secret    = "0123456789abcdef0123456789abcdef"
	reachedAt = "https://calls.example.com/twilio"
)

// The points outside of the store. Before each of its calls is one more, and one after
// each commit.
var points = []string{"received", "read", "answering", "headed", "halfway", "answered"}

// dying is a handler that dies at one of the points.
type dying struct {
	http.Handler
	at  string
	die func()
}

func (d dying) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if d.at == "received" {
		d.die()
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if d.at == "read" {
		d.die()
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer := httptest.NewRecorder()
	d.Handler.ServeHTTP(answer, r)
	if d.at == "answering" {
		d.die()
	}
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(answer.Body.Len()))
	w.WriteHeader(answer.Code)
	text := answer.Body.Bytes()
	for _, part := range []struct {
		at   string
		text []byte
	}{{"headed", nil}, {"halfway", text[:len(text)/2]}, {"answered", text[len(text)/2:]}} {
		_, _ = w.Write(part.text)
		_ = http.NewResponseController(w).Flush()
		if d.at == part.at {
			d.die()
		}
	}
}

// takes mounts an engine on a store and a Twilio adapter on that.
func takes(s storage.Store) (http.Handler, error) {
	a, err := twilio.New(twilio.Config{AccountSID: "AC00000000000000000000000000000001", AuthTokens: []string{secret}, PublicURL: reachedAt})
	if err != nil {
		return nil, err
	}
	e, err := extflow.New(extflow.Config{Store: s, Carriers: map[string]adapter.Carrier{"twilio": a}, Deadline: time.Minute})
	if err != nil {
		return nil, err
	}
	a.Attach(e)
	return a, nil
}

func TestKilled_theServerThatDies(t *testing.T) {
	path, at, ok := strings.Cut(os.Getenv(dieAt), "|")
	if !ok {
		return // it is started by the test below
	}
	s, err := sqlite.Open(t.Context(), sqlite.Config{Path: path})
	require.NoError(t, err)
	die := func() {
		self, _ := os.FindProcess(os.Getpid())
		_ = self.Kill()
		select {}
	}
	f := &flaky{Store: s, strike: die}
	if n, before := strings.CutPrefix(at, "store call "); before {
		nth, _ := strconv.Atoi(n)
		f.fails.Store(int64(nth))
	}
	if n, after := strings.CutPrefix(at, "commit "); after {
		nth, _ := strconv.Atoi(n)
		f.fails.Store(int64(nth))
		f.late = true
	}
	h, err := takes(f)
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	fmt.Printf("\nlistening %s\n", listener.Addr())
	server := &http.Server{Handler: dying{h, at, die}, ReadHeaderTimeout: time.Minute}
	_ = server.Serve(listener)
}

// hook is a webhook: where it goes, as Twilio writes it, and what it says.
type hook struct {
	address string
	form    url.Values
}

func (k hook) request(ctx context.Context, to string) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to+strings.TrimPrefix(k.address, "https://calls.example.com"), strings.NewReader(k.form.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", twiliotest.Sign(secret, k.address, k.form))
	return r, nil
}

func form(more ...string) url.Values {
	v := url.Values{"CallSid": {"CA00000000000000000000000000000001"}, "AccountSid": {"AC00000000000000000000000000000001"},
		"From": {string(alice)}, "To": {string(mainLine)}, "Direction": {"inbound"}, "CallStatus": {"in-progress"}}
	for i := 0; i < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return v
}

var action = regexp.MustCompile(`action="([^"]+)"`)

// next is where the answer has its outcome posted.
func next(t *testing.T, answer string) string {
	t.Helper()
	found := action.FindStringSubmatch(answer)
	require.NotNil(t, found, answer)
	return strings.ReplaceAll(found[1], "&amp;", "&")
}

// phase is a moment in a call: what is stored so far, the webhook that comes next, and
// what becomes of it where nobody dies.
type phase struct {
	file   []byte
	hook   hook
	answer string
	turns  int
	held   string
}

// asked has a handler on the file answer a webhook, in this process.
func asked(t *testing.T, path string, k hook) (answer string, turns int, held string) {
	t.Helper()
	s, err := sqlite.Open(t.Context(), sqlite.Config{Path: path})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	h, err := takes(s)
	require.NoError(t, err)
	r, err := k.request(t.Context(), "http://test")
	require.NoError(t, err)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	require.Equal(t, http.StatusOK, w.Code, w.Body.String())
	for c, err := range s.Calls().List(t.Context(), "acme", storage.Query{}) {
		require.NoError(t, err)
		all, err := s.Calls().Turns(t.Context(), c.Key, 0)
		require.NoError(t, err)
		require.Len(t, all, int(c.Rev))
		turns += len(all)
	}
	ada, err := s.Directory().Agent(t.Context(), "acme", "ada")
	require.NoError(t, err)
	return w.Body.String(), turns, ada.Duty.HeldBy
}

// phases are a call's: it comes in, keys an extension, and nobody answers there.
func phases(t *testing.T) (all []phase) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "extflow.db")
	s, err := sqlite.Open(t.Context(), sqlite.Config{Path: path})
	require.NoError(t, err)
	_, err = extflow.Install(t.Context(), s, desk(), time.Now())
	require.NoError(t, err)
	require.NoError(t, s.Close())
	address := reachedAt + "/voice"
	for _, says := range []url.Values{form("CallStatus", "ringing"), form("Digits", "1001"), form("DialCallStatus", "no-answer")} {
		var p phase
		p.file, err = os.ReadFile(path)
		require.NoError(t, err)
		p.hook = hook{address, says}
		p.answer, p.turns, p.held = asked(t, path, p.hook)
		all = append(all, p)
		if len(all) < 3 {
			address = next(t, p.answer)
		}
	}
	require.NotEmpty(t, all[1].held, "ada is rung")
	require.Empty(t, all[2].held)
	return all
}

func TestKilled_atEveryPointBetweenAWebhookAndItsAnswer(t *testing.T) {
	t.Parallel()
	deaths := 0
	for i, p := range phases(t) {
		if testing.Short() && i != 1 {
			continue
		}
		for _, at := range points {
			require.True(t, p.killed(t, at), at)
			deaths++
		}
		for _, when := range []string{"store call ", "commit "} {
			n := 1
			for p.killed(t, when+strconv.Itoa(n)) {
				n++
			}
			require.Greater(t, n, map[string]int{"store call ": 4, "commit ": 1}[when], "the store is asked for several things, and keeps some")
			deaths += n - 1
		}
	}
	t.Logf("%d deaths", deaths)
}

// killed has a server die at a point of the webhook, and another one take its place.
// It reports false for a point that the webhook did not come by.
func (p phase) killed(t *testing.T, at string) bool {
	t.Helper()
	path := filepath.Join(t.TempDir(), "extflow.db")
	require.NoError(t, os.WriteFile(path, p.file, 0o600))
	self, err := os.Executable()
	require.NoError(t, err)
	c := exec.CommandContext(t.Context(), self, "-test.run=^TestKilled_theServerThatDies$", "-test.v")
	c.Env = append(os.Environ(), dieAt+"="+path+"|"+at)
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	lines, server := bufio.NewScanner(out), ""
	for server == "" && lines.Scan() {
		server, _ = strings.CutPrefix(lines.Text(), "listening ")
		if server == lines.Text() {
			server = ""
		}
	}
	require.NotEmpty(t, server, "the server did not start")
	r, err := p.hook.request(t.Context(), "http://"+server)
	require.NoError(t, err)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(r)
	heard := ""
	if err == nil {
		text, cut := io.ReadAll(answer.Body)
		require.NoError(t, answer.Body.Close())
		if cut == nil {
			heard = string(text)
		}
	}
	died := heard == "" || at == "answered"
	if !died {
		require.NoError(t, c.Process.Kill())
	}
	_ = c.Wait()
	if heard != "" {
		require.Equal(t, p.answer, heard, at)
	}
	again, turns, held := asked(t, path, p.hook)
	require.Equal(t, p.answer, again, "the webhook made again, after a death at %s", at)
	require.Equal(t, p.turns, turns, at)
	require.Equal(t, p.held, held, at)
	ends(t, path)
	return died
}

// ends has the caller hang up: then nobody is held, and the call has ended once.
func ends(t *testing.T, path string) {
	t.Helper()
	s, err := sqlite.Open(t.Context(), sqlite.Config{Path: path})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	e, err := extflow.New(extflow.Config{Store: s, Deadline: time.Minute})
	require.NoError(t, err)
	calls := 0
	for c, err := range s.Calls().List(t.Context(), "acme", storage.Query{}) {
		require.NoError(t, err)
		calls++
		require.NoError(t, e.Signal(t.Context(), flow.Event{Call: c.Key, ID: "gone", What: flow.What{Kind: flow.HungUp}}))
	}
	require.Equal(t, 1, calls)
	ada, err := s.Directory().Agent(t.Context(), "acme", "ada")
	require.NoError(t, err)
	require.Empty(t, ada.Duty.HeldBy)
	ended := 0
	entries, err := s.Feed().After(t.Context(), "acme", 0, 100)
	require.NoError(t, err)
	for _, x := range entries {
		if x.Post.Kind == flow.PostEnded {
			ended++
		}
	}
	require.LessOrEqual(t, ended, 1)
}
