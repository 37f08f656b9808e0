package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/examples/server/simulator"
)

// What the phone's page shows.

type phoneData struct {
	Root     string // the address of the page, below the console's
	Draft    *draftedPhone
	From, To string
	Errors   map[string]string
	Numbers  []ours
	Keypad   any
	Manners  any
	Faults   any
	Copy     bool
	Filter   string

	Now     time.Time
	Running bool
	Ahead   string
	Next    string // when something is due; empty where nothing is

	Ref      string
	Caller   *telephone // nil where no call was placed
	Others   []telephone
	Desk     []desk
	More     bool // agents who are not shown
	Timeline *timeline
}

// ours is a number of the account.
type ours struct{ Number, Label string }

// telephone is a telephone as one sees it.
type telephone struct {
	Ref, Phone string
	Doing      string
	Over       bool
	Entry      string
	Heard      []said
	Music      *said // what plays while the caller waits, where that is a file
	Timers     []deadline
	With       string
	Shown      string
	Manner     string
	Cause      string
	Answer     bool // it rings
	Press      bool // the agent is to press 1
	HangUp     bool
	Records    bool
}

type deadline struct{ Name, In string }

func (c *Console) phonePage(w http.ResponseWriter, r *http.Request) error {
	return c.phoneShow(w, r, nil)
}

// phoneAgain shows the page with what was typed, and what is wrong with it.
func (c *Console) phoneAgain(w http.ResponseWriter, r *http.Request, faults map[string]string) error {
	if r.Header.Get("X-Script") != "" {
		for _, text := range faults {
			return &problem{status: http.StatusUnprocessableEntity, text: text, fields: faults}
		}
	}
	return c.phoneShow(w, r, faults)
}

func (c *Console) phoneShow(w http.ResponseWriter, r *http.Request, faults map[string]string) error {
	if c.exchange(r) == nil {
		if isDraft(r) {
			return c.next(w, r, "flows")
		}
		return c.show(w, "phone-off", http.StatusOK, c.view(r, "phone", "Phone", nil))
	}
	d, err := c.phone(r.Context(), r)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if d.Errors = faults; len(faults) > 0 {
		status = http.StatusUnprocessableEntity
	}
	title := "Phone"
	if d.Draft != nil {
		title = "Your draft's phone"
	}
	v := c.view(r, "phone", title, d)
	if len(faults) == 0 {
		v.Live = d.Root + "/live?" + url.Values{"call": {d.Ref}, "agents": {d.Filter}}.Encode()
	}
	return c.show(w, "phone", status, v)
}

func (c *Console) phoneLive(w http.ResponseWriter, r *http.Request) error {
	if c.exchange(r) == nil {
		return errNoSim
	}
	v := c.view(r, "phone", "Phone", nil)
	v.Base = strings.TrimSuffix(base(r), "../") // of the page that shows it
	if v.Base == "" {
		v.Base = "./"
	}
	return c.stream(w, r, func(ctx context.Context) (_ []byte, err error) {
		if v.Data, err = c.phone(ctx, r); err != nil {
			return nil, err
		}
		return part("phone", "live", v)
	})
}

func (c *Console) phone(ctx context.Context, r *http.Request) (phoneData, error) {
	s := c.exchange(r)
	if s == nil {
		return phoneData{}, errNoSim
	}
	_ = s.Catch(context.WithoutCancel(ctx)) // what went wrong at a phone is in the log
	clock := s.Clock()
	d := phoneData{
		Root: phoneRoot(r), From: r.FormValue("from"), To: r.FormValue("to"), Keypad: keypad, Manners: manners, Faults: faultWords, Copy: c.cfg.Renew != nil,
		Now: clock.Now, Running: clock.Running, Ref: r.FormValue("call"), Filter: strings.TrimSpace(r.FormValue("agents")),
	}
	switch ahead := clock.Ahead.Round(time.Second); {
	case ahead > 0:
		d.Ahead = brief(ahead) + " ahead of real time"
	case ahead < 0:
		d.Ahead = brief(-ahead) + " behind real time"
	}
	if r.Method == http.MethodGet && !r.Form.Has("from") {
		d.From = "+14155550100"
	}
	for n, err := range s.Store.Numbers().List(ctx, c.cfg.Account) {
		if err != nil {
			return d, err
		}
		if len(d.Numbers) < 200 {
			d.Numbers = append(d.Numbers, ours{string(n.Number), n.Label})
		}
	}
	if isDraft(r) {
		if d.Copy, d.Draft = false, c.triedOut(ctx, person(r)); d.To == "" && d.Draft != nil {
			d.To = d.Draft.Number
		}
	}
	if d.To == "" && len(d.Numbers) > 0 {
		d.To = d.Numbers[0].Number
	}
	if err := c.callers(ctx, s, &d); err != nil {
		return d, err
	}
	return d, c.desks(ctx, s, &d)
}

// mostOthers is how many other callers are shown.
const mostOthers = 12

// callers are the caller's telephone and those of others.
func (c *Console) callers(ctx context.Context, s *simulator.Simulator, d *phoneData) error {
	for _, p := range s.Carrier.Phones() {
		if len(d.Others) == mostOthers { // each has all that was heard on it, and there may be hundreds
			break
		}
		if v := p.View(); v.Ref != d.Ref {
			d.Others = append(d.Others, c.telephone(s, v, d.Now))
		}
	}
	p, ok := s.Carrier.Phone(d.Ref)
	if !ok {
		return nil
	}
	v := p.View()
	t := c.telephone(s, v, d.Now)
	d.Caller = &t
	d.From = v.Phone
	if v.Call.ID == "" {
		return nil
	}
	var err error
	if d.Timeline, err = c.timeline(ctx, v.Call.ID, false); err != nil {
		var p *problem
		if !errors.As(err, &p) { // a number that nobody has makes no call
			return err
		}
		return nil
	}
	if d.Timeline.Call.To != "" {
		d.To = string(d.Timeline.Call.To)
	}
	if at, _, armed := d.Timeline.Call.Wake(); armed && at.After(d.Now) {
		d.Next = in(at.Sub(d.Now))
	}
	if len(t.Timers) > 0 {
		d.Next = t.Timers[0].In
	}
	return nil
}

// call is the id of the caller's call; empty where there is none.
func (d *phoneData) call() string {
	if d.Timeline == nil {
		return ""
	}
	return d.Timeline.Call.ID
}

func (c *Console) telephone(s *simulator.Simulator, v sim.View, now time.Time) telephone {
	t := telephone{
		Ref: v.Ref, Phone: v.Phone, Doing: doing[v.State], Over: isOver(v.State), Entry: string(v.Entry), Shown: v.Shown, Cause: v.Cause,
		With: strings.Join(v.With, ", "), Manner: c.mannerOf(s, v.Phone),
		Answer: v.State == sim.Ringing, Press: v.State == sim.Screening, Records: v.State == sim.Recording,
		HangUp: v.State == sim.Screening || v.State == sim.Joining || v.State == sim.Talking,
	}
	if t.Phone == "" {
		t.Phone = "withheld"
	}
	if t.Shown == "" {
		t.Shown = "withheld"
	}
	for i, h := range v.Heard {
		t.Heard = append(t.Heard, said{h.At, spoken(h.Message), i + 1, h.Message.Content, false})
	}
	if m := v.Turn.Move.Do.Music; m != nil && m.Content != "" && v.State == sim.Holding {
		t.Music = &said{Text: spoken(*m), Sound: m.Content, Round: true}
	}
	for _, timer := range v.Timers {
		name := timerWords[timer.Name]
		if name == "" {
			name = timer.Name
		}
		t.Timers = append(t.Timers, deadline{name, in(timer.At.Sub(now))})
	}
	return t
}
