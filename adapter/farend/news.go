package farend

import "sync"

// News passes what happened on to those who watch, once the lock is let go.
type News[H any] struct {
	Lock sync.Locker // the far end's

	watchers []func(H)
	fresh    []H
	telling  bool
}

// Observe has watch called with everything that happens from now on, in order and one
// at a time, on the goroutine of whoever lets it happen. It takes the lock itself.
func (n *News[H]) Observe(watch func(H)) {
	n.Lock.Lock()
	defer n.Lock.Unlock()
	n.watchers = append(n.watchers, watch)
}

// Note remembers a happening until it is told. Call it beneath the lock.
func (n *News[H]) Note(h H) {
	if len(n.watchers) > 0 {
		n.fresh = append(n.fresh, h)
	}
}

// Tell tells the watchers what is new, without the lock. While one goroutine is
// telling, it tells what others add too.
func (n *News[H]) Tell() {
	for mine := false; ; mine = true {
		fresh, watchers := n.take(mine)
		if len(fresh) == 0 {
			return
		}
		for _, h := range fresh {
			for _, watch := range watchers {
				watch(h)
			}
		}
	}
}

// take is what has not been told yet. Nothing is left to those who come while another
// is telling.
func (n *News[H]) take(mine bool) ([]H, []func(H)) {
	n.Lock.Lock()
	defer n.Lock.Unlock()
	if n.telling && !mine {
		return nil, nil
	}
	fresh := n.fresh
	n.fresh, n.telling = nil, len(fresh) > 0
	return fresh, n.watchers
}
