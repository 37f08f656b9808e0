package vonage

import (
	"sync"

	"github.com/extflow/extflow/flow"
)

// known is what this node has seen of which call of Vonage's is which of ours: the
// events of an application name only Vonage's. It is a help, not a store: what it
// has forgotten is asked for.
type known struct {
	mu         sync.Mutex
	young, old map[string]flow.Key
	notes      notes
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
	if k.young == nil || len(k.young) >= keptCalls {
		k.old, k.young = k.young, map[string]flow.Key{}
	}
	k.young[ref] = key
}

// key is our key of a call of Vonage's; zero where it is not known.
func (k *known) key(ref string) flow.Key {
	k.mu.Lock()
	defer k.mu.Unlock()
	if key, ok := k.young[ref]; ok {
		return key
	}
	return k.old[ref]
}
