package extflow

import (
	"errors"
	"fmt"
	"time"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
)

// Who outside may be called, and how often.

// OutboundLimit bounds the calls of ours to people outside in a sliding time: what a
// caller asks to be called back, and what the product asks for. They cost money, and
// whoever can have them made can be paid for it. A limit is charged before a call is
// stored, so that no number of requests at once exceeds it; what is then not stored
// stays charged.
type OutboundLimit struct {
	Number  int           // to one number; 10
	Agent   int           // that the product asks for, of one agent; 200
	Account int           // 1,000
	Per     time.Duration // 24 h
}

// Why somebody outside is not called.
var (
	ErrNotCallable = errors.New("this number is not called")
	ErrLimit       = errors.New("the limit of calls to people outside is reached")
)

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

// outlay is what a call to a number counts against.
func (w *work) outlay(n number.E164, agent string) []spend {
	l := w.e.Outbound
	spends := []spend{{"call " + string(n), l.Number, l.Per}, {"calls", l.Account, l.Per}}
	if agent != "" {
		spends = append(spends, spend{"calls of " + agent, l.Agent, l.Per})
	}
	return spends
}

// afford sees that something is left of every budget. The error matches ErrLimit where
// nothing is.
func (w *work) afford(spends []spend) error { return w.charge(spends, 0) }

// pay charges budgets, all or, but for what others charge at this instant, none.
func (w *work) pay(spends []spend) error {
	if err := w.afford(spends); err != nil {
		return err
	}
	return w.charge(spends, 1)
}

func (w *work) charge(spends []spend, cost int) error {
	for _, s := range spends {
		left, err := w.spend(s, cost)
		if err == nil && !left {
			err = fmt.Errorf("%w: %d in %s", ErrLimit, s.limit, s.per)
		}
		if err != nil {
			return err
		}
	}
	return nil
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
	if len(countries) == 0 { // to Dialable that would be any country
		return fmt.Errorf("%w: the account names no country; write settings.countries, or settings.default_region", ErrNotCallable)
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
