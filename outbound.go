package extflow

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
)

// OutboundLimit bounds the calls of ours to people outside in a sliding time: what a
// caller asks to be called back, and what the product asks for. They cost money, and
// whoever can have them made can be paid for it.
type OutboundLimit struct {
	Number  int           // to one number; 10
	Agent   int           // that the product asks for, of one agent; 200
	Account int           // 1,000
	Per     time.Duration // 24 h
}

func (l OutboundLimit) negative() bool { return min(l.Number, l.Agent, l.Account, int(l.Per)) < 0 }

func (l OutboundLimit) withDefaults() OutboundLimit {
	for _, is := range []struct {
		limit *int
		n     int
	}{{&l.Number, 10}, {&l.Agent, 200}, {&l.Account, 1000}} {
		if *is.limit == 0 {
			*is.limit = is.n
		}
	}
	if l.Per == 0 {
		l.Per = 24 * time.Hour
	}
	return l
}

// Why somebody outside is not called.
var (
	ErrNotCallable = errors.New("this number is not called")
	ErrLimit       = errors.New("the limit of calls to people outside is reached")
	ErrUnavailable = errors.New("the agent cannot be rung now")
	ErrRequest     = errors.New("the request makes no sense")
)

// CallOut asks for a call from an agent to somebody outside: click to call. The agent's
// telephone rings first, and whoever accepts there is joined to To once that answers.
// It is all of it that a contact centre needs: "call me" on a web page is the same with
// the visitor's number, since nobody wants customers to be rung before there is anybody
// to talk to.
type CallOut struct {
	Account   string
	Key       string      // the product's own name for this request, up to 200 bytes: the same key is the same call
	Agent     string      // the agent's id, or else
	Extension string      // the extension, as a caller keys it
	From      number.E164 // one of the account's numbers, which To sees
	To        number.E164
	Carrier   string // by which both are called; empty takes the first that can, by name
	Region    string // the carrier's region, where it has any
}

// CallOut places a call from an agent to somebody outside and returns its key: by that
// the call is read, followed (Observe, the feed) and ended (Signal with flow.Dropped).
// It is stored when CallOut returns, and nothing has rung yet. Asked for again with the
// same Key it is the same call, also where the outcome of the first request was unknown.
//
// The errors are ErrRequest, ErrNotCallable (also where Config.Dialable is not set),
// ErrLimit, ErrUnavailable for an agent who is busy or away, storage.ErrNotFound for an
// agent or a number that the account has not, storage.ErrConflict where the Key was used
// for another call, and the store's. Nothing is placed then.
func (e *Engine) CallOut(ctx context.Context, o CallOut) (flow.Key, error) {
	key := flow.Key{Account: o.Account, ID: uuid.NewSHA1(uuid.NameSpaceURL, []byte("extflow:call:"+o.Key)).String()}
	if err := o.check(); err != nil {
		return key, err
	}
	for range maxConflicts {
		known, err := e.Store.Calls().Load(ctx, key)
		switch {
		case err == nil && (known.From != o.To || known.Info.To != o.From):
			return key, fmt.Errorf("the key %q is of another call: %w", o.Key, storage.ErrConflict)
		case err == nil:
			return key, nil
		case !errors.Is(err, storage.ErrNotFound):
			return key, err
		}
		err = e.callOut(ctx, key, o)
		var taken *storage.TakenError
		switch {
		case errors.As(err, &taken):
			return key, fmt.Errorf("%w: %w", ErrUnavailable, err)
		case !errors.Is(err, storage.ErrConflict):
			return key, err
		}
	}
	return key, storage.ErrConflict
}

func (o CallOut) check() error {
	var faults []error
	add := func(wrong bool, what string) {
		if wrong {
			faults = append(faults, errors.New(what))
		}
	}
	add(o.Account == "", "Account is missing")
	add(o.Key == "" || len(o.Key) > 200, "Key is missing or longer than 200 bytes; give each request a name of its own, and a repeated one the same")
	add((o.Agent == "") == (o.Extension == ""), "one of Agent and Extension is needed, not both")
	add(!o.From.Valid(), "From is one of the account's numbers, as in +12025550100")
	add(!o.To.Valid(), "To is a telephone number, as in +14155550100")
	if len(faults) > 0 {
		return errors.Join(append([]error{ErrRequest}, faults...)...)
	}
	return nil
}

// callOut stores the call, and the agent's leg of it.
func (e *Engine) callOut(ctx context.Context, key flow.Key, o CallOut) error {
	now, err := e.Store.Agenda().Now(ctx)
	if err != nil {
		return err
	}
	entry, err := e.Store.Numbers().Entry(ctx, o.From)
	if err == nil && entry.Account != o.Account {
		err = storage.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("the number %v: %w", o.From, err)
	}
	release := entry.Release
	if release == "" {
		if release, err = e.Store.Releases().Current(ctx, o.Account); err != nil {
			return err
		}
	}
	carrier, party, err := e.summoned(ctx, o, entry, release, now)
	if err != nil {
		return err
	}
	w := e.begin(ctx, o.Account, now, nil)
	if err := w.affords(carrier, o.To, party.Agent); err != nil {
		return err
	}
	start := flow.Info{
		Key: key, Carrier: carrier, Region: o.Region, From: o.To, To: o.From, Release: release, Entry: entry.Entry, Outbound: true,
	}
	if _, err := w.happen(key.ID, flow.Event{Call: key, At: now, What: flow.What{Kind: flow.Arrived, Start: &start}}); err != nil {
		return err
	}
	if _, err := w.ring(ring{Offer: flow.Offer{Call: key.ID, Carrier: carrier, Party: party}, leg: e.NewID()}); err != nil {
		return err
	}
	return w.commit()
}

// summoned is the agent who is asked for, and the carrier that reaches it and the other
// side.
func (e *Engine) summoned(ctx context.Context, o CallOut, entry number.Assignment, release string, now time.Time) (string, *extension.Party, error) {
	b, err := e.book(ctx, o.Account, release)
	if err != nil {
		return "", nil, err
	}
	if o.Agent != "" {
		a, err := e.Store.Directory().Agent(ctx, o.Account, o.Agent)
		if err != nil {
			return "", nil, fmt.Errorf("agent %s: %w", o.Agent, err)
		}
		o.Extension = a.Extension
	}
	worst := fmt.Errorf("%w: no carrier that places calls serves %v", ErrUnavailable, o.From)
	for _, name := range slices.Sorted(maps.Keys(e.Carriers)) {
		if o.Carrier != "" && o.Carrier != name || !entry.Serves(name) || !adapter.AbilitiesOf(e.Carriers[name]).Place {
			continue
		}
		class, party, err := e.Store.Directory().Find(ctx, o.Account, storage.Lookup{
			Entry: o.Extension, Caller: o.To, Carrier: name, Open: e.opener(b, now),
		})
		switch {
		case err != nil:
			return "", nil, err
		case class == extension.ClassAvailable:
			return name, party, nil
		case party == nil:
			return "", nil, fmt.Errorf("extension %s: %w", o.Extension, storage.ErrNotFound)
		}
		worst = fmt.Errorf("%w: %s is %s", ErrUnavailable, party.Agent, class)
	}
	return "", nil, worst
}

// affords sees that somebody outside may be called, and has it counted once this is
// stored.
func (w *work) affords(carrier string, n number.E164, agent string) error {
	if err := w.callable(carrier, n); err != nil {
		return err
	}
	spends := w.outlay(n, agent)
	for _, s := range spends {
		left, err := w.left(s)
		if err != nil {
			return err
		}
		if !left {
			return fmt.Errorf("%w: %d in %s", ErrLimit, s.limit, s.per)
		}
	}
	w.spends = append(w.spends, spends...)
	return nil
}

// outlay is what a call to a number counts against.
func (w *work) outlay(n number.E164, agent string) []spend {
	l := w.e.Outbound
	spends := []spend{{"call " + string(n), l.Number, l.Per}, {"calls", l.Account, l.Per}}
	if agent != "" {
		spends = append(spends, spend{"calls of " + agent, l.Agent, l.Per})
	}
	return spends
}

// callable sees that a number may be called at all: the error says why not.
func (w *work) callable(carrier string, n number.E164) error {
	switch {
	case n == "":
		return fmt.Errorf("%w: it was withheld", ErrNotCallable)
	case w.e.Dialable == nil:
		return fmt.Errorf("%w: the engine was not told which numbers may be (Config.Dialable)", ErrNotCallable)
	case !adapter.AbilitiesOf(w.e.Carriers[carrier]).Place:
		return fmt.Errorf("%w: the carrier %q places no calls", ErrNotCallable, carrier)
	}
	a, err := w.e.Store.Accounts().Load(w.ctx, w.account)
	if err != nil {
		return err
	}
	countries := a.Countries
	if len(countries) == 0 && a.Region != "" {
		countries = []string{a.Region}
	}
	if err := w.e.Dialable(n, countries); err != nil {
		return fmt.Errorf("%w: %w", ErrNotCallable, err)
	}
	_, err = w.e.Store.Numbers().Entry(w.ctx, n)
	switch {
	case err == nil:
		return fmt.Errorf("%w: it is one of our own", ErrNotCallable)
	case !errors.Is(err, storage.ErrNotFound):
		return err
	}
	return nil
}

// vet is whether the caller may be called back: busy says that there is a callback for
// the number already. Where that may be, id is the one that the callback is to have.
func (w *work) vet(c flow.Call) (what flow.What, id string, err error) {
	what = flow.What{Kind: flow.Found, Class: extension.ClassAway}
	if err := w.callable(c.Carrier, c.From); err != nil {
		if errors.Is(err, ErrNotCallable) {
			what.Cause, err = err.Error(), nil
		}
		return what, "", err
	}
	for other, err := range w.e.Store.Calls().List(w.ctx, w.account, storage.Query{Live: true, From: c.From}) {
		if err != nil {
			return what, "", err
		}
		if other.IsOutbound() && other.Queue != "" {
			what.Class = extension.ClassBusy
			return what, "", nil
		}
	}
	for _, s := range w.outlay(c.From, "") {
		if left, err := w.left(s); err != nil {
			return what, "", err
		} else if !left {
			return flow.What{Kind: flow.Exhausted, Budget: flow.Outlay}, "", nil
		}
	}
	what.Class = extension.ClassAvailable
	if id, err = w.callbackID(c.From); id == "" && err == nil {
		what.Class = extension.ClassBusy
	}
	return what, id, err
}

// callbackID is the id of a number's next callback; empty where one is open. Whoever
// asks for one at the same time comes to the same id, so that one of them is stored
// and the other finds it open.
func (w *work) callbackID(n number.E164) (string, error) {
	for i := 0; ; i = max(1, 2*i) {
		id := uuid.NewSHA1(uuid.NameSpaceURL, []byte("extflow:callback:"+string(n)+":"+strconv.Itoa(i))).String()
		c, err := w.e.Store.Calls().Load(w.ctx, flow.Key{Account: w.account, ID: id})
		switch {
		case errors.Is(err, storage.ErrNotFound):
			return id, nil
		case err != nil || !c.Has(flow.Closed):
			return "", err
		}
	}
}

// standIn has a callback stand in the line in the place of a caller who waits there.
func (w *work) standIn(b *flow.Book, c flow.Call) (flow.What, error) {
	what, id, err := w.vet(c)
	if err != nil || what.Class != extension.ClassAvailable {
		return what, err
	}
	start := flow.Info{
		Key: flow.Key{Account: w.account, ID: id}, Carrier: c.Carrier, Region: c.Region, From: c.From, To: c.Info.To,
		Release: c.Release, Entry: c.Entry, Queue: b.Line(c), Outbound: true, After: c.ID, Since: b.Joined(c),
	}
	w.spends = append(w.spends, w.outlay(c.From, "")...)
	arrived := w.event(id, flow.What{Kind: flow.Arrived, Start: &start})
	if _, err := w.happen(id, arrived); err != nil {
		return what, err
	}
	return what, nil
}
