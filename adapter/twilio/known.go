package twilio

import (
	"sync"

	"github.com/extflow/extflow/adapter/internal/lately"
	"github.com/extflow/extflow/flow"
)

// known is what this node has seen of which call of Twilio's is which of ours: the
// status callbacks of numbers name only Twilio's. It is a help, not a store: what it
// has forgotten is asked for.
type known struct {
	mu    sync.Mutex
	calls lately.Map[flow.Key]
}

func (k *known) remember(ref string, key flow.Key) {
	if ref == "" || key == (flow.Key{}) {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.calls.Put(ref, key)
}

// key is our key of a call of Twilio's; zero where it is not known.
func (k *known) key(ref string) flow.Key {
	k.mu.Lock()
	defer k.mu.Unlock()
	key, _ := k.calls.Find(ref)
	return key
}
