package twilio

import (
	"sync"

	"github.com/extflow/extflow/flow"
)

// known is what this node has seen of which call of ours is which of the carrier's.
// Status callbacks of numbers name only the carrier's, and placed legs have only
// ours until they are answered. It is a help, not a store: what it has forgotten is
// asked for.
type known struct {
	mu         sync.Mutex
	young, old generation
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
	k.young.keys[ref], k.young.refs[key] = key, ref
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

// leaving stands for the reference of a leg that is about to get another one.
const leaving = "-"

// leave gives up the reference of a leg, so that its next endpoint can be rung. It
// reports false where that was done already.
func (k *known) leave(ref string, key flow.Key) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	now, ok := k.young.refs[key]
	if !ok {
		now = k.old.refs[key]
	}
	if now != "" && now != ref {
		return false
	}
	if k.young.refs == nil {
		k.young = generation{keys: map[string]flow.Key{}, refs: map[flow.Key]string{}}
	}
	k.young.refs[key] = leaving
	return true
}

// ref is the carrier's reference of a call of ours; empty where it is not known.
func (k *known) ref(key flow.Key) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	if ref, ok := k.young.refs[key]; ok {
		return ref
	}
	return k.old.refs[key]
}
