package extflow

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
)

// WithinLimits is a view of a store that keeps an account within what its carriers can
// do: whatever publishes settings, or gives a number to a carrier, through this view
// is refused what a carrier of one of the account's numbers cannot do. The errors are
// flow.Faults, every fault at once, and nothing is changed. Products save through it;
// the engine goes by the store itself.
func WithinLimits(s storage.Store, carriers map[string]adapter.Carrier) storage.Store {
	limits := map[string]bounds{}
	for name, c := range carriers {
		limits[name] = bounds{c, adapter.LimitsOf(c), adapter.SpeechOf(c)}
	}
	if len(limits) == 0 {
		return s
	}
	return limited{s, limits}
}

type limited struct {
	storage.Store
	limits map[string]bounds
}

// bounds are what a carrier can do, and what its voices can say.
type bounds struct {
	carrier adapter.Carrier
	limits  adapter.Limits
	speech  adapter.Speech
}

func (l limited) Releases() storage.Releases { return limitedReleases{l.Store.Releases(), l} }
func (l limited) Numbers() storage.Numbers   { return limitedNumbers{l.Store.Numbers(), l} }

// faults are those of settings with the carriers that one of the numbers has.
func (l limited) faults(s flow.Settings, numbers ...number.Assignment) error {
	var faults flow.Faults
	for _, name := range slices.Sorted(maps.Keys(l.limits)) {
		for _, n := range numbers {
			if n.Serves(name) {
				faults = append(faults, l.limits[name].limits.Faults(name, s)...)
				faults = append(faults, l.limits[name].speech.Faults(name, s)...)
				faults = append(faults, adapter.ScribeFaults(name, l.limits[name].carrier, s)...)
				break
			}
		}
	}
	return faults.Err()
}

type limitedReleases struct {
	storage.Releases
	limited limited
}

func (r limitedReleases) Publish(ctx context.Context, release flow.Release) error {
	var numbers []number.Assignment
	for n, err := range r.limited.Store.Numbers().List(ctx, release.Account) {
		if err != nil {
			return err
		}
		numbers = append(numbers, n)
	}
	if err := r.limited.faults(release.Settings, numbers...); err != nil {
		return err
	}
	return r.Releases.Publish(ctx, release)
}

type limitedNumbers struct {
	storage.Numbers
	limited limited
}

func (n limitedNumbers) Assign(ctx context.Context, a number.Assignment) error {
	latest, err := n.limited.Store.Releases().Latest(ctx, a.Account)
	if err == nil {
		err = n.limited.faults(latest.Settings, a)
	} else if errors.Is(err, storage.ErrNotFound) {
		err = nil
	}
	if err != nil {
		return err
	}
	return n.Numbers.Assign(ctx, a)
}
