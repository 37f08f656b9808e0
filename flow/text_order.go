package flow

// merger puts the turns of a caller's call and of its legs in the order in which
// they were taken. Turns have instants, but what one call tells another happens at
// the same one: there a turn that was caused comes right after its cause.
type merger struct {
	calls  [][]Turn
	at     []int          // the next turn of each
	spoke  map[string]int // what a call has told and nobody has heard yet, by its id
	called map[string]bool

	standsIn bool // a callback is to stand in for its caller
}

func newMerger(calls [][]Turn) *merger {
	return &merger{calls: calls, at: make([]int, len(calls)), spoke: map[string]int{}, called: map[string]bool{}}
}

// next is the turn that comes next, and the place of its call.
func (m *merger) next() (call int, t Turn, ok bool) {
	best, rank := -1, 0
	for i := range m.calls {
		if m.at[i] == len(m.calls[i]) {
			continue
		}
		t, r := &m.calls[i][m.at[i]], m.rank(&m.calls[i][m.at[i]])
		if best >= 0 {
			switch first := m.calls[best][m.at[best]].Event.At.Compare(t.Event.At); {
			case first < 0, first == 0 && rank <= r:
				continue
			}
		}
		best, rank = i, r
	}
	if best < 0 {
		return 0, Turn{}, false
	}
	t = m.calls[best][m.at[best]]
	m.at[best]++
	m.took(&t)
	return best, t, true
}

// rank is how soon a turn comes among those of its instant: at once where another
// turn caused it, last where its cause has not come yet.
func (m *merger) rank(t *Turn) int {
	const atOnce, byItself, atLast, notYet = 0, 1, 2, 3
	switch w := &t.Event.What; w.Kind {
	case Found, Opened, Replied, Exhausted:
		return atOnce
	case HungUp:
		return atLast
	case Arrived:
		if w.Start.callback() && w.Start.After != "" {
			if m.standsIn {
				return atOnce
			}
			return notYet
		}
		if w.Start == nil || w.Start.Peer == "" {
			return byItself
		}
		if m.called[t.Call.ID] {
			return atOnce
		}
		return notYet
	case Told:
		switch w.News {
		case Missed, Accepted, Withdrawn, Left, Reached:
			if m.spoke[w.Leg] > 0 {
				return atOnce
			}
			return notYet
		}
	}
	return byItself
}

// took remembers what a turn causes.
func (m *merger) took(t *Turn) {
	switch w := &t.Event.What; {
	case w.Kind == Told && w.News == Offered:
		m.called[w.Leg] = true
	case w.Kind == Told && m.spoke[w.Leg] > 0:
		m.spoke[w.Leg]--
	}
	m.standsIn = m.standsIn || t.Move.Do.Kind == StandIn
	if t.Move.Tell != 0 || t.Move.Do.Kind == Tell {
		m.spoke[t.Call.ID]++
	}
}
