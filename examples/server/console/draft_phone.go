package console

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/audio"
	"github.com/extflow/extflow/examples/server/simulator"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/storage"
)

// A draft is called before it is published: the account as the draft would have it, in an
// exchange of its own, with the production engine and a simulated carrier.

// isDraft reports whether a request is about the phone that calls a draft.
func isDraft(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/draft/phone") }

// phoneRoot is the address of the page of the phone that a request is about.
func phoneRoot(r *http.Request) string {
	if isDraft(r) {
		return "draft/phone"
	}
	return "phone"
}

// exchange is what a request about the phone calls: the simulator, or the person's draft;
// nil where there is none.
func (c *Console) exchange(r *http.Request) *simulator.Simulator {
	if !isDraft(r) {
		return c.sim()
	}
	if t := c.trials.load(person(r).ID); t != nil {
		return t.Simulator
	}
	return nil
}

// engineOf is the engine whose calls a store has, and what lets happen what a change there
// made due.
func (c *Console) engineOf(s storage.Store) (*extflow.Engine, func(context.Context)) {
	sims := []*simulator.Simulator{c.sim()}
	for _, t := range c.trials.all() {
		sims = append(sims, t.Simulator)
	}
	for _, sim := range sims {
		if sim != nil && sim.Store == s {
			return sim.Engine, func(ctx context.Context) {
				_ = sim.Catch(context.WithoutCancel(ctx)) // what went wrong at a phone is in the log
				c.settled(ctx)
			}
		}
	}
	return c.cfg.Engine, c.settled
}

// isCopy reports whether a store has a copy of the account: the simulator's, or a draft's.
func (c *Console) isCopy(s storage.Store) bool {
	copies := append(c.stores()[1:], c.trials.stores()...)
	return slices.ContainsFunc(copies, func(other storage.Store) bool { return other == s })
}

// draftedPhone is what the phone's page says of the draft that it calls.
type draftedPhone struct {
	Name, Back string
	Number     string
	Stale      bool // the draft has changed since
}

func (c *Console) triedOut(ctx context.Context, who Person) *draftedPhone {
	t := c.trials.load(who.ID)
	if t == nil {
		return nil
	}
	d := &draftedPhone{Name: pageName(t.back), Back: t.back, Number: t.number}
	if now, err := c.draft(ctx, who); err == nil {
		d.Stale = now.rev != t.rev
	}
	return d
}

// callDraft makes an exchange of the draft as it is now, and opens its phone. What has
// faults is not called: they are shown.
func (c *Console) callDraft(w http.ResponseWriter, r *http.Request) error {
	back, _, _ := strings.Cut(backTo(r, ""), "?")
	return c.callFrom(w, r, back)
}

// callFrom is callDraft from a page.
func (c *Console) callFrom(w http.ResponseWriter, r *http.Request, back string) error {
	d, k, err := c.drafted(r)
	if err != nil {
		return err
	}
	if len(k.Faults) > 0 {
		return c.next(w, r, "publish")
	}
	t, err := c.try(r.Context(), k, back)
	if err != nil {
		return err
	}
	t.rev = d.rev
	c.trials.put(person(r).ID, t)
	c.note(r, "calls a draft")
	return c.next(w, r, "draft/phone")
}

// try makes an exchange of a draft without faults. Time stands still in it where it does in
// the simulator.
func (c *Console) try(ctx context.Context, k checked, back string) (*trial, error) {
	t := &trial{back: back}
	var err error
	if t.number, err = leadTo(k, back); err != nil {
		return nil, err
	}
	doc, err := k.open.Check()
	if err != nil {
		return nil, err
	}
	copied := *doc
	copied.Agents = slices.Clone(k.open.State.Document.Agents)
	for i := range copied.Agents {
		copied.Agents[i].Rev, copied.Agents[i].Duty, copied.Agents[i].Mailbox = 0, extension.Duty{}, doc.Agents[i].Mailbox
	}
	for i, n := range copied.Numbers { // releases are the copy's own, and every carrier is the simulator
		n.Release, n.Carriers, n.Rev = "", nil, 0
		copied.Numbers[i] = n
	}
	if copied.Settings, err = audio.Pin(ctx, c.cfg.Store.Audio(), c.cfg.Account, copied.Settings); err != nil {
		return nil, err
	}
	if t.Simulator, err = simulator.New(simulator.Config{Logger: c.cfg.Logger, Observe: c.cfg.News.Observe, Ask: c.cfg.Ask}); err != nil {
		return nil, err
	}
	if _, err := extflow.Install(ctx, t.Store, extflow.Setup(copied), t.Clock().Now); err != nil {
		return nil, err
	}
	if s := c.sim(); s != nil && !s.Clock().Running {
		if err := t.Stop(ctx); err != nil {
			return nil, err
		}
	}
	passes, stop := context.WithCancel(context.WithoutCancel(ctx))
	over := make(chan struct{})
	go func() {
		defer close(over)
		_ = t.Run(passes) // it ends when it is stopped
	}()
	t.end = func() {
		stop()
		<-over
	}
	return t, nil
}

// trialNumber leads to what no number of the account leads to, while a draft is called. The
// area code 500 is nobody's line.
const trialNumber = "+15005550100"

// leadTo is a number that leads to what a page is about, at any hour and in the version that
// is tried out: the account's, or one that is made for it.
func leadTo(k checked, page string) (string, error) {
	section, escaped, _ := strings.Cut(page, "/")
	target := leadsTo[section]
	name, err := url.PathUnescape(escaped)
	if err != nil {
		return "", err
	}
	for _, n := range k.Doc.Numbers {
		m, err := k.open.Find("numbers", string(n.Number))
		if err != nil {
			return "", err
		}
		if target == "" || name == "" || m[target] == name && m["hours"] == nil {
			return string(n.Number), nil
		}
	}
	if target == "" || name == "" {
		return "", nil
	}
	return trialNumber, k.open.Set("numbers", trialNumber, map[string]any{target: name, "label": "What is tried out"})
}

// pageName is what a page of the draft is about.
func pageName(page string) string {
	section, escaped, _ := strings.Cut(page, "/")
	if name, err := url.PathUnescape(escaped); err == nil && name != "" {
		return singular[section] + " " + name
	}
	return section
}
