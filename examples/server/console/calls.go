package console

import (
	"context"
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
	ID, Release    string
	At             time.Time
	From, To       string
	Step, Outcome  string
	Agent          string
	Live, Problems bool
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
	all := c.stores()
	d := callsData{Filter: f, Copy: len(all) > 1}
	for _, r := range results {
		d.Outcomes = append(d.Outcomes, outcome(r))
	}
	store := all[0]
	if f.Of == "simulator" {
		store = all[len(all)-1]
	}
	q := storage.Query{Live: f.State == "live", From: c.number(ctx, f.From), To: c.number(ctx, f.To), Result: resultOf(f.Outcome)}
	skip := (f.Page - 1) * pageSize
	for call, err := range store.Calls().List(ctx, c.cfg.Account, q) {
		if err != nil {
			return d, err
		}
		if call.IsLeg() || !f.selects(call) {
			continue
		}
		if skip > 0 {
			skip--
			continue
		}
		if len(d.Rows) == pageSize {
			d.More = true
			break
		}
		d.Rows = append(d.Rows, c.row(ctx, store, call))
	}
	return d, nil
}

// selects is what the store is not asked for.
func (f callFilter) selects(call flow.Call) bool {
	agent := ""
	if call.Party != nil {
		agent = call.Party.Agent
	}
	return (f.Agent == "" || f.Agent == agent) &&
		(f.State != "ended" || call.Has(flow.Closed)) &&
		(f.Outcome == "" || f.Outcome == outcome(call.Result))
}

func (c *Console) row(ctx context.Context, s storage.Store, call flow.Call) row {
	r := row{
		ID: call.ID, Release: call.Release, At: time.Unix(0, call.Last), From: call.From.String(), To: string(call.To),
		Outcome: outcome(call.Result), Live: !call.Has(flow.Closed), Problems: call.Has(flow.Reconciled) || call.Result == flow.ResultFailed || call.Result == flow.ResultLimit,
	}
	if call.From == "" {
		r.From = "withheld"
	}
	if call.Party != nil {
		r.Agent = call.Party.Agent
	}
	if b, err := c.book(ctx, s, call.Release); err == nil {
		r.Step = b.StepName(call.State)
	}
	return r
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
