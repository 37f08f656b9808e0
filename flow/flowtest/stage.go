package flowtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
)

// stage is where a story is played: telephones and time, an exchange behind them,
// and what was seen of its calls so far.
type stage struct {
	script   script
	carrier  *sim.Carrier
	exchange Exchange
	phones   map[string]*sim.Phone // callers' newest, by name
	names    map[flow.Key]string   // whose call it is
	first    string                // who dialled first: answers without a name are theirs
	watched  []*watched            // calls in the order in which they are told of
	asides   []answer              // what agents heard while their phone was screened
	presence map[string]extension.Presence
	broken   bool // something went wrong on the way: what must hold at once may take a while
}

// watched is a call with how far it was told.
type watched struct {
	key  flow.Key
	name string
	leg  bool
	told uint32
}

// raise makes a stage. Time begins at start, by the clock on the account's wall.
func raise(s script, start time.Time, open Open) (*stage, error) {
	st := &stage{
		script:   s,
		carrier:  sim.New(sim.Config{Start: onTheWall(start, s.zone)}),
		phones:   map[string]*sim.Phone{},
		names:    map[flow.Key]string{},
		presence: map[string]extension.Presence{},
	}
	var err error
	st.exchange, err = open(Site{Document: s.doc, Book: s.book, Name: "sim", Carrier: st.carrier, Now: st.carrier.Now})
	if err != nil {
		return nil, err
	}
	for _, a := range s.doc.Agents {
		st.presence[a.ID] = a.Presence
	}
	ctx := context.Background()
	st.carrier.Attach(st.exchange)
	st.carrier.Clockwork(func() (time.Time, bool) {
		at, some, err := st.exchange.Next(ctx)
		return at, some && err == nil
	}, st.exchange.Wake)
	st.carrier.Observe(st.overhear)
	return st, nil
}

// monday is when stories begin that do not say: 9 in the morning.
var monday = time.Date(2026, time.January, 5, 9, 0, 0, 0, time.UTC)

// onTheWall is the instant at which a clock in the zone shows the time.
func onTheWall(t time.Time, zone *time.Location) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, zone)
}

// ErrImpossible is in the error of an act that cannot happen where it comes: nothing
// rings, or the call has ended.
var ErrImpossible = errors.New("this cannot happen here")

// do has an act happen.
func (st *stage) do(ctx context.Context, a Act) error {
	st.asides = nil
	err := st.perform(ctx, a)
	if errors.Is(err, sim.ErrIdle) || errors.Is(err, sim.ErrOver) {
		return fmt.Errorf("%w: %w", ErrImpossible, err)
	}
	return err
}

func (st *stage) perform(ctx context.Context, a Act) error {
	switch a.Does {
	case Waits:
		return st.carrier.Wait(ctx, a.For)
	case Skips:
		_, err := st.carrier.SkipToNext(ctx)
		return err
	case Reaches:
		return st.carrier.WaitUntil(ctx, onTheWall(a.At, st.script.zone))
	case Refuses:
		st.broken = true
		st.carrier.Break(sim.Faults{DoRefuses: 1})
		return nil
	case Twice, Lost, Late:
		st.broken = true
		st.carrier.Break(sim.Faults{Next: []sim.Fault{{Twice: a.Does == Twice, Lost: a.Does == Lost, Late: a.For}}})
		return nil
	case Dials:
		return st.dial(ctx, a)
	case Turns:
		if err := st.exchange.SetPresence(ctx, st.script.doc.Account, a.Who, a.Presence, ""); err != nil {
			return err
		}
		st.presence[a.Who] = a.Presence
		return st.carrier.Wait(ctx, 0)
	case Engaged, Unreachable, LetsRing, Machine:
		return st.manner(ctx, a)
	}
	if _, caller := st.phones[a.Who]; caller || a.Does == Speaks || a.Does == Drops {
		return st.caller(ctx, a)
	}
	return st.agent(ctx, a)
}

// dial is a caller who dials, with a new telephone.
func (st *stage) dial(ctx context.Context, a Act) error {
	if st.first == "" {
		st.first = a.Who
	}
	phone, err := st.carrier.Dial(ctx, string(a.From), string(a.To), sim.Options{ForwardedFrom: string(a.Forwarded)})
	st.phones[a.Who] = phone
	if v := phone.View(); v.Call != (flow.Key{}) {
		st.names[v.Call] = a.Who
	} else {
		for _, line := range (flow.Script{}).Move(v.Turn.Move) {
			st.asides = append(st.asides, answer{at: st.carrier.Now(), text: st.named(a.Who) + line})
		}
	}
	return err
}

// caller is something that a caller does on the telephone.
func (st *stage) caller(ctx context.Context, a Act) error {
	phone := st.phones[a.Who]
	if phone == nil {
		return fmt.Errorf("%w: %s has not dialled", ErrImpossible, a.Who)
	}
	switch a.Does {
	case Presses:
		return phone.Press(ctx, string(a.Keys))
	case HangsUp:
		return phone.HangUp(ctx)
	case Speaks:
		if err := phone.Speak(ctx, a.For); err != nil {
			return err
		}
		return st.carrier.Wait(ctx, a.For)
	case Drops:
		told := flow.Event{Call: phone.View().Call, What: flow.What{Kind: flow.Told, News: flow.Dropped}}
		if err := st.exchange.Signal(ctx, told); err != nil {
			return err
		}
		return st.carrier.Wait(ctx, 0)
	}
	return fmt.Errorf("%w: callers do no such thing", ErrImpossible)
}

// agent is something that an agent does: at the endpoint named, or at the first
// one where it can be done.
func (st *stage) agent(ctx context.Context, a Act) error {
	phones, err := st.endpoints(a.Who)
	if err != nil {
		return err
	}
	var at []*sim.Agent
	for _, p := range phones {
		ripe := false
		switch p.View().State {
		case sim.Idle:
		case sim.Ringing:
			ripe = a.Does == Answers || a.Does == Declines
		default:
			ripe = a.Does == Presses || a.Does == HangsUp
		}
		if ripe {
			at = append(at, p)
		}
	}
	if len(at) == 0 {
		return sim.ErrIdle
	}
	switch a.Does {
	case Answers:
		return at[0].Answer(ctx)
	case Presses:
		return at[0].Press(ctx, string(a.Keys))
	case HangsUp:
		return at[0].HangUp(ctx)
	case Declines:
		for _, p := range at {
			if err := p.Decline(ctx); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("%w: agents do no such thing", ErrImpossible)
}

// manner is what an agent's telephones do by themselves from now on.
func (st *stage) manner(ctx context.Context, a Act) error {
	phones, err := st.endpoints(a.Who)
	if err != nil {
		return err
	}
	for _, p := range phones {
		v := p.View()
		switch a.Does {
		case Engaged:
			p.Set(sim.Engaged, 0)
		case Unreachable:
			p.Set(sim.Unreachable, 0)
		case LetsRing:
			p.Set(sim.RingsOut, 0)
		case Machine:
			if !strings.HasPrefix(v.Phone, "tel:") {
				continue
			}
			p.Set(sim.Voicemail, 0)
			if v.State == sim.Ringing {
				if err := p.Answer(ctx); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// endpoints are the telephones of an agent, or the one at an address.
func (st *stage) endpoints(who string) ([]*sim.Agent, error) {
	if strings.Contains(who, ":") {
		return []*sim.Agent{st.carrier.Agent(who)}, nil
	}
	i := slices.IndexFunc(st.script.doc.Agents, func(a extension.Agent) bool { return a.ID == who })
	if i < 0 {
		return nil, fmt.Errorf("%w: %s is neither an agent of the account nor on the telephone", ErrImpossible, who)
	}
	var phones []*sim.Agent
	for _, e := range st.script.doc.Agents[i].Endpoints {
		phones = append(phones, st.carrier.Agent(e.Address))
	}
	return phones, nil
}

// overhear keeps what an agent is told at a telephone that the carrier screens. Of
// a leg that is asked by turns of its own, those tell it.
func (st *stage) overhear(h sim.Happening) {
	if h.What != sim.Heard || !strings.Contains(h.Phone, ":") || st.carrier.Agent(h.Phone).View().State != sim.Screening {
		return
	}
	line := flow.Script{}.Move(flow.Move{Say: []flow.Message{h.Said}})[0]
	owns := func(a extension.Agent) bool {
		return slices.ContainsFunc(a.Endpoints, func(e extension.Endpoint) bool { return e.Address == h.Phone })
	}
	if i := slices.IndexFunc(st.script.doc.Agents, owns); i >= 0 {
		st.asides = append(st.asides, answer{at: h.At, rank: overheard, text: st.script.doc.Agents[i].ID + ": " + line})
	}
}
