package extension

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Claim is an extension that somebody has: held by an agent now, or given up and
// resting until its quarantine ends.
type Claim struct {
	Extension string    `json:"extension"`
	Agent     string    `json:"agent"`               // who holds it, or held it last
	Name      string    `json:"name,omitempty"`      // the agent's name, for people; a deleted agent leaves it here
	Until     time.Time `json:"until,omitzero"`      // the end of the quarantine; zero while it is held
	Successor string    `json:"successor,omitempty"` // who gets its calls when the agent is deleted
}

// Open reports whether the claim still stands.
func (c Claim) Open(now time.Time) bool { return c.Until.IsZero() || now.Before(c.Until) }

// Who is the agent's name, or the id where there is no name.
func (c Claim) Who() string {
	if c.Name != "" {
		return c.Name
	}
	return c.Agent
}

// Admits reports whether the agent may take ext although another claim stands.
// Nobody is in their own way. The error is ErrTaken, ErrQuarantined or ErrPrefix.
func (r Range) Admits(ext, agent string, other Claim, now time.Time) error {
	if other.Agent == agent || !other.Open(now) {
		return nil
	}
	state := "is held by " + other.Who()
	if !other.Until.IsZero() {
		state = fmt.Sprintf("was %s's and rests until %s", other.Who(), day(other.Until))
	}
	switch {
	case r.Conflict(ext, other.Extension):
		return fmt.Errorf("%w: %s and %s, which %s", ErrPrefix, ext, other.Extension, state)
	case ext != other.Extension:
		return nil
	case other.Until.IsZero():
		return fmt.Errorf("%w: %s %s", ErrTaken, ext, state)
	}
	return fmt.Errorf("%w: %s %s", ErrQuarantined, ext, state)
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// register is every claim of an account, with what finds the next free extension.
type register struct {
	rules  Range
	claims map[string]*Claim // by extension; a claim is never changed in place
	begins map[string]int    // how many claims that are longer than the account's extensions begin so
	used   cover             // what cannot be given: claimed, reserved, or in conflict
	ending []*Claim          // those in quarantine, the first to end first
}

func newRegister(rules Range) *register {
	g := &register{rules: rules, claims: map[string]*Claim{}, begins: map[string]int{}}
	for _, entry := range rules.reserved() {
		if low, high, ok := rules.span(entry); ok {
			g.used.add(low, high, 1)
		}
	}
	return g
}

// set records a claim in place of the one before; nil frees the extension.
func (g *register) set(ext string, c *Claim) {
	if was := g.claims[ext]; was != nil {
		delete(g.claims, ext)
		g.count(ext, -1)
		if i := slices.Index(g.ending, was); i >= 0 {
			g.ending = slices.Delete(g.ending, i, i+1)
		}
	}
	if c == nil {
		return
	}
	g.claims[ext] = c
	g.count(ext, 1)
	if !c.Until.IsZero() {
		i, _ := slices.BinarySearchFunc(g.ending, c.Until, func(c *Claim, t time.Time) int { return c.Until.Compare(t) })
		g.ending = slices.Insert(g.ending, i, c)
	}
}

func (g *register) count(ext string, by int) {
	if low, high, ok := g.span(ext); ok {
		g.used.add(low, high, by)
	}
	for n := g.rules.length(); n < len(ext); n++ {
		g.begins[ext[:n]] += by
	}
}

// span is what a claim keeps others from taking, among the extensions of the
// account's length.
func (g *register) span(ext string) (low, high int, ok bool) {
	n := g.rules.length()
	switch {
	case len(ext) == n:
		return value(ext), value(ext), true
	case g.rules.TerminatorRequired:
		return 0, 0, false
	case len(ext) > n:
		return value(ext[:n]), value(ext[:n]), true
	}
	return g.rules.span(ext + "*")
}

// admits reports whether the agent may take ext, and if not, why.
func (g *register) admits(ext, agent string, now time.Time) error {
	if err := g.rules.Check(ext); err != nil {
		return err
	}
	for n := 1; n <= len(ext); n++ {
		if c := g.claims[ext[:n]]; c != nil {
			if err := g.rules.Admits(ext, agent, *c, now); err != nil {
				return err
			}
		}
	}
	if g.begins[ext] == 0 {
		return nil
	}
	for _, longer := range slices.Sorted(maps.Keys(g.claims)) {
		if strings.HasPrefix(longer, ext) {
			if err := g.rules.Admits(ext, agent, *g.claims[longer], now); err != nil {
				return err
			}
		}
	}
	return nil
}

// next is the lowest extension that anybody may take. It changes nothing.
func (g *register) next(now time.Time) (string, error) {
	used := g.used
	if ended := g.ended(now); ended > 0 {
		used.edges = slices.Clone(used.edges)
		for _, c := range g.ending[:ended] {
			if low, high, ok := g.span(c.Extension); ok {
				used.add(low, high, -1)
			}
		}
	}
	r := g.rules
	if n, ok := used.free(r.First, r.last()); ok {
		return r.text(n), nil
	}
	err := fmt.Errorf("%w: %s to %s are all held, reserved or quarantined; widen the range, or remove agents who have left",
		ErrFull, r.text(r.First), r.text(r.last()))
	if len(g.ending) > 0 {
		err = fmt.Errorf("%w (the first quarantine ends on %s)", err, day(g.ending[0].Until))
	}
	return "", err
}

// expire frees the extensions whose quarantine is over.
func (g *register) expire(now time.Time) {
	for _, c := range slices.Clone(g.ending[:g.ended(now)]) {
		g.set(c.Extension, nil)
	}
}

// ended counts the quarantines that are over.
func (g *register) ended(now time.Time) int {
	i := slices.IndexFunc(g.ending, func(c *Claim) bool { return c.Open(now) })
	if i < 0 {
		return len(g.ending)
	}
	return i
}
