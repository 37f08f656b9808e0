package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/examples/server/simulator"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/number/written"
)

// The phone: a caller's telephone on the page, agents' telephones beside it, and
// time in between. All that happens is the production engine's; the carrier alone is
// simulated.

// phoneActs are what the page's buttons do.
func (c *Console) phoneActs() map[string]handler {
	return map[string]handler{
		"dial": c.dial, "keys": c.caller((*Console).pressKeys), "speak": c.caller((*Console).speak), "hangup": c.caller((*Console).hangUp),
		"agent": c.agentActs, "manner": c.manner, "presence": c.simPresence, "skip": c.skip, "clock": c.clock, "faults": c.faults, "renew": c.renew,
	}
}

var errNoSim = &problem{status: http.StatusNotFound, text: "The simulator is off, or your draft is not being called any more. Start the server with -simulator, or press “Call this draft” on the page of a flow."}

// dial places a call.
func (c *Console) dial(w http.ResponseWriter, r *http.Request) error {
	s := c.exchange(r)
	if s == nil {
		return errNoSim
	}
	ctx := r.Context()
	region := ""
	if a, err := s.Store.Accounts().Load(ctx, c.cfg.Account); err == nil {
		region = a.Region
	}
	from, to := strings.TrimSpace(r.FormValue("from")), strings.TrimSpace(r.FormValue("to"))
	callee, err := written.Parse(to, region)
	if err != nil {
		return c.phoneAgain(w, r, map[string]string{"to": "Number to call: " + sentence(err.Error())})
	}
	if n, err := written.Parse(from, region); err == nil {
		from = string(n)
	} else if from != "" && !withheld(from) {
		return c.phoneAgain(w, r, map[string]string{"from": "Caller: write a number such as +14155550100, or leave it empty to withhold it."})
	}
	var p *sim.Phone
	err = s.Act(ctx, func(ctx context.Context) (err error) {
		p, err = s.Carrier.Dial(ctx, from, string(callee), sim.Options{})
		return err
	})
	if p == nil {
		return err
	}
	return c.next(w, r, phoneRoot(r)+"?placed=1&call="+url.QueryEscape(p.View().Ref))
}

func withheld(from string) bool { return number.Caller(from) == "" }

// caller is an act at the caller's telephone that the form names.
func (c *Console) caller(act func(*Console, context.Context, *http.Request, *simulator.Simulator, *sim.Phone) error) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		s := c.exchange(r)
		if s == nil {
			return errNoSim
		}
		ref := r.FormValue("call")
		p, ok := s.Carrier.Phone(ref)
		if !ok {
			return &problem{status: http.StatusConflict, text: "This telephone is on no call any more. Press Call to place another."}
		}
		err := act(c, r.Context(), r, s, p)
		if errors.Is(err, sim.ErrOver) {
			return &problem{status: http.StatusConflict, text: "The call is over. Press Call to place another."}
		}
		if err != nil {
			return err
		}
		c.cfg.News.Changed()
		return c.next(w, r, phoneRoot(r)+"?call="+url.QueryEscape(ref))
	}
}

func (c *Console) pressKeys(ctx context.Context, r *http.Request, s *simulator.Simulator, p *sim.Phone) error {
	keys := r.FormValue("keys")
	if keys == "" || len(keys) > 32 || strings.Trim(keys, "0123456789*#") != "" {
		return wrong("Keys: press 0 to 9, * and #.")
	}
	return s.Act(ctx, func(ctx context.Context) error { return p.Press(ctx, keys) })
}

func (c *Console) speak(ctx context.Context, r *http.Request, s *simulator.Simulator, p *sim.Phone) error {
	seconds, err := strconv.Atoi(r.FormValue("seconds"))
	if err != nil || seconds < 1 || seconds > 600 {
		return wrong("Speak: write how many seconds, 1 to 600.")
	}
	d := time.Duration(seconds) * time.Second
	if err := s.Act(ctx, func(ctx context.Context) error { return p.Say(ctx, r.FormValue("words"), d) }); err != nil {
		return err
	}
	return s.Skip(ctx, d)
}

func (c *Console) hangUp(ctx context.Context, _ *http.Request, s *simulator.Simulator, p *sim.Phone) error {
	return s.Act(ctx, p.HangUp)
}

// skip lets time pass at once.
func (c *Console) skip(w http.ResponseWriter, r *http.Request) error {
	s := c.exchange(r)
	if s == nil {
		return errNoSim
	}
	if r.FormValue("for") == "next" {
		some, err := s.SkipToNext(r.Context())
		if err != nil {
			return err
		}
		if !some {
			return &problem{status: http.StatusConflict, text: "Nothing is due: no call is under way."}
		}
	} else {
		d, err := time.ParseDuration(r.FormValue("for"))
		if err != nil {
			return wrong("Skip: write a time such as 20s or 5m.")
		}
		if err := s.Skip(r.Context(), d); errors.Is(err, simulator.ErrSkip) {
			return wrong("Skip: write a time from 0s to 24h.")
		} else if err != nil {
			return err
		}
	}
	c.cfg.News.Changed()
	return c.next(w, r, phoneRoot(r)+"?call="+url.QueryEscape(r.FormValue("call")))
}

// clock stops time, or has it pass again.
func (c *Console) clock(w http.ResponseWriter, r *http.Request) error {
	s := c.exchange(r)
	if s == nil {
		return errNoSim
	}
	turn := s.Start
	if r.FormValue("running") == "no" {
		turn = s.Stop
	}
	if err := turn(r.Context()); err != nil {
		return err
	}
	c.cfg.News.Changed()
	return c.next(w, r, phoneRoot(r)+"?call="+url.QueryEscape(r.FormValue("call")))
}

// faultWords are what can go wrong between carrier and server, with the next event or the
// next command that no event asks for.
var faultWords = []struct{ Value, Text string }{
	{"twice", "The next event arrives twice"}, {"late", "The next event arrives 3 s late"}, {"mute", "The answer to the next event is lost"},
	{"lost", "The next event is lost"}, {"final", "The report that the caller hung up is lost"}, {"swapped", "The next two events change places"},
	{"down", "The carrier cannot be reached for the next command"}, {"refused", "The carrier refuses the next command"},
}

// faults injects one.
func (c *Console) faults(w http.ResponseWriter, r *http.Request) error {
	s := c.exchange(r)
	if s == nil {
		return errNoSim
	}
	next := func(f sim.Fault) sim.Faults { return sim.Faults{Next: []sim.Fault{f}} }
	f, ok := map[string]sim.Faults{
		"twice": next(sim.Fault{Twice: true}), "late": next(sim.Fault{Late: 3 * time.Second}), "mute": next(sim.Fault{Mute: true}), "lost": next(sim.Fault{Lost: true}),
		"final": next(sim.Fault{Kind: flow.HungUp, Lost: true}), "swapped": next(sim.Fault{Swapped: true}), "down": {DoFails: 1}, "refused": {DoRefuses: 1},
	}[r.FormValue("fault")]
	if !ok {
		return wrong("Fault: pick one of the list.")
	}
	s.Carrier.Break(f)
	return c.next(w, r, phoneRoot(r)+"?call="+url.QueryEscape(r.FormValue("call")))
}

// renew gives the simulator a fresh copy of the account.
func (c *Console) renew(w http.ResponseWriter, r *http.Request) error {
	if c.cfg.Renew == nil {
		return notFound("The simulator works on the account itself.")
	}
	if err := c.cfg.Renew(r.Context()); err != nil {
		return err
	}
	return c.next(w, r, "phone?done=renewed")
}

// keypad is the keys of a telephone, with the letters that stand on them.
var keypad = []struct {
	Key, Letters string
	Sign         bool
}{
	{"1", "", false}, {"2", "ABC", false}, {"3", "DEF", false}, {"4", "GHI", false}, {"5", "JKL", false}, {"6", "MNO", false},
	{"7", "PQRS", false}, {"8", "TUV", false}, {"9", "WXYZ", false}, {"*", "star", true}, {"0", "", false}, {"#", "pound", true},
}

// doing is what a telephone does, in words for people.
var doing = map[sim.State]string{
	sim.Idle: "idle", sim.Waiting: "connecting", sim.Hearing: "hears", sim.Listening: "waits for keys", sim.Holding: "on hold",
	sim.Recording: "recording", sim.Ringing: "ringing", sim.Screening: "asked to press 1", sim.Joining: "joining", sim.Talking: "talking", sim.Over: "call ended",
}

// timerWords are a telephone's deadlines, in words.
var timerWords = map[string]string{
	"first digit": "first key", "next digit": "next key", "ring": "rings at most", "accept": "press 1", "longest": "longest message", "silence": "silence ends it",
	"limit": "longest talk", "words": "words", "alone": "alone", "again": "asks again", "answers": "answers by itself", "declines": "declines by itself", "presses 1": "presses 1 by itself",
}

func in(d time.Duration) string {
	d = max(d, 0).Round(time.Second)
	return fmt.Sprintf("%d:%02d", int(d.Minutes()), int(d.Seconds())%60)
}

func isOver(s sim.State) bool { return slices.Contains([]sim.State{sim.Over, sim.Idle}, s) }
