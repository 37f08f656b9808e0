package console

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/number/written"
	"github.com/extflow/extflow/storage"
)

// Calls, live and past.

// pageSize is how many calls a page lists.
const pageSize = 50

// callFilter is what a page of calls is asked for: it stands in its address.
type callFilter struct {
	State   string // "", live, ended
	From    string
	To      string
	Agent   string
	Outcome string
	Of      string // simulator: the calls of the simulator's copy
	Page    int
}

func filterOf(r *http.Request) callFilter {
	q := r.URL.Query()
	f := callFilter{
		State: q.Get("state"), From: strings.TrimSpace(q.Get("from")), To: strings.TrimSpace(q.Get("to")),
		Agent: strings.TrimSpace(q.Get("agent")), Outcome: q.Get("outcome"), Of: q.Get("of"), Page: 1,
	}
	if n, err := strconv.Atoi(q.Get("page")); err == nil && n > 1 {
		f.Page = n
	}
	return f
}

// Query is the filter as it stands in an address, at another page.
func (f callFilter) Query(page int) string {
	v := url.Values{}
	for key, value := range map[string]string{"state": f.State, "from": f.From, "to": f.To, "agent": f.Agent, "outcome": f.Outcome, "of": f.Of} {
		if value != "" {
			v.Set(key, value)
		}
	}
	if page > 1 {
		v.Set("page", strconv.Itoa(page))
	}
	return "?" + v.Encode()
}

// Any reports whether it leaves anything out.
func (f callFilter) Any() bool {
	f.Page = 0
	return f != callFilter{}
}

func (f callFilter) Before() string { return f.Query(f.Page - 1) }
func (f callFilter) After() string  { return f.Query(f.Page + 1) }

// row is a call in the list.
type row struct {
	ID            string
	Began         time.Time // when it came; zero where that is not known
	At            time.Time // when it was last heard of
	Lasted        string    // so far, where it is live; empty where it is not known
	From, To      string
	Version       uint32 // of the flows; 0 where they are not kept any more
	Step, Outcome string
	Agent         string // who took it, or is rung
	Live          bool
	Problem       string // what is to be looked at; empty is nothing
}

type callsData struct {
	Filter   callFilter
	Rows     []row
	More     bool
	Outcomes []string
	Copy     bool // the simulator's calls are kept apart
}

// results are the ways in which calls end, in the order of their numbers.
var results = []flow.Result{
	flow.ResultAnswered, flow.ResultVoicemail, flow.ResultAbandoned, flow.ResultGoodbye, flow.ResultHandedOff,
	flow.ResultCallback, flow.ResultRejected, flow.ResultLimit, flow.ResultFailed,
}

func outcome(r flow.Result) string {
	if r == flow.NoResult {
		return ""
	}
	return strings.TrimPrefix(flow.Post{Kind: flow.PostEnded, Result: r}.String(), "ends ")
}

// resultOf is the result of an outcome in words; none for words that are none.
func resultOf(word string) flow.Result {
	for _, r := range results {
		if word == outcome(r) {
			return r
		}
	}
	return flow.NoResult
}

func (c *Console) calls(ctx context.Context, f callFilter) (callsData, error) {
	store := c.storeOf(f)
	d := callsData{Filter: f, Copy: len(c.stores()) > 1}
	for _, r := range results {
		d.Outcomes = append(d.Outcomes, outcome(r))
	}
	now, err := store.Agenda().Now(ctx)
	if err != nil {
		return d, err
	}
	skip := (f.Page - 1) * pageSize
	for call, err := range c.selected(ctx, store, f) {
		if err != nil {
			return d, err
		}
		if skip > 0 {
			skip--
			continue
		}
		if len(d.Rows) == pageSize {
			d.More = true
			break
		}
		d.Rows = append(d.Rows, c.row(ctx, store, call, now))
	}
	return d, nil
}

// selected are the calls that a filter asks for, the newest first. Of an agent they are
// the one that rings the agent now, and those that the agent took.
func (c *Console) selected(ctx context.Context, store storage.Store, f callFilter) iter.Seq2[flow.Call, error] {
	q := storage.Query{Live: f.State == "live", From: c.number(ctx, f.From), To: c.number(ctx, f.To), Result: resultOf(f.Outcome)}
	all := []storage.Query{q}
	if f.Agent != "" {
		agent := c.agentID(ctx, f.Agent)
		all = []storage.Query{q, q}
		all[0].Agent, all[1].TakenBy = agent, agent
	}
	return func(yield func(flow.Call, error) bool) {
		for _, q := range all {
			for call, err := range store.Calls().List(ctx, c.cfg.Account, q) {
				asked := err == nil && !call.IsLeg() && (q.Agent == "" || call.TakenBy != q.Agent) &&
					(f.State != "ended" || call.Has(flow.Closed)) && (f.Outcome == "" || f.Outcome == outcome(call.Result))
				if (asked || err != nil) && !yield(call, err) {
					return
				}
			}
		}
	}
}

// agentID is the id of the agent whom somebody names: by it, by name or by extension.
func (c *Console) agentID(ctx context.Context, who string) string {
	if _, err := c.cfg.Store.Directory().Agent(ctx, c.cfg.Account, who); err == nil {
		return who
	}
	for g, err := range c.cfg.Store.Directory().Agents(ctx, c.cfg.Account) {
		if err == nil && (g.Extension == who || strings.EqualFold(g.Name, who)) {
			return g.ID
		}
	}
	return who
}

func (c *Console) row(ctx context.Context, s storage.Store, call flow.Call, now time.Time) row {
	r := row{
		ID: call.ID, At: time.Unix(0, call.Last), From: call.From.String(), To: string(call.To), Agent: call.TakenBy,
		Outcome: outcome(call.Result), Live: !call.Has(flow.Closed), Problem: problemOf(call),
	}
	if call.Began != 0 {
		r.Began = time.Unix(0, call.Began)
	}
	if long, known := call.Lasted(now); known {
		r.Lasted = brief(long)
	}
	if call.From == "" {
		r.From = "withheld"
	}
	if call.Party != nil {
		r.Agent = call.Party.Agent
	}
	if b, err := c.book(ctx, s, call.Release); err == nil {
		r.Step, r.Version = b.StepName(call.State), b.Version
	}
	return r
}

// problemOf is what is to be looked at of a call, in a few words.
func problemOf(call flow.Call) string {
	switch {
	case call.Result == flow.ResultFailed:
		return "the call failed"
	case call.Result == flow.ResultLimit:
		return "went round too often"
	case call.Has(flow.Reconciled):
		return "its end was not reported"
	case call.Owed:
		return "the carrier does not confirm"
	}
	return ""
}

// storeOf is where the calls are that a filter is about.
func (c *Console) storeOf(f callFilter) storage.Store {
	all := c.stores()
	if f.Of == "simulator" {
		return all[len(all)-1]
	}
	return all[0]
}

// number is what was written, in E.164 where it is a number.
func (c *Console) number(ctx context.Context, s string) number.E164 {
	region := ""
	if a, err := c.cfg.Store.Accounts().Load(ctx, c.cfg.Account); err == nil {
		region = a.Region
	}
	if n, err := written.Parse(s, region); err == nil {
		return n
	}
	return number.E164(s)
}

func (c *Console) callsPage(w http.ResponseWriter, r *http.Request) error {
	f := filterOf(r)
	d, err := c.calls(r.Context(), f)
	if err != nil {
		return err
	}
	v := c.view(r, "calls", "Calls", d)
	if f.Page == 1 {
		v.Live = "calls/live" + f.Query(1)
	}
	return c.show(w, "calls", http.StatusOK, v)
}

func (c *Console) callsLive(w http.ResponseWriter, r *http.Request) error {
	v := c.view(r, "calls", "Calls", nil)
	v.Base = "./" // of the page that shows it
	return c.stream(w, r, func(ctx context.Context) (_ []byte, err error) {
		if v.Data, err = c.calls(ctx, filterOf(r)); err != nil {
			return nil, err
		}
		return part("calls", "live", v)
	})
}
