package console

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/picture"
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

// callData is the page of one call.
type callData struct {
	*timeline
	Full     bool // numbers and keys are shown
	At       int  // replayed up to this entry; 0 is all
	Svg      string
	Outline  []picture.Line
	Outcome  string
	From     string
	Story    string
	Testable bool
	Unsaid   bool // the standing turn is still to be delivered
	Ago      string
}

func (d callData) Shown() []entry {
	if d.At > 0 && d.At < len(d.Entries) {
		return d.Entries[:d.At]
	}
	return d.Entries
}

func (d callData) Query(at int) string {
	q := url.Values{}
	if d.Full {
		q.Set("full", "1")
	}
	if at > 0 {
		q.Set("at", strconv.Itoa(at))
	}
	return "?" + q.Encode()
}

func (d callData) Previous() int { return max(d.At-1, 1) }
func (d callData) Next() int     { return min(d.At+1, len(d.Entries)) }

func (c *Console) call(ctx context.Context, r *http.Request) (callData, error) {
	d := callData{Full: r.URL.Query().Get("full") == "1"}
	var err error
	if d.timeline, err = c.timeline(ctx, r.PathValue("call"), !d.Full); err != nil {
		return d, err
	}
	if n, err := strconv.Atoi(r.URL.Query().Get("at")); err == nil && n > 0 {
		d.At = min(n, len(d.Entries))
	}
	d.Svg = d.picture(d.At, nil)
	d.Outline = picture.Outline(d.reached())
	d.Outcome, d.From = outcome(d.Call.Result), d.Call.From.String()
	if d.Full {
		d.From = string(d.Call.From)
	}
	if d.Call.From == "" {
		d.From = "withheld"
	}
	d.Story = d.story(!d.Full)
	d.Testable = d.Call.Has(flow.CallerGone) && !d.Call.IsLeg()
	d.Unsaid = d.Call.Owed
	return d, nil
}

func (c *Console) callPage(w http.ResponseWriter, r *http.Request) error {
	d, err := c.call(r.Context(), r)
	if err != nil {
		return err
	}
	if d.Full {
		c.note(r, "looked at the numbers and keys of a call", "call", d.Call.ID)
	}
	v := c.view(r, "calls", "Call from "+d.From, d)
	if d.At == 0 && !d.Call.Has(flow.Closed) {
		v.Live = "calls/" + url.PathEscape(d.Call.ID) + "/live" + d.Query(0)
	}
	return c.show(w, "call", http.StatusOK, v)
}

func (c *Console) callLive(w http.ResponseWriter, r *http.Request) error {
	v := c.view(r, "calls", "Call", nil)
	v.Base = "../" // of the page that shows it
	return c.stream(w, r, func(ctx context.Context) (_ []byte, err error) {
		if v.Data, err = c.call(ctx, r); err != nil {
			return nil, err
		}
		return part("call", "live", v)
	})
}

// callStory is the call as a file that tests are written in.
func (c *Console) callStory(w http.ResponseWriter, r *http.Request) error {
	t, err := c.timeline(r.Context(), r.PathValue("call"), false)
	if err != nil {
		return err
	}
	c.note(r, "took the story of a call", "call", t.Call.ID)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="call.call"`)
	_, err = w.Write([]byte(t.story(false)))
	return err
}

func (c *Console) endCall(w http.ResponseWriter, r *http.Request) error {
	call, store, err := c.find(r.Context(), r.PathValue("call"))
	if err != nil {
		return err
	}
	if !call.Live() {
		return &problem{status: http.StatusConflict, text: "The caller has gone already."}
	}
	engine := c.cfg.Engine
	if s := c.sim(); s != nil && store == s.Store {
		engine = s.Engine
	}
	drop := flow.What{Kind: flow.Told, News: flow.Dropped}
	if err := engine.Signal(r.Context(), flow.Event{Call: call.Key, ID: uuid.NewString(), What: drop}); err != nil {
		return err
	}
	c.note(r, "ended a call", "call", call.ID)
	if s := c.sim(); s != nil {
		_ = s.Catch(context.WithoutCancel(r.Context()))
	}
	c.settled(r.Context())
	return c.next(w, r, "calls/"+url.PathEscape(call.ID)+"?done=ended")
}

// note logs what somebody did that others may ask about.
func (c *Console) note(r *http.Request, what string, args ...any) {
	c.cfg.Logger.InfoContext(r.Context(), what, append([]any{"by", person(r).ID}, args...)...)
}
