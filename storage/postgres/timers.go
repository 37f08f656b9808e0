package postgres

import (
	"container/heap"
	"math"
	"sync"
	"time"

	"github.com/extflow/extflow/flow"
)

// timers are what this node knows of when calls need attention: those that it set
// itself to the instant, others' from when it last looked. They say when to ask the
// database, which says what is so.
type timers struct {
	mu    sync.Mutex
	own   timeline
	byKey map[flow.Key]*timer
	asked int64 // when the database was last asked; 0 is never
	soon  int64 // when something of other nodes comes due, as far as it was seen then
	first int64 // when the first of all others' does; never where there was none
}

type timer struct {
	call  flow.Key
	at    int64
	tries int // how often it was due, and not there
	index int
}

const never = math.MaxInt64

// grace is for how long a call that is due is left to the node that set its clock.
// A node looks for what others left behind every sweep, and sees ahead for twice
// as long. However much comes due at others, it asks for that once in a spell.
const (
	grace = 100 * time.Millisecond
	sweep = time.Second
	spell = grace / 2
)

func newTimers() *timers { return &timers{byKey: map[flow.Key]*timer{}, soon: never, first: never} }

// set notes when a call needs attention; never takes it off.
func (t *timers) set(k flow.Key, at int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.put(k, at, 0)
}

func (t *timers) put(k flow.Key, at int64, tries int) {
	x := t.byKey[k]
	switch {
	case at == never && x != nil:
		heap.Remove(&t.own, x.index)
		delete(t.byKey, k)
	case at == never:
	case x == nil:
		x = &timer{call: k, at: at, tries: tries}
		t.byKey[k] = x
		heap.Push(&t.own, x)
	default:
		x.at, x.tries = at, tries
		heap.Fix(&t.own, x.index)
	}
}

// due reports whether the database should be asked now.
func (t *timers) due(now int64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.own) > 0 && t.own[0].at <= now || t.soon <= now || t.old(now)
}

func (t *timers) old(now int64) bool { return t.asked == 0 || now-t.asked >= int64(sweep) }

// answer is what the database said when it was asked what is due.
type answer struct {
	now, until  int64
	soon, first int64
	claimed     []flow.Key
	more        bool // there may be more that is due
}

// learn takes note of an answer. What was thought to be due and was not there may
// be in somebody's hands: it is looked for a few times more.
func (t *timers) learn(a answer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.asked, t.soon, t.first = a.now, max(a.soon, a.now+int64(spell)), a.first
	for _, k := range a.claimed {
		t.put(k, a.until, 0)
	}
	if a.more {
		t.soon = a.now
		return
	}
	for len(t.own) > 0 && t.own[0].at <= a.now {
		x := t.own[0]
		later := a.now + int64(20*time.Millisecond)<<(2*x.tries)
		if x.tries == 3 {
			later = never
		}
		t.put(x.call, later, x.tries+1)
	}
}

// next is when something needs attention next, and whether that is known well
// enough.
func (t *timers) next(now int64) (at int64, known bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at = min(t.soon, t.first)
	if len(t.own) > 0 {
		at = min(at, t.own[0].at)
	}
	return at, !t.old(now)
}

// timeline is a heap of timers, the earliest first.
type timeline []*timer

func (h timeline) Len() int           { return len(h) }
func (h timeline) Less(i, j int) bool { return h[i].at < h[j].at }
func (h timeline) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

// Push is for container/heap.
func (h *timeline) Push(x any) {
	t := x.(*timer)
	t.index = len(*h)
	*h = append(*h, t)
}

// Pop is for container/heap.
func (h *timeline) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return x
}
