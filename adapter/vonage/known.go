package vonage

import (
	"sync"

	"github.com/extflow/extflow/flow"
)

// known is what this node has seen of which call of ours is which of the carrier's.
// Events of the application name only the carrier's, and placed legs have only
// ours until they are answered. It is a help, not a store: what it has forgotten is
// asked for.
type known struct {
	mu         sync.Mutex
	young, old generation
	notes      notes
}

type generation struct {
	keys map[string]flow.Key
	refs map[flow.Key]string
}

// keptCalls is how many calls a generation holds. The older of two is forgotten
// when the younger is full.
const keptCalls = 8192

func (k *known) remember(ref string, key flow.Key) {
	if ref == "" || key == (flow.Key{}) {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.young.keys == nil || len(k.young.keys) >= keptCalls {
		k.old, k.young = k.young, generation{keys: map[string]flow.Key{}, refs: map[flow.Key]string{}}
	}
	k.young.keys[ref] = key
	if k.now(key) != leaving+ref { // the answer to placing a leg may come after the news of its end
		k.young.refs[key] = ref
	}
}

// key is our key of a call of the carrier's; zero where it is not known.
func (k *known) key(ref string) flow.Key {
	k.mu.Lock()
	defer k.mu.Unlock()
	if key, ok := k.young.keys[ref]; ok {
		return key
	}
	return k.old.keys[ref]
}

// leaving stands before the reference of a leg that is about to get another one.
const leaving = "-"

// now is what is known of a call's reference.
func (k *known) now(key flow.Key) string {
	if ref, ok := k.young.refs[key]; ok {
		return ref
	}
	return k.old.refs[key]
}

// leave gives up the reference of a leg, so that its next endpoint can be rung. It
// reports false where that was done already.
func (k *known) leave(ref string, key flow.Key) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if now := k.now(key); now != "" && now != ref {
		return false
	}
	if k.young.refs == nil {
		k.young = generation{keys: map[string]flow.Key{}, refs: map[flow.Key]string{}}
	}
	k.young.refs[key] = leaving + ref
	return true
}

// stay takes back that a leg is left.
func (k *known) stay(ref string, key flow.Key) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if ref != "" && k.now(key) == leaving+ref {
		k.young.refs[key] = ref
	}
}

// ref is the carrier's reference of a call of ours; empty where it is not known.
func (k *known) ref(key flow.Key) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.now(key)
}
