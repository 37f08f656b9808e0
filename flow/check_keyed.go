package flow

// Where an extension can have been keyed before a call gets there, which is
// where "personal" is somebody's mailbox.

// spot is a thing that a destination leads to.
type spot struct {
	to   Target
	name string
}

// keyedSpots follows every destination from where an extension has been keyed:
// a flow's rules a to c, the otherwise of an extension, and the mailboxes that
// belong to agents. Any other path says nothing about it, so a spot that is not
// among them can only be reached by callers who keyed nobody.
func keyedSpots(s Settings, w World) map[spot]bool {
	k := keying{s: s, keyed: map[spot]bool{}}
	for name, box := range s.Mailboxes {
		if box.Owner != "" || w.Personal[name] {
			k.reach(ToVoicemail(name))
		}
	}
	for _, f := range s.Flows {
		k.reach(f.Unavailable)
		k.reach(f.NoAnswer)
		k.reach(f.Busy)
	}
	for there := range k.all {
		k.fallbacks(there)
	}
	for len(k.next) > 0 {
		from := k.next[len(k.next)-1]
		k.next = k.next[:len(k.next)-1]
		for d := range k.from(from) {
			k.reach(d)
		}
	}
	return k.keyed
}

type keying struct {
	s     Settings
	keyed map[spot]bool
	next  []spot // reached, and not yet followed
}

// reach marks what a destination leads to, and what its otherwise does.
func (k *keying) reach(d *Dest) {
	for range maxNesting {
		if d == nil {
			return
		}
		if at := (spot{d.To, d.Name}); d.To != TargetExtension && d.To != TargetHandoff && !k.keyed[at] {
			k.keyed[at] = true
			k.next = append(k.next, at)
		}
		d = d.Otherwise
	}
}

// fallbacks marks where extensions that a destination rings lead otherwise.
func (k *keying) fallbacks(d *Dest) {
	for range maxNesting {
		if d == nil {
			return
		}
		if d.To == TargetExtension {
			k.reach(d.Otherwise)
		}
		d = d.Otherwise
	}
}

// from yields the destinations that lead out of a spot, defaults included.
func (k *keying) from(at spot) func(yield func(*Dest) bool) {
	s := k.s
	switch at.to {
	case TargetFlow:
		f := s.Flows[at.name]
		star := f.Star
		if star == nil && s.Defaults.DefaultQueue != "" {
			star = ToQueue(s.Defaults.DefaultQueue)
		}
		return each([]*Dest{f.Unavailable, f.NoAnswer, f.Busy, f.NoInput, f.Invalid, f.AfterRepeats, star}, nil)
	case TargetQueue:
		q := s.Queues[at.name]
		return each([]*Dest{q.OnMaxWait, q.OnMaxSize, q.OnNoMembers, q.OnLeave}, nil)
	case TargetMenu:
		m := s.Menus[at.name]
		return each([]*Dest{m.NoInput, m.Invalid, m.AfterRepeats, m.Closed}, m.Keys)
	case TargetVoicemail:
		m := s.Mailboxes[at.name]
		return each([]*Dest{m.OnFull}, m.Keys)
	}
	return each(nil, nil)
}

// all yields every destination of the account.
func (k *keying) all(yield func(*Dest) bool) {
	for at := range k.spots {
		for d := range k.from(at) {
			if !yield(d) {
				return
			}
		}
	}
	for _, e := range k.s.Entries {
		if !yield(&e.Dest) || !yield(e.Closed) {
			return
		}
	}
}

// spots yields everything of the account that a destination may lead to.
func (k *keying) spots(yield func(spot) bool) {
	for name := range k.s.Flows {
		if !yield(spot{TargetFlow, name}) {
			return
		}
	}
	for name := range k.s.Queues {
		if !yield(spot{TargetQueue, name}) {
			return
		}
	}
	for name := range k.s.Menus {
		if !yield(spot{TargetMenu, name}) {
			return
		}
	}
	for name := range k.s.Mailboxes {
		if !yield(spot{TargetVoicemail, name}) {
			return
		}
	}
}

func each(dests []*Dest, keys map[string]Dest) func(yield func(*Dest) bool) {
	return func(yield func(*Dest) bool) {
		for _, d := range dests {
			if !yield(d) {
				return
			}
		}
		for _, d := range keys {
			if !yield(&d) {
				return
			}
		}
	}
}
