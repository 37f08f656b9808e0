package extension

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The reasons for which a change is refused, beside those of an extension.
var (
	ErrAgent    = errors.New("not a valid agent")
	ErrNoAgent  = errors.New("no such agent")
	ErrConflict = errors.New("agent changed meanwhile")
	ErrNamed    = errors.New("agent still named")
	ErrHeld     = errors.New("agent held by another call")
)

// Put adds agents and changes those whose id is there already, all of them or
// none, and returns them as they now are. Extensions asked for are taken first;
// then each new agent without one gets the next free one, in the order given, and
// keeps it. An agent who changes extensions leaves the old one in quarantine.
//
// Rev must be that of the agent read before, and 0 for a new one. Of an agent who
// is there, Presence, Reason and Duty stay as they are, and so does the extension
// where none is given. A new agent without a presence is available.
//
// The error holds every fault of the agents themselves (ErrAgent, with ErrUnspellable
// where it is that; ErrConflict; ErrNoAgent for a successor), or, where they have none,
// every fault of their extensions (ErrFull, and what Check returns).
func (d *Directory) Put(now time.Time, agents ...Agent) ([]Agent, error) {
	agents, err := d.prepare(agents)
	if err != nil {
		return nil, err
	}
	d.register.expire(now)
	was := map[string]*Claim{} // what the claims touched were, to go back to
	set := func(ext string, c *Claim) {
		if _, touched := was[ext]; !touched {
			was[ext] = d.register.claims[ext]
		}
		d.register.set(ext, c)
	}
	if err := d.claim(agents, now, set); err != nil {
		for ext, c := range was {
			d.register.set(ext, c)
		}
		return nil, err
	}
	d.respell(agents...)
	for _, a := range agents {
		d.place(a)
	}
	return agents, nil
}

// claim gives each of the agents its extension.
func (d *Directory) claim(agents []Agent, now time.Time, set func(string, *Claim)) error {
	var faults []error
	fault := func(a Agent, err error) { faults = append(faults, fmt.Errorf("agent %s: %w", a.ID, err)) }
	moves := func(a Agent) bool {
		e := d.agents[a.ID]
		return e == nil || e.agent.Extension != a.Extension
	}
	for _, a := range agents {
		if e := d.agents[a.ID]; e != nil && moves(a) {
			set(e.agent.Extension, d.rest(e.agent, now))
		}
	}
	for _, a := range agents {
		if a.Extension == "" || !moves(a) {
			continue
		}
		if err := d.Check(a.Extension, a.ID, now); err != nil {
			fault(a, err)
			continue
		}
		c := heldBy(a)
		set(a.Extension, &c)
	}
	for i, a := range agents {
		if a.Extension != "" {
			continue
		}
		ext, err := d.register.next(now)
		if err != nil {
			fault(a, err)
			continue
		}
		agents[i].Extension = ext
		c := heldBy(agents[i])
		set(ext, &c)
	}
	return errors.Join(faults...)
}

// prepare checks the agents apart from their extensions, and fills in what a
// change leaves alone.
func (d *Directory) prepare(agents []Agent) ([]Agent, error) {
	agents = slices.Clone(agents)
	var faults []error
	seen := map[string]bool{}
	for _, a := range agents {
		if seen[a.ID] {
			faults = append(faults, fmt.Errorf("agent %s: %w: it is given twice", a.ID, ErrAgent))
		}
		seen[a.ID] = true
	}
	for i := range agents {
		a := &agents[i]
		if e := d.agents[a.ID]; e != nil {
			if a.Rev != e.agent.Rev {
				faults = append(faults, fmt.Errorf("agent %s: %w: read it again and repeat the change", a.ID, ErrConflict))
			}
			a.Presence, a.Reason, a.Duty = e.agent.Presence, e.agent.Reason, e.agent.Duty
			a.Extension = cmp.Or(a.Extension, e.agent.Extension)
		} else {
			if a.Rev != 0 {
				faults = append(faults, fmt.Errorf("agent %s: %w: it is not there any more; add it with rev 0", a.ID, ErrConflict))
			}
			h := d.holds[a.ID] // who was deleted may still be on the line
			a.Presence, a.Duty = cmp.Or(a.Presence, Available), Duty{HeldBy: h.call, HeldUntil: h.until}
		}
		a.Rev++
		for _, err := range a.faults() {
			faults = append(faults, fmt.Errorf("agent %s: %w", a.ID, err))
		}
		if s := a.Successor; s != "" && d.agents[s] == nil && !seen[s] {
			faults = append(faults, fmt.Errorf("agent %s: %w: successor %s", a.ID, ErrNoAgent, s))
		}
	}
	return agents, errors.Join(faults...)
}

// faults is what is wrong with an agent by itself.
func (a Agent) faults() (faults []error) {
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("%w: "+format, append([]any{ErrAgent}, args...)...))
	}
	if a.ID == "" {
		fault("it has no id")
	}
	if !a.Presence.Valid() {
		fault("presence %q; there are %v", a.Presence, Presences())
	}
	if a.Screening != Default && a.Screening != On && a.Screening != Off {
		fault("screening %q; write on or off, or leave it out", a.Screening)
	}
	if a.Successor != "" && a.Successor == a.ID {
		fault("it cannot be its own successor")
	}
	if err := a.CheckListed(); err != nil {
		fault("%w", err)
	}
	for i, e := range a.Endpoints {
		if _, err := ParseEndpoint(e.Address); err != nil {
			fault("%w", err)
		}
		same := func(other Endpoint) bool {
			return placeOf(other.Address) == placeOf(e.Address) && (other.Via == e.Via || other.Via == "" || e.Via == "")
		}
		if slices.ContainsFunc(a.Endpoints[:i], same) {
			fault("it has the endpoint %s twice", e.Address)
		}
	}
	return faults
}

// Remove deletes the agent and returns it as it was. Its memberships end; its
// extensions rest, and lead to its successor meanwhile; a call that holds it goes
// on, and releases it. The error is ErrNoAgent, or
// ErrNamed while something names it: what the caller knows of, in words for people
// ("flow front-desk"), and agents whose successor it is.
func (d *Directory) Remove(now time.Time, id string, namedBy ...string) (Agent, error) {
	e := d.agents[id]
	if e == nil {
		return Agent{}, fmt.Errorf("%w: %s", ErrNoAgent, id)
	}
	namedBy = slices.Clone(namedBy)
	for other, o := range d.agents {
		if o.agent.Successor == id {
			namedBy = append(namedBy, "agent "+other+" (as its successor)")
		}
	}
	if slices.Sort(namedBy); len(namedBy) > 0 {
		return Agent{}, fmt.Errorf("%w: %s is named by %s; change them first", ErrNamed, id, strings.Join(namedBy, ", "))
	}
	d.register.expire(now)
	d.register.set(e.agent.Extension, d.rest(e.agent, now))
	for _, c := range slices.Clone(d.register.ending) {
		if c.Agent == id || c.Successor == id { // earlier extensions, and those inherited
			next := *c
			next.Successor = e.agent.Successor
			if c.Agent == id {
				next.Name = e.agent.Name
			}
			d.register.set(c.Extension, &next)
		}
	}
	for _, queue := range d.QueuesOf(id) {
		d.Leave(queue, id)
	}
	d.displace(e)
	d.respell(Agent{ID: id})
	delete(d.agents, id)
	at, _ := slices.BinarySearch(d.ids, id)
	d.ids = slices.Delete(d.ids, at, at+1)
	return e.copy(), nil
}

// heldBy is the claim of an agent to its extension.
func heldBy(a Agent) Claim { return Claim{Extension: a.Extension, Agent: a.ID, Name: a.Name} }

// rest is the claim that stays when an agent gives its extension up, and nil
// where the account knows no quarantine.
func (d *Directory) rest(a Agent, now time.Time) *Claim {
	if d.config.quarantine() < 0 {
		return nil
	}
	c := heldBy(a)
	c.Until, c.Successor = now.Add(d.config.quarantine()), a.Successor
	return &c
}
