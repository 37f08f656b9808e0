package vonage

import (
	"sync"

	"github.com/extflow/extflow/adapter/internal/lately"
	"github.com/extflow/extflow/flow"
)

// known is what this node has seen of which call of Vonage's is which of ours: the
// events of an application name only Vonage's. It is a help, not a store: what it
// has forgotten is asked for.
type known struct {
	mu    sync.Mutex
	calls lately.Map[flow.Key]
	notes lately.Map[note]
}

func (k *known) remember(ref string, key flow.Key) {
	if ref == "" || key == (flow.Key{}) {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.calls.Put(ref, key)
}

// key is our key of a call of Vonage's; zero where it is not known.
func (k *known) key(ref string) flow.Key {
	k.mu.Lock()
	defer k.mu.Unlock()
	key, _ := k.calls.Find(ref)
	return key
}
