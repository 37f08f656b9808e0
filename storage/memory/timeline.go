package memory

import "container/heap"

// timeline keeps things in the order in which they come due. Each knows its place,
// so that moving one costs the logarithm of how many there are.
type timeline[T scheduled] struct{ heap schedule[T] }

// scheduled is a thing with an instant, in nanoseconds since 1970, and a place in
// a timeline: from 1, and 0 while it is in none.
type scheduled interface {
	comparable
	due() int64
	place() *int32
}

// put adds a thing, or moves it to where its instant now belongs.
func (l *timeline[T]) put(x T) {
	if at := *x.place(); at > 0 {
		heap.Fix(&l.heap, int(at-1))
		return
	}
	heap.Push(&l.heap, x)
}

// remove takes a thing out, if it is in.
func (l *timeline[T]) remove(x T) {
	if at := *x.place(); at > 0 {
		heap.Remove(&l.heap, int(at-1))
	}
}

// first is what comes due first; false where there is nothing.
func (l *timeline[T]) first() (x T, ok bool) {
	if len(l.heap) == 0 {
		return x, false
	}
	return l.heap[0], true
}

// schedule is the heap of a timeline.
type schedule[T scheduled] []T

func (h schedule[T]) Len() int           { return len(h) }
func (h schedule[T]) Less(i, j int) bool { return h[i].due() < h[j].due() }
func (h schedule[T]) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	*h[i].place(), *h[j].place() = int32(i+1), int32(j+1)
}

// Push is for container/heap.
func (h *schedule[T]) Push(x any) {
	*h = append(*h, x.(T))
	*(*h)[len(*h)-1].place() = int32(len(*h))
}

// Pop is for container/heap.
func (h *schedule[T]) Pop() any {
	var none T
	last := len(*h) - 1
	x := (*h)[last]
	(*h)[last] = none
	*h = (*h)[:last]
	*x.place() = 0
	return x
}
