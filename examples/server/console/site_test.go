package console_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/examples/server/console"
	"github.com/extflow/extflow/examples/server/simulator"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/storage"
)

// site is a console over a simulator, at an address.
type site struct {
	testing.TB
	sim     *simulator.Simulator
	console *console.Console
	base    string // with a slash at its end
}

// newSite serves the sample account, or a document in its place. What change does to the
// configuration holds. No time passes but what is skipped: however slow the machine, a caller
// waits for the next key.
func newSite(t testing.TB, document string, change ...func(*console.Config)) *site {
	t.Helper()
	news := console.NewNews()
	s, err := simulator.New(simulator.Config{Observe: news.Observe})
	require.NoError(t, err)
	text := account.Sample()
	if document != "" {
		text = []byte(document)
	}
	doc, err := account.Parse(text)
	require.NoError(t, err)
	_, err = extflow.Install(t.Context(), s.Store, extflow.Setup(*doc), s.Clock().Now)
	require.NoError(t, err)
	c := console.Config{
		Account: doc.Account, Store: s.Store, Engine: s.Engine, News: news, Settle: s.Catch,
		Simulator: func() *simulator.Simulator { return s },
	}
	for _, f := range change {
		f(&c)
	}
	pages, err := console.New(c)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Run(ctx)
	}()
	t.Cleanup(func() { cancel(); <-done })
	require.NoError(t, s.Stop(t.Context()))
	mux := http.NewServeMux() // under a prefix, as a host may mount it
	mux.Handle("/a/b/", http.StripPrefix("/a/b", pages))
	return &site{TB: t, sim: s, console: pages, base: serve(t, mux, pages.Close) + "a/b/"}
}

// finished places a call that rings out into the voicemail, and returns its id.
func (s *site) finished(keys string) string {
	s.Helper()
	var p *sim.Phone
	require.NoError(s, s.sim.Act(s.Context(), func(ctx context.Context) (err error) {
		p, err = s.sim.Carrier.Dial(ctx, "+14155550100", "+12025550100", sim.Options{})
		return err
	}))
	require.NoError(s, s.sim.Act(s.Context(), func(ctx context.Context) error { return p.Press(ctx, keys) }))
	id := p.View().Call.ID
	require.NoError(s, s.sim.Act(s.Context(), func(ctx context.Context) error { return p.Speak(ctx, 8*time.Second) }))
	require.NoError(s, s.sim.Skip(s.Context(), 8*time.Second))
	require.NoError(s, s.sim.Act(s.Context(), p.HangUp))
	require.NoError(s, s.sim.Skip(s.Context(), time.Minute))
	return id
}

// calls are the account's.
func (s *site) calls() (all []flow.Call) {
	s.Helper()
	for call, err := range s.sim.Store.Calls().List(s.Context(), "acme", storage.Query{}) {
		require.NoError(s, err)
		all = append(all, call)
	}
	return all
}

// post sends a form, and returns the page that follows it.
func (s *site) post(path string, form url.Values) (status int, page string) {
	s.Helper()
	r, err := http.PostForm(s.base+path, form) //nolint:noctx // of this process
	require.NoError(s, err)
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	require.NoError(s, err)
	return r.StatusCode, string(body)
}

// until waits for something to be so.
func (s *site) until(what string, so func() bool) {
	s.Helper()
	require.Eventually(s, so, patience, 10*time.Millisecond, what)
}

// whoIs has everybody be one person.
func whoIs(p console.Person) func(*http.Request) (console.Person, bool) {
	return func(*http.Request) (console.Person, bool) { return p, true }
}

// another is a second console over the same store, for somebody else.
func (s *site) another(change func(*console.Config)) string {
	c := console.Config{Account: "acme", Store: s.sim.Store, Engine: s.sim.Engine, Settle: s.sim.Catch}
	change(&c)
	pages, err := console.New(c)
	require.NoError(s, err)
	return serve(s, pages, pages.Close)
}
