package extflow_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
)

const (
	mainLine = number.E164("+12025550100")
	alice    = number.E164("+14155550100")
	bob      = number.E164("+14155550101")
)

// desk is an account with Ada at 1001 and Grace at 1002, who serve a queue.
func desk() extflow.Setup {
	return extflow.Setup{
		Account: "acme",
		Settings: flow.Settings{
			Defaults:  flow.Defaults{DefaultQueue: "support", DefaultMailbox: "team"},
			Mailboxes: map[string]flow.Mailbox{"team": {}},
			Queues:    map[string]flow.Queue{"support": {MaxWait: time.Minute}},
			Flows:     map[string]flow.Flow{"desk": {Busy: flow.ToVoicemail("team"), NoAnswer: flow.ToQueue("support")}},
		},
		Agents: []extension.Agent{
			{ID: "ada", Extension: "1001", Endpoints: []extension.Endpoint{{Address: "client:ada"}}, Presence: extension.Available},
			{ID: "grace", Extension: "1002", Endpoints: []extension.Endpoint{{Address: "client:grace"}}, Presence: extension.Away},
		},
		Members: map[string][]string{"support": {"ada", "grace"}},
		Numbers: []number.Assignment{{Number: mainLine, Entry: "flow desk", Emergency: number.Emergency{Say: "Please call back tomorrow."}}},
	}
}

// exchange is an engine with a store whose clock the test moves, and a carrier
// that remembers what it was told to do.
type exchange struct {
	*extflow.Engine
	t       *testing.T
	store   storage.Store
	carrier *recorder
	now     time.Time
}

type recorder struct {
	mu    sync.Mutex
	turns []flow.Turn
	err   error
	knows adapter.Status
}

func (r *recorder) Do(_ context.Context, t flow.Turn) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.turns = append(r.turns, t)
	return r.err
}

func (r *recorder) Probe(context.Context, flow.Call) (adapter.Status, error) { return r.knows, nil }
func (r *recorder) Abilities() adapter.Abilities                             { return adapter.Abilities{Place: true} }

func (r *recorder) done() []flow.CommandKind {
	r.mu.Lock()
	defer r.mu.Unlock()
	var kinds []flow.CommandKind
	for _, t := range r.turns {
		kinds = append(kinds, t.Move.Do.Kind)
	}
	return kinds
}

func open(t *testing.T, wrap ...func(storage.Store) storage.Store) *exchange {
	t.Helper()
	x := &exchange{t: t, carrier: &recorder{knows: adapter.Status{Report: flow.Alive}}, now: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}
	x.store = memory.New(memory.Config{Now: func() time.Time { return x.now }})
	used := x.store
	for _, w := range wrap {
		used = w(used)
	}
	var err error
	x.Engine, err = extflow.New(extflow.Config{Store: used, Carriers: map[string]adapter.Carrier{"test": x.carrier}})
	require.NoError(t, err)
	_, err = extflow.Install(t.Context(), x.store, desk(), x.now)
	require.NoError(t, err)
	return x
}

// arrives brings a call, as the carrier's request for its first document.
func (x *exchange) arrives(from number.E164, ref string) flow.Turn {
	x.t.Helper()
	turn, err := x.Handle(x.t.Context(), arrival(from, ref))
	require.NoError(x.t, err)
	return turn
}

func arrival(from number.E164, ref string) flow.Event {
	return flow.Event{Reply: true, What: flow.What{Kind: flow.Arrived, Start: &flow.Info{Carrier: "test", Ref: ref, From: from, To: mainLine}}}
}

// then reports what happened next, in answer to a turn.
func (x *exchange) then(turn flow.Turn, w flow.What) flow.Turn {
	x.t.Helper()
	next, err := x.Handle(x.t.Context(), flow.Event{Call: turn.Call, Re: turn.Seq, Reply: true, What: w})
	require.NoError(x.t, err)
	return next
}

func (x *exchange) call(turn flow.Turn) flow.Call {
	x.t.Helper()
	c, err := x.store.Calls().Load(x.t.Context(), turn.Call)
	require.NoError(x.t, err)
	return c
}

func (x *exchange) agent(id string) extension.Agent {
	x.t.Helper()
	a, err := x.store.Directory().Agent(x.t.Context(), "acme", id)
	require.NoError(x.t, err)
	return a
}

func pressed(digits flow.Digits) flow.What { return flow.What{Kind: flow.Pressed, Digits: digits} }
func kind(k flow.Kind) flow.What           { return flow.What{Kind: k} }

func TestEngine_reachesAnAgentByExtension(t *testing.T) {
	t.Parallel()
	x := open(t)
	turn := x.arrives(alice, "CA1")
	require.Equal(t, flow.Listen, turn.Move.Do.Kind)

	turn = x.then(turn, pressed("1001"))
	require.Equal(t, flow.Connect, turn.Move.Do.Kind)
	require.Equal(t, "client:ada", turn.Move.Do.Party.Endpoints[0].Address)
	require.True(t, x.agent("ada").Duty.Held(), "a rung agent is reserved")

	turn = x.then(turn, kind(flow.AgentHungUp))
	require.Equal(t, flow.Hangup, turn.Move.Do.Kind)
	require.False(t, x.agent("ada").Duty.Held(), "the reservation ends with the talk")

	x.then(turn, kind(flow.HungUp))
	c := x.call(turn)
	require.True(t, c.Has(flow.Closed))
	require.Equal(t, flow.ResultAnswered, c.Result)
}

func TestEngine_answersARepeatedRequestWithTheSameTurn(t *testing.T) {
	t.Parallel()
	x := open(t)
	first := x.arrives(alice, "CA1")
	require.Equal(t, first, x.arrives(alice, "CA1"), "the same call arriving twice is one call")

	ringing := x.then(first, pressed("1001"))
	require.Equal(t, ringing, x.then(first, pressed("1001")), "a late repeat gets the turn that stands")
	require.Equal(t, ringing, x.then(first, pressed("1002")), "and moves nothing")
	require.Equal(t, uint32(3), x.call(first).Rev)
}

// What is told to those who watch is not even made where nobody does.
func TestEngine_allocatesLessWhereNobodyWatches(t *testing.T) {
	costs := func(observe func(extflow.Observed)) float64 {
		store := memory.New(memory.Config{})
		engine, err := extflow.New(extflow.Config{
			Store: store, Carriers: map[string]adapter.Carrier{"test": &recorder{}}, Logger: slog.New(slog.DiscardHandler), Observe: observe,
		})
		require.NoError(t, err)
		_, err = extflow.Install(t.Context(), store, desk(), time.Now())
		require.NoError(t, err)
		again := arrival(alice, "CA1")
		return testing.AllocsPerRun(100, func() { _, err = engine.Handle(t.Context(), again) })
	}
	require.Less(t, costs(nil), costs(func(extflow.Observed) {}))
}

func TestEngine_answersOneRequestSentManyTimesAtOnceWithOneTurn(t *testing.T) {
	t.Parallel()
	x := open(t)
	first := x.arrives(alice, "CA1")
	answers := make([]flow.Turn, 16)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() {
			answers[i], _ = x.Handle(t.Context(), flow.Event{Call: first.Call, Re: first.Seq, Reply: true, What: pressed("1001")})
		})
	}
	all.Wait()
	for _, a := range answers {
		require.Equal(t, answers[0], a)
	}
	turns, err := x.store.Calls().Turns(t.Context(), first.Call, 0)
	require.NoError(t, err)
	require.Len(t, turns, 3, "arrived, pressed, found: once")
}

func TestEngine_givesOneAgentToOneOfManyCallers(t *testing.T) {
	t.Parallel()
	x := open(t)
	var mu sync.Mutex
	got := map[flow.CommandKind]int{}
	var all sync.WaitGroup
	for i := range 24 {
		turn := x.arrives(number.E164("+1415555"+string(rune('0'+i/10))+string(rune('0'+i%10))+"00"), "CA"+string(rune('a'+i)))
		all.Go(func() {
			next, err := x.Handle(t.Context(), flow.Event{Call: turn.Call, Re: turn.Seq, Reply: true, What: pressed("1001")})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				got[next.Move.Do.Kind]++
			}
		})
	}
	all.Wait()
	require.Equal(t, map[flow.CommandKind]int{flow.Connect: 1, flow.Record: 23}, got, "the others take the rule for busy")
}

func TestEngine_refusesANumberThatNobodyHas(t *testing.T) {
	t.Parallel()
	x := open(t)
	e := arrival(alice, "CA1")
	e.Start.To = "+12025550199"
	turn, err := x.Handle(t.Context(), e)
	require.NoError(t, err)
	require.Equal(t, flow.Command{Kind: flow.Hangup, Cause: flow.Unassigned}, turn.Move.Do)
}

func TestEngine_refusesACallFromItsOwnNumberAsALoop(t *testing.T) {
	t.Parallel()
	x := open(t)
	turn := x.arrives(mainLine, "CA1")
	require.Equal(t, flow.LineBusy, turn.Move.Do.Cause)
	require.Equal(t, flow.ResultRejected, x.call(turn).Result)
}

func TestEngine_hangsUpACallThatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	x := open(t)
	turn, err := x.Handle(t.Context(), flow.Event{Call: flow.Key{Account: "acme", ID: "nobody's"}, Re: 1, Reply: true, What: pressed("1")})
	require.ErrorIs(t, err, storage.ErrNotFound)
	require.Equal(t, flow.Hangup, turn.Move.Do.Kind)
}

func TestEngine_bringsTheWaitingCallerToWhoeverBecomesFree(t *testing.T) {
	t.Parallel()
	x := open(t)
	talking := x.then(x.arrives(alice, "CA1"), pressed("1001"))
	x.then(talking, kind(flow.Answered))
	waiting := x.then(x.arrives(bob, "CA2"), pressed("*"))
	require.Equal(t, flow.Hold, waiting.Move.Do.Kind)
	require.NoError(t, x.Wake(t.Context()))
	require.Empty(t, x.carrier.done(), "nobody is free yet")

	x.then(talking, kind(flow.AgentHungUp))
	require.NoError(t, x.Wake(t.Context()))
	require.Equal(t, []flow.CommandKind{flow.Originate}, x.carrier.done(), "a leg is placed to Ada")
	placed := x.carrier.turns[0]
	require.Equal(t, waiting, x.then(waiting, kind(0)), "and the caller goes on holding")

	joined := x.then(placed, flow.What{Kind: flow.Answered, Yes: true})
	require.Equal(t, flow.Join, joined.Move.Do.Kind)
	require.Equal(t, waiting.Call.ID, joined.Move.Do.Room)
	require.NoError(t, x.Wake(t.Context()))
	require.Equal(t, []flow.CommandKind{flow.Originate, flow.Join}, x.carrier.done(), "the caller is joined too")
	require.Equal(t, flow.ResultAnswered, x.call(waiting).Result)
}

func TestEngine_callsTheOfferOffWhenTheCallerLeaves(t *testing.T) {
	t.Parallel()
	x := open(t)
	waiting := x.then(x.arrives(bob, "CA2"), pressed("*"))
	require.NoError(t, x.Wake(t.Context()))
	placed := x.carrier.turns[0]
	x.then(waiting, kind(flow.HungUp))
	require.NoError(t, x.Wake(t.Context()))
	require.Equal(t, []flow.CommandKind{flow.Originate, flow.Hangup}, x.carrier.done())

	x.then(placed, kind(flow.HungUp))
	require.False(t, x.agent("ada").Duty.Held())
	require.Zero(t, x.agent("ada").Duty.Misses, "a caller who leaves is nobody's miss")
}

func TestEngine_tellsTheCallWhenTheCarrierRefusesItsTurn(t *testing.T) {
	t.Parallel()
	x := open(t)
	x.then(x.arrives(bob, "CA2"), pressed("*"))
	x.carrier.err = adapter.ErrRefused
	require.NoError(t, x.Wake(t.Context()))
	require.Equal(t, flow.Originate, x.carrier.turns[0].Move.Do.Kind)
	leg := x.call(x.carrier.turns[0])
	require.True(t, leg.Has(flow.Closed))
	require.False(t, x.agent("ada").Duty.Held())
}

func TestEngine_freesTheAgentWhenTheCarrierKnowsNothingOfTheLeg(t *testing.T) {
	t.Parallel()
	x := open(t)
	waiting := x.then(x.arrives(bob, "CA2"), pressed("*"))
	require.NoError(t, x.Wake(t.Context()))
	x.then(waiting, kind(flow.HungUp))
	x.carrier.err = adapter.ErrGone
	require.NoError(t, x.Wake(t.Context()))
	require.Equal(t, []flow.CommandKind{flow.Originate, flow.Hangup}, x.carrier.done())
	require.False(t, x.agent("ada").Duty.Held())
}

func TestEngine_aLegThatCannotBePlacedIsTriedAgainAndOverAtOnceWhenNobodyWantsIt(t *testing.T) {
	t.Parallel()
	x := open(t)
	waiting := x.then(x.arrives(bob, "CA2"), pressed("*"))
	x.carrier.err = errors.New("no route to host")
	require.NoError(t, x.Wake(t.Context()), "the leg is not placed")
	x.now = x.now.Add(5 * time.Second)
	require.NoError(t, x.Wake(t.Context()))
	require.Equal(t, []flow.CommandKind{flow.Originate, flow.Originate}, x.carrier.done())
	x.then(waiting, kind(flow.HungUp))
	require.False(t, x.agent("ada").Duty.Held())
	require.NoError(t, x.Wake(t.Context()))
	require.Len(t, x.carrier.done(), 2, "nobody need be told")
}

// placer is a carrier that tells by which reference it placed a leg, and lets
// something happen before it does.
type placer struct {
	*recorder
	meanwhile func()
}

func (p placer) Place(ctx context.Context, t flow.Turn) (string, error) {
	err := p.Do(ctx, t)
	if p.meanwhile != nil {
		p.meanwhile()
	}
	return "CAleg", err
}

// placing is an exchange whose carrier is a placer, and a caller who waits in it.
func placing(t *testing.T, meanwhile func(x *exchange, waiting flow.Turn)) (x *exchange, waiting flow.Turn) {
	t.Helper()
	x = open(t)
	x.Carriers["test"] = placer{x.carrier, func() { meanwhile(x, waiting) }}
	waiting = x.then(x.arrives(bob, "CA2"), pressed("*"))
	require.NoError(t, x.Wake(t.Context()))
	return x, waiting
}

func TestEngine_keepsTheCarriersReferenceOfALegForEveryNode(t *testing.T) {
	t.Parallel()
	x, waiting := placing(t, func(*exchange, flow.Turn) {})
	require.Equal(t, "CAleg", x.call(x.carrier.turns[0]).Ref)
	x.then(waiting, kind(flow.HungUp))
	require.NoError(t, x.Wake(t.Context()))
	require.Equal(t, []flow.CommandKind{flow.Originate, flow.Hangup}, x.carrier.done())
	require.Equal(t, "CAleg", x.carrier.turns[1].Info.Ref)
}

func TestEngine_aLegWithdrawnWhileItIsPlacedIsHungUpAsSoonAsItIsKnown(t *testing.T) {
	t.Parallel()
	x, _ := placing(t, func(x *exchange, waiting flow.Turn) {
		x.then(waiting, kind(flow.HungUp))
		require.NoError(t, x.Wake(x.t.Context()), "as another node would")
		require.Empty(t, x.carrier.turns[1].Info.Ref, "it cannot be named yet")
		require.True(t, x.agent("ada").Duty.Held(), "something may ring")
	})
	require.Equal(t, []flow.CommandKind{flow.Originate, flow.Hangup, flow.Hangup, flow.Hangup}, x.carrier.done())
	require.Equal(t, "CAleg", x.carrier.turns[2].Info.Ref)
	x.then(x.carrier.turns[0], kind(flow.HungUp))
	require.False(t, x.agent("ada").Duty.Held())
}

func TestEngine_aLegThatTurnsUpWhenAllIsOverIsHungUp(t *testing.T) {
	t.Parallel()
	x, _ := placing(t, func(x *exchange, waiting flow.Turn) {
		x.then(waiting, kind(flow.HungUp))
		x.then(x.carrier.turns[0], kind(flow.HungUp))
		require.False(t, x.agent("ada").Duty.Held())
	})
	require.Equal(t, []flow.CommandKind{flow.Originate, flow.Hangup}, x.carrier.done())
	require.Equal(t, "CAleg", x.carrier.turns[1].Info.Ref)
}

func TestEngine_noLegIsPlacedTwiceByTwoNodes(t *testing.T) {
	t.Parallel()
	x, _ := placing(t, func(x *exchange, _ flow.Turn) {
		x.now = x.now.Add(31 * time.Second) // every lease is over
		require.NoError(t, x.Wake(x.t.Context()))
	})
	require.Equal(t, []flow.CommandKind{flow.Originate}, x.carrier.done())
}

func TestEngine_anAgentsNextTelephoneIsRungWhereTheFirstIsRefused(t *testing.T) {
	t.Parallel()
	x := open(t)
	x.then(x.arrives(bob, "CA2"), pressed("*"))
	x.carrier.err = adapter.ErrNext
	require.NoError(t, x.Wake(t.Context()))
	require.Greater(t, len(x.carrier.turns), 1)
	require.Equal(t, flow.Originate, x.carrier.turns[1].Move.Do.Kind)
	require.Equal(t, uint8(1), x.carrier.turns[1].Move.Do.Tried)
}

func TestEngine_asksTheCarrierBeforeItEndsASilentCall(t *testing.T) {
	t.Parallel()
	x := open(t)
	turn := x.arrives(alice, "CA1")
	x.now = x.now.Add(3 * time.Minute)
	require.NoError(t, x.Wake(t.Context()))
	require.Equal(t, []flow.CommandKind{flow.Listen}, x.carrier.done(), "alive: the turn is owed once more")

	x.carrier.knows = adapter.Status{Report: flow.Gone}
	x.now = x.now.Add(6 * time.Minute)
	require.NoError(t, x.Wake(t.Context()))
	c := x.call(turn)
	require.True(t, c.Has(flow.Closed|flow.Reconciled))
	require.Equal(t, flow.ResultAbandoned, c.Result)
}

func TestEngine_looksUpARecordingThatNeverCame(t *testing.T) {
	t.Parallel()
	x := open(t)
	turn := x.then(x.then(x.arrives(alice, "CA1"), pressed("1002")), kind(0))
	require.Equal(t, flow.Record, turn.Move.Do.Kind)
	x.then(turn, kind(flow.HungUp))
	x.carrier.knows = adapter.Status{Report: flow.Gone, Ref: "RE1", Length: 9 * time.Second}
	x.now = x.now.Add(16 * time.Minute)
	require.NoError(t, x.Wake(t.Context()))
	c := x.call(turn)
	require.True(t, c.Has(flow.Closed|flow.Kept))
	box, err := x.store.Mailboxes().Messages(t.Context(), "acme", "grace")
	require.NoError(t, err)
	require.Len(t, box, 1)
	require.Equal(t, "RE1", box[0].Ref)
	require.Equal(t, storage.Left, box[0].State)
}

func TestEngine_stopsGuessersAcrossCalls(t *testing.T) {
	t.Parallel()
	x := open(t)
	wrong := 0
	for call := range 12 {
		turn := x.arrives(alice, "CA"+string(rune('a'+call)))
		for range 3 {
			next := x.then(turn, pressed("4242"))
			if next.Move.Do.Kind != flow.Listen {
				require.GreaterOrEqual(t, wrong, 20)
				require.Equal(t, flow.Hangup, next.Move.Do.Kind)
				blocked := x.then(x.arrives(alice, "CAx"), pressed("1001"))
				require.Equal(t, flow.Hangup, blocked.Move.Do.Kind, "then even a right entry is wrong")
				require.Equal(t, flow.Connect, x.then(x.arrives(bob, "CAy"), pressed("1001")).Move.Do.Kind, "for nobody else")
				x.now = x.now.Add(time.Hour + time.Second)
				return
			}
			wrong++
			turn = next
		}
		x.then(turn, kind(flow.HungUp))
	}
	t.Fatalf("%d wrong entries and nobody minded", wrong)
}

// Whoever counts wrong entries is told of all of them: of callers who keep their number
// to themselves, of the last one, which leads on, and of agents whom a discreet flow does
// not admit to.
func TestObserved_sayWhereAWrongEntryWasKeyed(t *testing.T) {
	t.Parallel()
	for discreet, want := range map[bool][]string{false: {"flow desk"}, true: {"flow desk", "flow desk", "flow desk"}} {
		var guessed []string
		engine, err := extflow.New(extflow.Config{
			Store: memory.New(memory.Config{}), Carriers: map[string]adapter.Carrier{"test": &recorder{}},
			Observe: func(o extflow.Observed) {
				if o.Guessed != "" {
					guessed = append(guessed, o.Guessed)
				}
			},
		})
		require.NoError(t, err)
		setup := desk()
		setup.Settings.Flows["desk"] = flow.Flow{Discreet: discreet, Repeats: new(2)}
		_, err = extflow.Install(t.Context(), engine.Store, setup, time.Now())
		require.NoError(t, err)
		x := &exchange{t: t, Engine: engine}
		turn := x.then(x.arrives("", "CA1"), pressed("4242"))
		turn = x.then(turn, pressed("1001"))                          // Ada, whose telephone
		x.then(x.then(turn, kind(flow.Unreachable)), pressed("1002")) // is off, and Grace, who is away
		require.Equal(t, want, guessed, "discreet: %t", discreet)
	}
}

// outage is a store that can be switched off.
type outage struct {
	storage.Store
	mu  sync.Mutex
	off error
}

func (o *outage) turn(off error) { o.mu.Lock(); o.off = off; o.mu.Unlock() }

func (o *outage) Agenda() storage.Agenda {
	o.mu.Lock()
	defer o.mu.Unlock()
	return agendaOut{o.Store.Agenda(), o.off}
}

type agendaOut struct {
	storage.Agenda
	off error
}

func (a agendaOut) Now(ctx context.Context) (time.Time, error) {
	if a.off != nil {
		return time.Time{}, a.off
	}
	return a.Agenda.Now(ctx)
}

func TestEngine_asksToComeBackInTheLanguageOfTheNumber(t *testing.T) {
	t.Parallel()
	out := &outage{}
	x := open(t, func(s storage.Store) storage.Store { out.Store = s; return out })
	entry, err := x.store.Numbers().Entry(t.Context(), mainLine)
	require.NoError(t, err)
	entry.Language, entry.Emergency = "es-MX", number.Emergency{}
	require.NoError(t, x.store.Numbers().Assign(t.Context(), entry))
	turn := x.arrives(alice, "CA1")
	out.turn(errors.New("the disk is full"))
	again := flow.Event{Call: turn.Call, Re: turn.Seq, Reply: true, What: pressed("1001")}
	again.Start = &flow.Info{From: alice, To: mainLine}
	safe, err := x.Handle(t.Context(), again)
	require.Error(t, err)
	require.Equal(t, flow.Message{Say: "Un momento, por favor.", Language: "es-MX"}, safe.Move.Say[0])
	again.Try = 2
	safe, err = x.Handle(t.Context(), again)
	require.Error(t, err)
	require.Equal(t, flow.DefaultMessage("emergency", "es-MX"), safe.Move.Say[0])
}

func TestEngine_asksToComeBackTwiceAndThenGivesTheEmergency(t *testing.T) {
	t.Parallel()
	out := &outage{}
	x := open(t, func(s storage.Store) storage.Store { out.Store = s; return out })
	turn := x.arrives(alice, "CA1")
	out.turn(errors.New("the disk is full"))

	again := flow.Event{Call: turn.Call, Re: turn.Seq, Reply: true, What: pressed("1001")}
	again.Start = &flow.Info{From: alice, To: mainLine}
	for try := range uint8(2) {
		again.Try = try
		safe, err := x.Handle(t.Context(), again)
		require.ErrorContains(t, err, "the disk is full")
		require.Equal(t, flow.SafeSeq, safe.Seq)
		require.Equal(t, flow.Again, safe.Move.Do.Kind)
		require.Equal(t, try+1, safe.Move.Do.Retry)
		require.Equal(t, "One moment, please.", safe.Move.Say[0].Say)
	}
	again.Try = 2
	safe, err := x.Handle(t.Context(), again)
	require.Error(t, err)
	require.Equal(t, "Please call back tomorrow.", safe.Move.Say[0].Say, "the number's own, from memory")
	require.Equal(t, flow.Hangup, safe.Move.Do.Kind)

	out.turn(nil)
	again.Try = 1
	next, err := x.Handle(t.Context(), again)
	require.NoError(t, err)
	require.Equal(t, flow.Connect, next.Move.Do.Kind, "the call goes on where it stood")
}

// stuck is a store whose calls come back only when their context ends.
type stuck struct{ storage.Store }

func (s stuck) Calls() storage.Calls { return stuckCalls{s.Store.Calls()} }

type stuckCalls struct{ storage.Calls }

func (stuckCalls) Load(ctx context.Context, _ flow.Key) (flow.Call, error) {
	<-ctx.Done()
	return flow.Call{}, ctx.Err()
}

func TestEngine_waitsForAStuckStoreNoLongerThanItsDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		_, err := extflow.Install(t.Context(), store, desk(), time.Now())
		require.NoError(t, err)
		engine, err := extflow.New(extflow.Config{Store: stuck{store}})
		require.NoError(t, err)
		began := time.Now()
		turn, err := engine.Handle(t.Context(), arrival(alice, "CA1"))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, flow.Again, turn.Move.Do.Kind)
		require.Equal(t, 800*time.Millisecond, time.Since(began), "by the bubble's clock")
	})
}

func TestEngine_runDeliversWhatIsOwedAndEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		carrier := &recorder{knows: adapter.Status{Report: flow.Alive}}
		store := memory.New(memory.Config{})
		engine, err := extflow.New(extflow.Config{Store: store, Carriers: map[string]adapter.Carrier{"test": carrier}})
		require.NoError(t, err)
		_, err = extflow.Install(t.Context(), store, desk(), time.Now())
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- engine.Run(ctx) }()

		turn, err := engine.Handle(t.Context(), arrival(bob, "CA1"))
		require.NoError(t, err)
		waiting, err := engine.Handle(t.Context(), flow.Event{Call: turn.Call, Re: turn.Seq, Reply: true, What: pressed("*")})
		require.NoError(t, err)
		synctest.Wait()
		require.Equal(t, []flow.CommandKind{flow.Originate}, carrier.done(), "at once, without polling")

		time.Sleep(61 * time.Second) // the bubble's clock: the longest wait passes
		synctest.Wait()
		c, err := store.Calls().Load(t.Context(), waiting.Call)
		require.NoError(t, err)
		require.Equal(t, flow.Record, c.Now().Do.Kind)
		cancel()
		require.ErrorIs(t, <-ended, context.Canceled)
	})
}

func TestEngine_logsNoNumberAndNoDigit(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	x := open(t)
	engine, err := extflow.New(extflow.Config{
		Store: x.store, Carriers: map[string]adapter.Carrier{"test": x.carrier},
		Logger: slog.New(slog.NewTextHandler(&syncWriter{w: &log}, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	require.NoError(t, err)
	x.Engine = engine
	turn := x.arrives(alice, "CA1")
	turn = x.then(turn, pressed("7777"))
	turn = x.then(turn, pressed("1001"))
	x.then(turn, kind(flow.HungUp))
	require.Contains(t, log.String(), "turn")
	for _, secret := range []string{string(alice), string(mainLine), "7777", "1001"} {
		require.NotContains(t, log.String(), strings.TrimPrefix(secret, "+"))
	}
}

type syncWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *syncWriter) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(p)
}

func TestNew_tellsEveryFaultAtOnce(t *testing.T) {
	t.Parallel()
	_, err := extflow.New(extflow.Config{Carriers: map[string]adapter.Carrier{"": nil}, Lease: -1})
	require.ErrorIs(t, err, extflow.ErrConfig)
	for _, want := range []string{"Store is missing", "without a name", "must not be negative"} {
		require.ErrorContains(t, err, want)
	}
}

func TestInstall_refusesFaultySettingsAndAnAccountThatExists(t *testing.T) {
	t.Parallel()
	x := open(t)
	_, err := extflow.Install(t.Context(), x.store, desk(), x.now)
	require.ErrorIs(t, err, extflow.ErrExists)

	faulty := desk()
	faulty.Account = "other"
	faulty.Settings.Defaults.DefaultQueue = "suport"
	_, err = extflow.Install(t.Context(), x.store, faulty, x.now)
	require.ErrorIs(t, err, flow.ErrSettings)
	_, err = x.store.Accounts().Load(t.Context(), "other")
	require.ErrorIs(t, err, storage.ErrNotFound, "nothing was stored")
}
