package extension

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"
)

// Config is what an account says about its extensions.
type Config struct {
	Range      Range         `json:"range,omitzero"`
	Quarantine time.Duration `json:"quarantine,omitempty"` // how long a given-up extension rests; 0 is 30 days, less than 0 is not at all
}

// DefaultQuarantine is how long an extension rests that an agent gave up.
const DefaultQuarantine = 30 * 24 * time.Hour

func (c Config) quarantine() time.Duration {
	if c.Quarantine == 0 {
		return DefaultQuarantine
	}
	return c.Quarantine
}

// Directory is everybody whom an account's callers can reach: agents with their
// presence and what calls hold of them, extensions held and resting, and the
// members of queues. A lookup costs a few map accesses, and a change copies no
// agents but those that it changes.
//
// It is not safe for concurrent use. Lookups may run beside each other, but not
// beside a change. Agents go in and out as copies; a Party, and the slices that say
// so, are shared, never changed again, and must not be written to.
type Directory struct {
	config   Config
	agents   map[string]*entry
	ids      []string            // of agents, sorted
	places   map[string][]*entry // who has an endpoint, by placeOf its address
	spelled  []spelling          // of those who are listed, sorted
	register *register
	holds    map[string]hold     // by agent, also of agents deleted since
	rung     map[string]string   // the agent who is rung, or talks, at a place
	queues   map[string][]string // members, in order
	memberOf map[string][]string // queues, sorted
}

// New is an empty Directory. The error is ErrRange.
func New(c Config) (*Directory, error) {
	if err := c.Range.Validate(); err != nil {
		return nil, err
	}
	return &Directory{
		config: c, agents: map[string]*entry{}, places: map[string][]*entry{},
		register: newRegister(c.Range), holds: map[string]hold{}, rung: map[string]string{},
		queues: map[string][]string{}, memberOf: map[string][]string{},
	}, nil
}

// Restore is a Directory of what a store kept: agents as they were, with Duty,
// Presence and Rev, and the extensions in quarantine. Nothing is held against the
// range, which may have changed since. Two with the same id or extension are
// ErrTaken; an agent without an id or an extension, or a quarantine without an
// end, is ErrAgent. Memberships follow by SetMembers.
func Restore(c Config, agents []Agent, quarantined []Claim) (*Directory, error) {
	d, err := New(c)
	if err != nil {
		return nil, err
	}
	d.respell(agents...)
	claims := slices.Clone(quarantined)
	for _, c := range claims {
		if c.Until.IsZero() {
			return nil, fmt.Errorf("%w: the quarantine of %s has no end", ErrAgent, c.Extension)
		}
	}
	for _, a := range agents {
		if a.ID == "" {
			return nil, fmt.Errorf("%w: one of the agents has no id", ErrAgent)
		}
		if d.agents[a.ID] != nil {
			return nil, fmt.Errorf("%w: there are two agents with the id %s", ErrTaken, a.ID)
		}
		d.place(a)
		if a.Duty.Held() {
			_ = d.Hold(a.ID, a.Duty.HeldBy, a.Duty.HeldUntil) // of two at one telephone, the first
		}
		claims = append(claims, heldBy(a))
	}
	slices.SortStableFunc(claims, func(a, b Claim) int { return strings.Compare(a.Extension, b.Extension) })
	for i, c := range claims {
		if !isDigits(c.Extension) || len(c.Extension) > MaxLength {
			return nil, fmt.Errorf("%w: %s has the extension %.20q; it takes 1 to %d digits", ErrAgent, c.Agent, c.Extension, MaxLength)
		}
		if i > 0 && claims[i-1].Extension == c.Extension {
			return nil, fmt.Errorf("%w: %s is there twice, of %s and of %s", ErrTaken, c.Extension, claims[i-1].Who(), c.Who())
		}
		d.register.set(c.Extension, &c)
	}
	return d, nil
}

// Clone is a Directory of the same content that changes on its own.
func (d *Directory) Clone() *Directory {
	c, _ := Restore(d.config, slices.Collect(d.Agents()), slices.Collect(d.Quarantined()))
	c.holds, c.rung = maps.Clone(d.holds), maps.Clone(d.rung)
	c.queues, c.memberOf = maps.Clone(d.queues), maps.Clone(d.memberOf)
	return c
}

// Config is what the account says about its extensions.
func (d *Directory) Config() Config { return d.config }

// Configure takes another range and quarantine. Extensions stay with who has them,
// also outside the new range; quarantines that run keep their end. The error is
// ErrRange, and then nothing has changed.
func (d *Directory) Configure(c Config) error {
	if err := c.Range.Validate(); err != nil {
		return err
	}
	claims := d.register.claims
	d.config, d.register = c, newRegister(c.Range)
	for _, ext := range slices.Sorted(maps.Keys(claims)) {
		d.register.set(ext, claims[ext])
	}
	return nil
}

// Find answers an entry that a caller keyed, without the terminator. The party is
// the agent as the call's carrier reaches it, also where it cannot be rung now; it
// is nil for ClassUnknown and ClassPartial. An extension in quarantine reaches the
// agent who gave it up, or a deleted agent's successor.
func (d *Directory) Find(digits string, q Inquiry) (Class, *Party) {
	if c := d.register.claims[digits]; c != nil && c.Open(q.Now) {
		e := d.agents[c.Agent]
		if e == nil {
			e = d.agents[c.Successor]
		}
		if e == nil {
			return ClassUnknown, nil
		}
		return d.class(e, &q), e.reached(q.Carrier)
	}
	return d.config.Range.Unclaimed(digits, d.register.begins[digits] > 0), nil
}

// Agent returns the agent with the id.
func (d *Directory) Agent(id string) (Agent, bool) {
	if e := d.agents[id]; e != nil {
		return e.copy(), true
	}
	return Agent{}, false
}

// Party is the agent with the id as a call of the carrier named reaches it, and
// nil where there is none. The empty carrier reaches every endpoint.
func (d *Directory) Party(id, carrier string) *Party {
	if e := d.agents[id]; e != nil {
		return e.reached(carrier)
	}
	return nil
}

// Class is what Find answers for the agent's extension; ClassUnknown where there
// is no agent with the id.
func (d *Directory) Class(id string, q Inquiry) Class {
	if e := d.agents[id]; e != nil {
		return d.class(e, &q)
	}
	return ClassUnknown
}

// Free reports whether a queue may offer the agent a call now.
func (d *Directory) Free(id string, q Inquiry) bool {
	e := d.agents[id]
	return e != nil && !e.agent.Duty.Resting(q.Now) && d.class(e, &q) == ClassAvailable
}

// Agents lists every agent, by id. Agents may be changed and removed meanwhile.
func (d *Directory) Agents() iter.Seq[Agent] {
	return func(yield func(Agent) bool) {
		for _, id := range slices.Clone(d.ids) {
			if e := d.agents[id]; e != nil && !yield(e.copy()) {
				return
			}
		}
	}
}

// At lists the agents who have an endpoint at the address or with the caller's
// identity given, in the order in which they got it.
func (d *Directory) At(address string) iter.Seq[Agent] {
	return func(yield func(Agent) bool) {
		for _, e := range d.places[placeOf(address)] {
			if !yield(e.copy()) {
				return
			}
		}
	}
}
