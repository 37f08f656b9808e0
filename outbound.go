package extflow

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
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

// ErrRequest is a request of which no call can be made, whatever the state of things.
var ErrRequest = errors.New("the request makes no sense")

// CallOut places a call from an agent to somebody outside and returns its key: by that
// the call is read, followed (Observe, the feed) and ended (Signal with flow.Dropped).
// It is stored when CallOut returns, and nothing has rung yet. Asked for again with the
// same Key it is the same call, also where the outcome of the first request was unknown.
//
// The errors are ErrRequest, ErrNotCallable (also where Config.Dialable is not set),
// ErrLimit, ErrNotFree for an agent who is busy or away, storage.ErrNotFound for an
// agent or a number that the account has not, storage.ErrConflict where the Key was used
// for another call, and the store's. Nothing is placed then.
func (e *Engine) CallOut(ctx context.Context, o CallOut) (flow.Key, error) {
	key := flow.Key{Account: o.Account, ID: uuid.NewSHA1(uuid.NameSpaceURL, []byte("extflow:call:"+o.Key)).String()}
	if err := o.check(); err != nil {
		return key, err
	}
	paid := false
	for range maxConflicts {
		known, err := e.Store.Calls().Load(ctx, key)
		switch {
		case err == nil:
			return key, e.sameRequest(ctx, known, o)
		case !errors.Is(err, storage.ErrNotFound):
			return key, err
		}
		err = e.callOut(ctx, key, o, &paid)
		var taken *storage.TakenError
		switch {
		case errors.As(err, &taken):
			return key, fmt.Errorf("%w: %w", ErrNotFree, err)
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

// sameRequest is nil where a call that there is already is the one that is asked for.
func (e *Engine) sameRequest(ctx context.Context, known flow.Call, o CallOut) error {
	turns, err := e.Store.Calls().Turns(ctx, known.Key, 0)
	if err != nil {
		return err
	}
	same := known.From == o.To && known.Info.To == o.From
	if len(turns) > 0 && turns[0].Event.Party != nil {
		asked := turns[0].Event.Party
		same = same && (asked.Agent == o.Agent || o.Agent == "" && asked.Extension == o.Extension)
	}
	if !same {
		return fmt.Errorf("the key %q is of another call: %w", o.Key, storage.ErrConflict)
	}
	return nil
}

// callOut stores the call, and the agent's leg of it.
func (e *Engine) callOut(ctx context.Context, key flow.Key, o CallOut, paid *bool) error {
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
	release, err := e.release(ctx, entry)
	if err != nil {
		return err
	}
	carrier, party, err := e.summoned(ctx, o, entry, release, now)
	if err != nil {
		return err
	}
	w := e.begin(ctx, o.Account, now, nil)
	if err := w.callable(carrier, o.To); err != nil {
		return err
	}
	if !*paid {
		if err := w.pay(w.outlay(o.To, party.Agent)); err != nil {
			return err
		}
		*paid = true
	}
	start := flow.Info{
		Key: key, Carrier: carrier, Region: o.Region, From: o.To, To: o.From, Release: release, Entry: entry.Entry, Outbound: true,
	}
	arrived := flow.Event{Call: key, At: now, What: flow.What{Kind: flow.Arrived, Start: &start, Party: party}}
	if _, err := w.happen(key.ID, arrived); err != nil {
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
	worst := fmt.Errorf("%w: no carrier that places calls serves %v", ErrNotCallable, o.From)
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
		worst = fmt.Errorf("%s is %s: %w", party.Agent, class, ErrNotFree)
	}
	return "", nil, worst
}
