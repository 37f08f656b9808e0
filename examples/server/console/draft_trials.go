package console

import (
	"sync"
	"time"

	"github.com/extflow/extflow/examples/server/simulator"
	"github.com/extflow/extflow/storage"
)

// The drafts that are being called, each an exchange of its own.

// trial is one person's draft as it is being called.
type trial struct {
	*simulator.Simulator
	rev    uint64 // of the draft that it was made from
	number string // that leads to what is tried out
	back   string // the page that it was called from
	used   time.Time
	end    func() // ends its time, and waits for that
}

// trials are the drafts that are called, by who drafted. The zero value has none.
type trials struct {
	mu sync.Mutex
	of map[string]*trial
}

const (
	mostTrials = 16            // at the same time: the one longest unused makes room
	trialTime  = 2 * time.Hour // unused, and it ends
)

func (t *trials) load(who string) *trial {
	t.mu.Lock()
	defer t.mu.Unlock()
	one := t.of[who]
	if one != nil {
		one.used = time.Now()
	}
	return one
}

// put keeps a trial in place of the person's earlier one, and ends what has been unused for
// long.
func (t *trials) put(who string, one *trial) {
	t.mu.Lock()
	if t.of == nil {
		t.of = map[string]*trial{}
	}
	var over []*trial
	drop := func(who string) {
		if was := t.of[who]; was != nil {
			over = append(over, was)
			delete(t.of, who)
		}
	}
	drop(who)
	one.used = time.Now()
	oldest := ""
	for name, other := range t.of {
		if time.Since(other.used) > trialTime {
			drop(name)
		} else if oldest == "" || other.used.Before(t.of[oldest].used) {
			oldest = name
		}
	}
	if len(t.of) >= mostTrials {
		drop(oldest)
	}
	t.of[who] = one
	t.mu.Unlock()
	for _, was := range over {
		was.end()
	}
}

// end ends all.
func (t *trials) end() {
	t.mu.Lock()
	all := t.of
	t.of = nil
	t.mu.Unlock()
	for _, one := range all {
		one.end()
	}
}

// all are the trials that there are.
func (t *trials) all() (all []*trial) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, one := range t.of {
		all = append(all, one)
	}
	return all
}

func (t *trials) stores() (all []storage.Store) {
	for _, one := range t.all() {
		all = append(all, one.Store)
	}
	return all
}
