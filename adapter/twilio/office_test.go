package twilio

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
)

// The sample account on an engine, called over HTTP.

type office struct {
	t      *testing.T
	api    *twilioAPI
	tw     *Adapter
	engine *extflow.Engine
	store  *outage
	url    string
	http   *http.Client

	mu    sync.Mutex
	now   time.Time
	turns []string // of all calls, in words
}

// outage is a store that can be made to fail.
type outage struct {
	storage.Store
	down atomic.Bool
}

func (o *outage) Agenda() storage.Agenda { return away{o.Store.Agenda(), &o.down} }

type away struct {
	storage.Agenda
	down *atomic.Bool
}

func (a away) Now(ctx context.Context) (time.Time, error) {
	if a.down.Load() {
		return time.Time{}, errors.New("the store is away")
	}
	return a.Agenda.Now(ctx)
}

func open(t *testing.T, c Config) *office {
	t.Helper()
	o := &office{t: t, now: time.Date(2026, 1, 5, 14, 0, 0, 0, time.UTC), http: &http.Client{Timeout: 10 * time.Second}}
	server := httptest.NewUnstartedServer(nil)
	o.url = "http://" + server.Listener.Addr().String() + "/twilio"
	c.PublicURL = o.url
	o.api, _, o.tw = newRest(t, c)
	o.api.calls = []map[string]string{live("CA1", "", "in-progress"), live("CAnew", "", "ringing")}
	o.store = &outage{Store: memory.New(memory.Config{Now: o.clock})}
	var err error
	o.engine, err = extflow.New(extflow.Config{
		Store:    o.store,
		Carriers: map[string]adapter.Carrier{"twilio": o.tw},
		Observe: func(seen extflow.Observed) {
			if seen.Turn.Move.Ignored == 0 {
				o.mu.Lock()
				defer o.mu.Unlock()
				o.turns = append(o.turns, seen.Turn.String())
			}
		},
	})
	require.NoError(t, err)
	o.tw.Attach(o.engine)
	doc, err := account.Parse(account.Sample())
	require.NoError(t, err)
	_, err = extflow.Install(t.Context(), o.store, extflow.Setup(*doc), o.clock())
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle("/twilio/", o.tw)
	server.Config.Handler = mux
	server.Start()
	t.Cleanup(server.Close)
	return o
}

func (o *office) clock() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.now
}

func (o *office) later(d time.Duration) {
	o.mu.Lock()
	o.now = o.now.Add(d)
	o.mu.Unlock()
	require.NoError(o.t, o.engine.Wake(o.t.Context()))
}

func (o *office) taken() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.turns)
}

// request makes a webhook of the caller's call, or of a call with another reference
// among the parameters.
func (o *office) request(at string, more ...string) answer {
	o.t.Helper()
	if !strings.HasPrefix(at, "http") {
		at = o.url + at
	}
	form := during(more...)
	r, err := http.NewRequestWithContext(o.t.Context(), http.MethodPost, at, strings.NewReader(form.Encode()))
	require.NoError(o.t, err)
	r.Header.Set("Content-Type", formType)
	r.Header.Set("X-Twilio-Signature", sign(token, at, form))
	resp, err := o.http.Do(r)
	require.NoError(o.t, err)
	defer resp.Body.Close()
	a := answer{code: resp.StatusCode, http: resp.Header}
	body := make([]byte, 0, 1024)
	body, err = readAll(body, resp.Body)
	require.NoError(o.t, err)
	a.body = string(body)
	if a.code == http.StatusOK {
		a.doc = read(o.t, a.body)
		valid(o.t, a)
	}
	return a
}

func (o *office) dials(to string) answer {
	o.t.Helper()
	return o.request("/voice", "To", to, "CallStatus", "ringing")
}

// at is where an element of a document leads.
func (a answer) at(t testing.TB, tag, attr string) string {
	t.Helper()
	e := a.doc.find(t, tag)
	if attr == "" {
		return e.text
	}
	return e.attrs[attr]
}

// call is the one that Twilio knows by a reference.
func (o *office) call(ref string) flow.Call {
	o.t.Helper()
	for c, err := range o.store.Calls().List(o.t.Context(), "acme", storage.Query{}) {
		require.NoError(o.t, err)
		if c.Ref == ref {
			return c
		}
	}
	require.Fail(o.t, "no call "+ref)
	return flow.Call{}
}

func (o *office) outcome(ref string) flow.Result {
	o.t.Helper()
	c := o.call(ref)
	require.True(o.t, c.Has(flow.Closed), "the call is not over")
	require.Empty(o.t, c.Agent(), "an agent is still held")
	return c.State.Result
}
