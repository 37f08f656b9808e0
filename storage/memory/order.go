package memory

import (
	"iter"
	"math/rand/v2"
	"time"

	"github.com/extflow/extflow/flow"
)

// order keeps the waiters of a line by the instant at which they joined, those of
// one instant as they came. It is a treap whose nodes know how many they are: to
// join, to leave and to learn one's position costs the logarithm of how many wait.
type order struct {
	root *waiter
	last uint64 // the serial of the newest waiter
}

// links are a waiter's place in an order.
type links struct {
	up, left, right *waiter
	size            int    // of the waiter and all below it
	weight          uint32 // random; none below has a smaller one
	serial          uint64
}

func (w *waiter) count() int {
	if w == nil {
		return 0
	}
	return w.size
}

func (o *order) len() int { return o.root.count() }

// before reports whether a stands before b.
func before(a, b *waiter) bool {
	if !a.since.Equal(b.since) {
		return a.since.Before(b.since)
	}
	return a.serial < b.serial
}

// join puts a waiter, who waits nowhere, where it belongs.
func (o *order) join(w *waiter) {
	o.last++
	w.links = links{size: 1, weight: rand.Uint32(), serial: o.last}
	at, parent := &o.root, (*waiter)(nil)
	for *at != nil {
		parent = *at
		parent.size++
		if before(w, parent) {
			at = &parent.left
		} else {
			at = &parent.right
		}
	}
	*at, w.up = w, parent
	for w.up != nil && w.weight < w.up.weight {
		o.lift(w)
	}
}

// leave takes a waiter out.
func (o *order) leave(w *waiter) {
	for w.left != nil && w.right != nil {
		if w.left.weight < w.right.weight {
			o.lift(w.left)
		} else {
			o.lift(w.right)
		}
	}
	below := w.left
	if below == nil {
		below = w.right
	}
	o.replace(w, below)
	for up := w.up; up != nil; up = up.up {
		up.size--
	}
	w.links = links{}
}

// lift turns a waiter and the one above it around.
func (o *order) lift(w *waiter) {
	p := w.up
	o.replace(p, w)
	moved := &p.left
	if w == p.left {
		*moved, w.right = w.right, p
	} else {
		moved = &p.right
		*moved, w.left = w.left, p
	}
	if *moved != nil {
		(*moved).up = p
	}
	p.up = w
	p.size = 1 + p.left.count() + p.right.count()
	w.size = 1 + w.left.count() + w.right.count()
}

// replace has the one above a waiter lead to another instead.
func (o *order) replace(w, by *waiter) {
	switch {
	case w.up == nil:
		o.root = by
	case w.up.left == w:
		w.up.left = by
	default:
		w.up.right = by
	}
	if by != nil {
		by.up = w.up
	}
}

// position is where a waiter stands, from 1.
func (o *order) position(w *waiter) int {
	n := w.left.count() + 1
	for ; w.up != nil; w = w.up {
		if w == w.up.right {
			n += w.up.left.count() + 1
		}
	}
	return n
}

// all yields the waiters from the head on.
func (o *order) all() iter.Seq[*waiter] {
	return func(yield func(*waiter) bool) {
		w := o.root
		for w != nil && w.left != nil {
			w = w.left
		}
		for w != nil && yield(w) {
			w = w.next()
		}
	}
}

// next is who stands behind a waiter; nil behind the last.
func (w *waiter) next() *waiter {
	if w.right != nil {
		w = w.right
		for w.left != nil {
			w = w.left
		}
		return w
	}
	for w.up != nil && w == w.up.right {
		w = w.up
	}
	return w.up
}

// waiter is a caller in a line.
type waiter struct {
	links
	call   string
	info   *flow.Info
	queue  string
	since  time.Time
	rank   int // the place in the line at which it joined, from 1
	offers int // members who ring for it
}
