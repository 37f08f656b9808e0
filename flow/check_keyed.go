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
	for _, d := range k.all() {
		k.fallbacks(d)
	}
	for len(k.next) > 0 {
		from := k.next[len(k.next)-1]
		k.next = k.next[:len(k.next)-1]
		for _, d := range k.from(from) {
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

// from is the destinations that lead out of a spot, defaults included.
func (k *keying) from(at spot) []*Dest {
	switch at.to {
	case TargetFlow:
		f := k.s.Flows[at.name]
		star := f.Star
		if star == nil && k.s.Defaults.DefaultQueue != "" {
			star = ToQueue(k.s.Defaults.DefaultQueue)
		}
		return []*Dest{f.Unavailable, f.NoAnswer, f.Busy, f.NoInput, f.Invalid, f.AfterRepeats, star}
	case TargetQueue:
		q := k.s.Queues[at.name]
		return []*Dest{q.OnMaxWait, q.OnMaxSize, q.OnNoMembers, q.OnLeave}
	case TargetMenu:
		m := k.s.Menus[at.name]
		return append(behind(m.Keys), m.NoInput, m.Invalid, m.AfterRepeats, m.Closed)
	case TargetAsk:
		q := k.s.Questions[at.name]
		return append(behind(q.Answers), q.Otherwise)
	case TargetDirectory:
		d := k.s.Directories[at.name]
		return append(behind(d.Keys), d.NoInput, d.Invalid, d.AfterRepeats)
	case TargetVoicemail:
		m := k.s.Mailboxes[at.name]
		return append(behind(m.Keys), m.OnFull)
	}
	return nil
}

// all is every destination of the account.
func (k *keying) all() []*Dest {
	var out []*Dest
	for name := range k.s.Flows {
		out = append(out, k.from(spot{TargetFlow, name})...)
	}
	for name := range k.s.Queues {
		out = append(out, k.from(spot{TargetQueue, name})...)
	}
	for name := range k.s.Menus {
		out = append(out, k.from(spot{TargetMenu, name})...)
	}
	for name := range k.s.Mailboxes {
		out = append(out, k.from(spot{TargetVoicemail, name})...)
	}
	for name := range k.s.Questions {
		out = append(out, k.from(spot{TargetAsk, name})...)
	}
	for name := range k.s.Directories {
		out = append(out, k.from(spot{TargetDirectory, name})...)
	}
	for _, e := range k.s.Entries {
		out = append(out, &e.Dest, e.Closed)
	}
	return out
}

// behind is where keys, or the words of answers, lead.
func behind(keys map[string]Dest) []*Dest {
	out := make([]*Dest, 0, len(keys))
	for _, d := range keys {
		out = append(out, &d)
	}
	return out
}
