package postgres

import (
	"sync"

	"github.com/extflow/extflow/flow"
)

// memory is the calls as this node last saw them: a turn of a call that is known
// here costs no reading. What it says is confirmed by the commit, or not gone by.
// It forgets calls that nobody has asked for in a while.
type memory struct {
	mu         sync.Mutex
	young, old map[flow.Key]flow.Call
}

// remembered is how many calls a half of the memory holds: some 2 KiB each.
const remembered = 1 << 13

func newMemory() *memory { return &memory{young: map[flow.Key]flow.Call{}} }

// recall is a call as this node last saw it.
func (m *memory) recall(k flow.Key) (flow.Call, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if c, ok := m.young[k]; ok {
		return c, true
	}
	c, ok := m.old[k]
	if ok {
		m.put(c)
	}
	return c, ok
}

// saw notes what a call is now, unless something newer is known. A call that is
// over is forgotten.
func (m *memory) saw(c flow.Call) {
	m.mu.Lock()
	defer m.mu.Unlock()
	was, ok := m.young[c.Key]
	if !ok {
		was, ok = m.old[c.Key]
	}
	switch {
	case ok && was.Rev > c.Rev:
	case c.Has(flow.Closed):
		delete(m.young, c.Key)
		delete(m.old, c.Key)
	default:
		m.put(c)
	}
}

func (m *memory) put(c flow.Call) {
	if len(m.young) >= remembered {
		m.old, m.young = m.young, map[flow.Key]flow.Call{}
	}
	m.young[c.Key] = c
}

// delivered notes that the turn of a revision is owed no more.
func (m *memory) delivered(k flow.Key, rev uint32) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, half := range []map[flow.Key]flow.Call{m.young, m.old} {
		if c, ok := half[k]; ok && c.Rev == rev {
			c.Owed = false
			half[k] = c
		}
	}
}

// forget drops what is known of a call: it was wrong.
func (m *memory) forget(k flow.Key) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.young, k)
	delete(m.old, k)
}
