package vonagetest

import (
	"container/heap"
	"slices"
	"time"
)

// Timers: what is due at an instant, and the named deadlines of a phone.

// timer is something that is due at an instant. Those due at the same one go off
// in the order in which they were set.
type timer struct {
	at  time.Time
	n   uint64
	off bool // it went off, or was stopped
	do  func()
}

// after sets a timer of its own.
func (c *Carrier) after(d time.Duration, do func()) *timer {
	c.serial++
	t := &timer{at: c.now.Add(max(d, 0)), n: c.serial, do: do}
	heap.Push(&c.timers, t)
	return t
}

// timers is a heap, the earliest first.
type timers []*timer

func (t timers) Len() int      { return len(t) }
func (t timers) Swap(i, j int) { t[i], t[j] = t[j], t[i] }
func (t *timers) Push(x any)   { *t = append(*t, x.(*timer)) }
func (t timers) Less(i, j int) bool {
	if t[i].at.Equal(t[j].at) {
		return t[i].n < t[j].n
	}
	return t[i].at.Before(t[j].at)
}

func (t *timers) Pop() any {
	last := len(*t) - 1
	x := (*t)[last]
	(*t)[last] = nil
	*t = (*t)[:last]
	return x
}

// first is the earliest timer that was not stopped, nil where none is left.
func (t *timers) first() *timer {
	for len(*t) > 0 && (*t)[0].off {
		heap.Pop(t)
	}
	if len(*t) == 0 {
		return nil
	}
	return (*t)[0]
}

// Timer is a deadline that runs at a phone.
type Timer struct {
	Name string // words, key, ring, limit, silence, longest, alone; an agent's own: answers, declines, presses 1
	At   time.Time
}

// clocks are the named timers of one phone.
type clocks struct {
	c       *Carrier
	running []named
}

type named struct {
	name string
	*timer
}

// start sets the timer of a name, instead of the one that runs.
func (k *clocks) start(name string, d time.Duration, do func()) {
	k.stop(name)
	var t *timer
	t = k.c.after(d, func() {
		k.running = slices.DeleteFunc(k.running, func(n named) bool { return n.timer == t })
		do()
	})
	k.running = append(k.running, named{name, t})
}

// stop stops the timers of these names.
func (k *clocks) stop(names ...string) {
	k.running = slices.DeleteFunc(k.running, func(n named) bool {
		n.off = n.off || slices.Contains(names, n.name)
		return n.off
	})
}

// clear stops them all.
func (k *clocks) clear() {
	for _, n := range k.running {
		n.off = true
	}
	k.running = nil
}

// list is what runs, the earliest first.
func (k *clocks) list() []Timer {
	var out []Timer
	for _, n := range k.running {
		out = append(out, Timer{Name: n.name, At: n.at})
	}
	slices.SortStableFunc(out, func(a, b Timer) int { return a.At.Compare(b.At) })
	return out
}
