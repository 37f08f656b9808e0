package farend

import (
	"math/rand/v2"
	"time"
)

// Mishap is what goes wrong with one letter.
type Mishap struct {
	Cut, Mute, Lost, Swapped, Twice bool
	Late                            time.Duration
}

// Fault befalls the next letter of its purpose; the zero purpose is the next of any.
// One of the others says what it is; Late is by how much exactly a letter arrives late,
// or its answer takes longer.
type Fault[K comparable] struct {
	For                             K
	Cut, Mute, Lost, Swapped, Twice bool
	Late                            time.Duration
}

// Odds are how likely each mishap is, from 0 to 1.
type Odds struct{ Cut, Mute, Lost, Swapped, Twice, Late float64 }

// Plan is the faults that are still to come. The zero value is none.
type Plan[K comparable] struct {
	next   []Fault[K]
	lateBy time.Duration
	rand   *rand.Rand
}

// NewPlan has certain faults befall certain letters, once each, and then chance: the
// same seed and the same letters have the same mishaps. Late is by at most lateBy; 10 s.
func NewPlan[K comparable](seed uint64, lateBy time.Duration, next []Fault[K]) Plan[K] {
	if lateBy <= 0 {
		lateBy = 10 * time.Second
	}
	return Plan[K]{next: append([]Fault[K](nil), next...), lateBy: lateBy, rand: rand.New(rand.NewPCG(seed, 0))}
}

// Draw is what befalls a letter: a fault that waits for it, else by chance. Every letter
// draws as often, so that one fault more does not change the others.
func (p *Plan[K]) Draw(of K, odds Odds) Mishap {
	var any K
	if f, ok := Take(&p.next, func(f Fault[K]) bool { return f.For == any || f.For == of }); ok {
		return Mishap{Cut: f.Cut, Mute: f.Mute, Lost: f.Lost, Swapped: f.Swapped, Twice: f.Twice, Late: f.Late}
	}
	if p.rand == nil {
		return Mishap{}
	}
	m := Mishap{
		Cut: p.Chance(odds.Cut), Mute: p.Chance(odds.Mute), Lost: p.Chance(odds.Lost),
		Swapped: p.Chance(odds.Swapped), Twice: p.Chance(odds.Twice),
	}
	late, by := p.Chance(odds.Late), p.rand.Float64()
	if late {
		m.Late = max(time.Duration(by*float64(p.lateBy)), time.Millisecond)
	}
	return m
}

// Chance is whether something happens that is so likely. It draws in any case.
func (p *Plan[K]) Chance(odds float64) bool { return p.rand != nil && p.rand.Float64() < odds }

// Take takes the first of a list that fits out of it.
func Take[F any](list *[]F, fits func(F) bool) (first F, ok bool) {
	for i, f := range *list {
		if fits(f) {
			*list = append((*list)[:i:i], (*list)[i+1:]...)
			return f, true
		}
	}
	return first, false
}
