package farend

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

// After has something happen later, beneath the lock; call it there.
func (t *Time) After(d time.Duration, do func()) { t.after(d, do) }

func (t *Time) after(d time.Duration, do func()) *timer {
	set := &timer{at: t.Now().Add(max(d, 0)), n: t.Serial(), do: do}
	heap.Push(&t.timers, set)
	return set
}

// fire lets the first timer go off, if it is due.
func (t *Time) fire() bool {
	t.lock.Lock()
	defer t.lock.Unlock()
	first := t.timers.first()
	if first == nil || first.at.After(t.Now()) {
		return false
	}
	heap.Pop(&t.timers)
	first.off = true
	first.do()
	return true
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

// Timer is a deadline that runs at a phone. The names are the far end's.
type Timer struct {
	Name string
	At   time.Time
}

// Clocks are the named timers of one phone. They belong beneath the lock.
type Clocks struct {
	time    *Time
	running []named
}

type named struct {
	name string
	*timer
}

// Clocks are of a phone at which nothing runs yet.
func (t *Time) Clocks() Clocks { return Clocks{time: t} }

// Start sets the timer of a name, instead of the one that runs.
func (k *Clocks) Start(name string, d time.Duration, do func()) {
	k.Stop(name)
	var t *timer
	t = k.time.after(d, func() {
		k.running = slices.DeleteFunc(k.running, func(n named) bool { return n.timer == t })
		do()
	})
	k.running = append(k.running, named{name, t})
}

// Stop stops the timers of these names.
func (k *Clocks) Stop(names ...string) {
	k.running = slices.DeleteFunc(k.running, func(n named) bool {
		n.off = n.off || slices.Contains(names, n.name)
		return n.off
	})
}

// Clear stops them all.
func (k *Clocks) Clear() {
	for _, n := range k.running {
		n.off = true
	}
	k.running = nil
}

// List is what runs, the earliest first.
func (k *Clocks) List() []Timer {
	var out []Timer
	for _, n := range k.running {
		out = append(out, Timer{Name: n.name, At: n.at})
	}
	slices.SortStableFunc(out, func(a, b Timer) int { return a.At.Compare(b.At) })
	return out
}
