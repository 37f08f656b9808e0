// Package lately is a memory that forgets: what adapters have seen of late, and can
// find out again.
package lately

// Kept is how many names a generation holds. The older of two is forgotten when the
// younger is full.
const Kept = 8192

// Map is what was put under a name of late. The zero value is empty. It is not safe
// for concurrent use.
type Map[V any] struct{ young, old map[string]V }

// Put keeps a value under a name, in place of the one before.
func (m *Map[V]) Put(name string, v V) {
	if m.young == nil || len(m.young) >= Kept {
		m.old, m.young = m.young, map[string]V{}
	}
	m.young[name] = v
}

// Find is the newest value of a name; false where there is none, or none any more.
func (m *Map[V]) Find(name string) (V, bool) {
	v, ok := m.young[name]
	if !ok {
		v, ok = m.old[name]
	}
	return v, ok
}

// Drop forgets a name.
func (m *Map[V]) Drop(name string) {
	delete(m.young, name)
	delete(m.old, name)
}
