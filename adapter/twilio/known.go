package twilio

import (
	"strconv"
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
	took  lately.Map[bool] // rings that an agent accepted by pressing 1
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

func ringName(call flow.Key, seq uint32) string {
	return call.Account + " " + call.ID + " " + strconv.FormatUint(uint64(seq), 10)
}

// accept remembers that an agent has pressed 1 at a ring.
func (k *known) accept(call flow.Key, seq uint32) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.took.Put(ringName(call, seq), true)
}

func (k *known) accepted(call flow.Key, seq uint32) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	yes, _ := k.took.Find(ringName(call, seq))
	return yes
}
