package extension

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
)

// Holder returns the agent who holds the extension now.
func (d *Directory) Holder(ext string) (Agent, bool) {
	if c := d.register.claims[ext]; c != nil && c.Until.IsZero() {
		return d.Agent(c.Agent)
	}
	return Agent{}, false
}

// Quarantined lists the extensions that rest, by extension. Some may be over by
// now: see Claim.Open.
func (d *Directory) Quarantined() iter.Seq[Claim] {
	return func(yield func(Claim) bool) {
		resting := slices.SortedFunc(slices.Values(d.register.ending), func(a, b *Claim) int { return strings.Compare(a.Extension, b.Extension) })
		for _, c := range resting {
			if !yield(*c) {
				return
			}
		}
	}
}

// NextFree is the extension that the next agent gets. The error is ErrFull.
func (d *Directory) NextFree(now time.Time) (string, error) { return d.register.next(now) }

// Check reports whether the agent may have the extension: one of the range, not
// reserved, and in nobody's way. An id without an agent stands for a new one. The
// error says which is free instead; it is one that Range.Check or Range.Admits
// returns.
func (d *Directory) Check(ext, agent string, now time.Time) error {
	err := d.register.admits(ext, agent, now)
	if err == nil {
		return nil
	}
	next, full := d.register.next(now)
	if full != nil {
		return fmt.Errorf("%w; no other is free", err)
	}
	return fmt.Errorf("%w; the next free one is %s", err, next)
}
