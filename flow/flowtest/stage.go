package flowtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
)

// stage is where a story is played: telephones and time, an exchange behind them,
// and what was seen of its calls so far.
type stage struct {
	script   script
	lines    Telephones
	exchange Exchange
	phones   map[string]Caller // callers' newest, by name
	numbers  map[string]number.E164
	names    map[string]string // whose call it is, by the carrier's reference
	dialled  []string          // references, in the order in which they were dialled
	ordered  []string          // calls that the product asked for, in their order
	first    string            // who dialled first: answers without a name are theirs
	watched  []*watched        // calls in the order in which they are told of
	asides   []answer          // what agents heard while their phone was screened
	presence map[string]extension.Presence
	inWords  map[string]bool // calls whose messages were told in words
	acts     int             // of supervisors and of the product
	broken   bool            // something went wrong on the way: what must hold at once may take a while
}

// watched is a call with how far it was told.
type watched struct {
	key  flow.Key
	name string
	leg  bool
	told uint32

	awaits flow.Command // what it was made to do last
}

// raise makes a stage. Time begins at start, by the clock on the account's wall.
func raise(s script, start time.Time, lay Lay, open Open) (*stage, error) {
	lines, carrier, err := lay(onTheWall(start, s.zone))
	if err != nil {
		return nil, err
	}
	st := &stage{
		script:   s,
		lines:    lines,
		phones:   map[string]Caller{},
		numbers:  map[string]number.E164{},
		names:    map[string]string{},
		presence: map[string]extension.Presence{},
		inWords:  map[string]bool{},
	}
	st.exchange, err = open(Site{Document: s.doc, Book: s.book, Name: carrierName, Carrier: carrier, Now: lines.Now})
	if err != nil {
		return nil, err
	}
	for _, a := range s.doc.Agents {
		st.presence[a.ID] = a.Presence
	}
	lines.Overhear(st.overhear)
	if owner, minds := lines.(Owner); minds {
		for _, n := range s.doc.Numbers {
			owner.Owns(string(n.Number))
		}
	}
	return st, lines.Attach(st.exchange)
}

// carrierName is what every story's carrier is called, whichever it is.
const carrierName = "sim"

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
	if st.lines.Impossible(err) {
		return fmt.Errorf("%w: %w", ErrImpossible, err)
	}
	return err
}

func (st *stage) perform(ctx context.Context, a Act) error {
	switch a.Does {
	case Waits:
		return st.lines.Wait(ctx, a.For)
	case Skips:
		_, err := st.lines.SkipToNext(ctx)
		return err
	case Reaches:
		return st.lines.WaitUntil(ctx, onTheWall(a.At, st.script.zone))
	case Refuses, LosesTape, Twice, Lost, Late:
		st.broken = true
		st.lines.Befall(a)
		return nil
	case Dials:
		return st.dial(ctx, a)
	case Turns:
		if err := st.exchange.SetPresence(ctx, st.script.doc.Account, a.Who, a.Presence, ""); err != nil {
			return err
		}
		st.presence[a.Who] = a.Presence
		return st.lines.Wait(ctx, 0)
	case Engaged, Unreachable, LetsRing, Machine:
		return st.manner(ctx, a)
	case Moves, Picks, SaysGoodbye:
		return st.supervise(ctx, a)
	case Calls:
		return st.callOut(ctx, a)
	case Drops:
		return st.drop(ctx, a)
	case Says, SaysNothing:
		return st.reply(ctx, a)
	}
	if _, caller := st.phones[a.Who]; caller || a.speaks() {
		return st.caller(ctx, a)
	}
	return st.agent(ctx, a)
}

// dial is a caller who dials, with a new telephone.
func (st *stage) dial(ctx context.Context, a Act) error {
	if st.first == "" {
		st.first = a.Who
	}
	phone, err := st.lines.Dial(ctx, string(a.From), string(a.To), string(a.Forwarded))
	st.phones[a.Who], st.numbers[a.Who] = phone, a.From
	st.names[phone.Ref()] = a.Who
	st.dialled = append(st.dialled, phone.Ref())
	if m := phone.Refused(); m != nil {
		for _, line := range (flow.Script{}).Move(*m) {
			st.asides = append(st.asides, answer{at: st.lines.Now(), text: st.named(a.Who) + line})
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
	if phone.Over() && !a.speaks() { // who has hung up can be called
		return st.agent(ctx, a)
	}
	switch a.Does {
	case Presses:
		return phone.Press(ctx, string(a.Keys))
	case HangsUp:
		return phone.HangUp(ctx)
	case Speaks, Tells:
		if err := phone.Say(ctx, a.Word, a.For); err != nil {
			return err
		}
		return st.lines.Wait(ctx, a.For)
	}
	return fmt.Errorf("%w: callers do no such thing", ErrImpossible)
}

// callOf is the call of a caller's telephone, or one of ours that calls it: of who has
// hung up, or never dialled.
func (st *stage) callOf(ctx context.Context, who string) (flow.Key, error) {
	phone, from := st.phones[who], st.numbers[who]
	if phone == nil {
		from = number.E164(strings.TrimPrefix(who, "tel:"))
	}
	calls, err := st.exchange.Calls(ctx)
	i := slices.IndexFunc(calls, func(c flow.Call) bool { return phone != nil && !c.Info.IsPlaced() && c.Ref == phone.Ref() })
	if ours := slices.IndexFunc(calls, func(c flow.Call) bool {
		return c.IsOutbound() && c.From == from && !c.Has(flow.Closed)
	}); ours >= 0 && (phone == nil || phone.Over()) {
		i = ours
	}
	if err != nil || i < 0 {
		return flow.Key{}, cmp.Or(err, fmt.Errorf("%w: %s is in no call", ErrImpossible, who))
	}
	return calls[i].Key, nil
}
