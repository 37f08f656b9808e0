package webhook

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
)

// serving begins the argument of a process that is a server, and no test.
const serving = "serve:"

func TestMain(m *testing.M) {
	if name, ok := strings.CutPrefix(os.Args[len(os.Args)-1], serving); ok {
		if err := Serve(name, "", os.Stdin, os.Stdout); err != nil {
			panic(err)
		}
		return
	}
	os.Exit(m.Run())
}

func record(tb testing.TB, n int) []Call {
	tb.Helper()
	calls, err := Record(n)
	if err != nil {
		tb.Fatal(err)
	}
	return calls
}

func TestRecord_aCallIsGreetedToldItWasWrongRungAndEnded(t *testing.T) {
	t.Parallel()
	call := record(t, 1)[0]
	if len(call) != 6 {
		t.Fatalf("%d webhooks, not 6", len(call))
	}
	for i, want := range []string{"Welcome to Acme", "not a valid extension", "<Client", "", "<Hangup/>", ""} {
		if got := string(call[i].Answer); !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("webhook %d was answered %q, without %q", i, got, want)
		}
	}
	if body := string(call[0].Wire); strings.Count(body, "&") != 26 {
		t.Errorf("a call arrives with %d parameters, not 27", strings.Count(body, "&")+1)
	}
}

// Every webhook is at least one turn in the store, and the last closes the call.
func TestRecord_everyWebhookIsAStep(t *testing.T) {
	t.Parallel()
	store := memory.New(memory.Config{})
	tw, err := newOffice(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	turns := 0
	for i, q := range record(t, 1)[0] {
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(q.Wire)))
		if err != nil {
			t.Fatal(err)
		}
		answer := httptest.NewRecorder()
		if tw.ServeHTTP(answer, r); answer.Code != q.Status || answer.Body.String() != string(q.Answer) {
			t.Errorf("webhook %d was answered\n%d %s\nand not\n%d %s", i, answer.Code, answer.Body, q.Status, q.Answer)
		}
		for call, err := range store.Calls().List(t.Context(), "acme", storage.Query{}) {
			if err != nil {
				t.Fatal(err)
			}
			taken, err := store.Calls().Turns(t.Context(), call.Key, 0)
			if err != nil || len(taken) <= turns {
				t.Errorf("after webhook %d there are %d turns, %d before: %v", i, len(taken), turns, err)
			}
			turns = len(taken)
			if over := i == 5; call.Has(flow.Closed) != over {
				t.Errorf("after webhook %d the call's being over is %t", i, !over)
			}
		}
	}
	if turns < 6 {
		t.Errorf("%d turns were stored", turns)
	}
}

// A webhook of ours says what a recorded one says, and has nothing that recorded
// ones do not have.
func TestRecord_webhooksHaveTheParametersOfRecordedOnes(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../../shared/reference/data/twilio_payloads.json")
	if err != nil {
		t.Skip("the recorded webhooks are not here: ", err)
	}
	var recorded []struct {
		Kind   string
		Params map[string]string
	}
	if err := json.Unmarshal(raw, &recorded); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, r := range recorded {
		for name := range r.Params {
			known[name] = true
		}
	}
	for i, q := range record(t, 1)[0] {
		_, body, _ := strings.Cut(string(q.Wire), "\r\n\r\n")
		var names []string
		for p := range strings.SplitSeq(body, "&") {
			name, _, _ := strings.Cut(p, "=")
			if names = append(names, name); !known[name] {
				t.Errorf("webhook %d has %s, which no recorded one has", i, name)
			}
		}
		if i == 0 {
			for name := range recorded[0].Params {
				if !slices.Contains(names, name) {
					t.Errorf("a recorded arrival has %s, ours does not", name)
				}
			}
		}
	}
}

// Every server is a process, and answers every webhook; extflow as it did when the
// calls were recorded, so that it really takes every step.
func TestServers_answerEveryWebhookFromAProcessOfTheirOwn(t *testing.T) {
	t.Parallel()
	calls := record(t, desks+Connections)
	for _, name := range Servers {
		t.Run(name, func(t *testing.T) {
			server, err := Start(exec.Command(os.Args[0], serving+name))
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := server.Stop(); err != nil {
					t.Error(err)
				}
			}()
			c, err := Dial(server.Address, Connections, name == Extflow)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			before, err := server.Used()
			if err != nil {
				t.Fatal(err)
			}
			if n, err := c.Play(calls); n != 6*len(calls) || err != nil {
				t.Fatalf("%d webhooks: %v", n, err)
			}
			after, err := server.Used()
			if err != nil || after.CPU <= before.CPU || after.Allocs <= before.Allocs || after.Bytes <= before.Bytes {
				t.Errorf("%+v, then %+v: %v", before, after, err)
			}
		})
	}
}

// What the two servers that verify refuse, they refuse for the signature.
func TestServers_thoseThatVerifyRefuseAForgedWebhook(t *testing.T) {
	t.Parallel()
	first := string(record(t, 1)[0][0].Wire)
	head, body, _ := strings.Cut(first, "\r\n\r\n")
	_, signature, _ := strings.Cut(head, "X-Twilio-Signature: ")
	signature, _, _ = strings.Cut(signature, "\r\n")
	for _, name := range Servers {
		server, err := NewHandler(name)
		if err != nil {
			t.Fatal(err)
		}
		ask := func(body string) int {
			q := httptest.NewRequest(http.MethodPost, "/twilio/voice", strings.NewReader(body))
			q.Header.Set("Content-Type", formType)
			q.Header.Set("X-Twilio-Signature", signature)
			answer := httptest.NewRecorder()
			server.ServeHTTP(answer, q)
			return answer.Code
		}
		if code := ask(body); code != http.StatusOK {
			t.Errorf("%s answers %d", name, code)
		}
		forged, want := ask(strings.Replace(body, "FRANCISCO", "FRANCISCA", 1)), http.StatusOK
		if name == SDK || name == Extflow {
			want = http.StatusForbidden
		}
		if forged != want {
			t.Errorf("%s answers %d to a forged webhook, not %d", name, forged, want)
		}
	}
}

// BenchmarkHandler is a handler alone, without net/http's share, but with a
// request's body and its three headers made anew each time.
func BenchmarkHandler(b *testing.B) {
	calls := record(b, 4*desks)
	requests := make([]*http.Request, 0, 6*len(calls))
	bodies := make([][]byte, 0, cap(requests))
	for _, call := range calls {
		for i := range call {
			r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(call[i].Wire)))
			if err != nil {
				b.Fatal(err)
			}
			body, err := io.ReadAll(r.Body)
			if err != nil {
				b.Fatal(err)
			}
			requests, bodies = append(requests, r), append(bodies, body)
		}
	}
	for _, name := range Servers {
		b.Run(strings.ReplaceAll(name, " ", "-"), func(b *testing.B) {
			var server http.Handler
			at, w := len(requests), &discard{header: http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				if at == len(requests) { // calls cannot be taken twice
					b.StopTimer()
					at, server = 0, fresh(b, name)
					b.StartTimer()
				}
				r := *requests[at]
				r.Body = io.NopCloser(bytes.NewReader(bodies[at]))
				w.code = 0
				if server.ServeHTTP(w, &r); w.code/100 > 2 {
					b.Fatal(w.code)
				}
				at++
			}
		})
	}
}

func fresh(b *testing.B, name string) http.Handler {
	b.Helper()
	h, err := NewHandler(name)
	if err != nil {
		b.Fatal(err)
	}
	return h
}

type discard struct {
	header http.Header
	code   int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(code int)        { d.code = code }

func TestRecordVonage_everyCallIsAStepOfExtflow(t *testing.T) {
	t.Parallel()
	calls, err := RecordVonage(3)
	if err != nil {
		t.Fatal(err)
	}
	again, err := RecordVonage(3)
	if err != nil {
		t.Fatal(err)
	}
	for i, call := range calls {
		if len(call) != 11 {
			t.Fatalf("call %d has %d webhooks, not 11", i, len(call))
		}
		documents := 0
		for j, q := range call {
			if q.Status == http.StatusOK {
				documents++
			}
			if !bytes.Equal(q.Answer, again[i][j].Answer) {
				t.Errorf("webhook %d of call %d is answered otherwise by another office", j, i)
			}
		}
		if documents != 3 {
			t.Errorf("call %d got %d documents, not 3", i, documents)
		}
	}
}
