package extension

import "slices"

// entry is an agent with what lookups need ready made.
type entry struct {
	agent   Agent
	places  []string
	party   *Party            // with every endpoint
	unbound *Party            // with those that any carrier reaches
	via     map[string]*Party // with those that one carrier reaches; nil where no endpoint is bound to any
}

// place records the agent, its endpoints and the parties that calls get of it.
func (d *Directory) place(a Agent) {
	a.Endpoints = slices.Clone(a.Endpoints)
	e := d.agents[a.ID]
	if e == nil {
		e = &entry{}
		d.agents[a.ID] = e
		at, _ := slices.BinarySearch(d.ids, a.ID)
		d.ids = slices.Insert(d.ids, at, a.ID)
	}
	d.displace(e)
	if c := d.register.claims[a.Extension]; c != nil && c.Name != a.Name {
		renamed := heldBy(a)
		d.register.claims[a.Extension] = &renamed
	}
	*e = entry{agent: a, party: a.Party()}
	for _, p := range a.Endpoints {
		if p.Via != "" && e.via[p.Via] == nil {
			if e.via == nil {
				e.via = map[string]*Party{}
			}
			e.via[p.Via] = a.PartyVia(p.Via)
		}
		if place := placeOf(p.Address); !slices.Contains(e.places, place) {
			e.places = append(e.places, place)
			d.places[place] = append(d.places[place], e)
		}
	}
	if e.via != nil {
		e.unbound = a.PartyVia(anotherCarrier)
	}
}

// anotherCarrier is a name that no carrier has: it reaches what every one does.
const anotherCarrier = "\x00"

// displace forgets the endpoints of an entry.
func (d *Directory) displace(e *entry) {
	for _, place := range e.places {
		others := slices.DeleteFunc(slices.Clone(d.places[place]), func(other *entry) bool { return other == e })
		if d.places[place] = others; len(others) == 0 {
			delete(d.places, place)
		}
	}
}

// class is what can be done about the agent of an entry.
func (d *Directory) class(e *entry, q *Inquiry) Class {
	self := q.Caller != "" && slices.Contains(e.places, placeOf(string(q.Caller)))
	return e.agent.class(q, self, d.rungByOther(e.places, q.Call))
}

// copy is the agent for somebody else to change.
func (e *entry) copy() Agent {
	a := e.agent
	a.Endpoints = slices.Clone(a.Endpoints)
	return a
}

// reached is the party as a call of the carrier gets it.
func (e *entry) reached(carrier string) *Party {
	if carrier == "" || e.via == nil {
		return e.party
	}
	if p := e.via[carrier]; p != nil {
		return p
	}
	return e.unbound
}
