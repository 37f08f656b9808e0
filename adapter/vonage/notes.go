package vonage

import (
	"strconv"
	"time"

	"github.com/extflow/extflow/flow"
)

// note is what this node has seen of a leg or a recording, by the carrier's reference
// or by ours. As with all that is known: a help, not a store.
type note struct {
	word string
	tape tape
}

// tape is a recording.
type tape struct {
	ref    string
	length time.Duration
}

// failed reports whether a leg's failure is the first that was heard of it, or that
// one again: a second way of saying that it failed is none.
func (k *known) failed(leg, status string) bool {
	if leg == "" {
		return true
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	was, ok := k.notes.Find("failed " + leg)
	if !ok {
		k.notes.Put("failed "+leg, note{word: status})
	}
	return !ok || was.word == status
}

// What became of a leg at which somebody had to press 1.
const (
	asked    = "asked"
	accepted = "accepted"
	refused  = "refused"
)

func (k *known) decided(leg, how string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.notes.Put("leg "+leg, note{word: how})
}

func (k *known) decision(leg string) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	n, _ := k.notes.Find("leg " + leg)
	return n.word
}

func tapeName(call flow.Key, seq uint32) string {
	return "tape " + call.Account + " " + call.ID + " " + strconv.FormatUint(uint64(seq), 10)
}

func (k *known) keepTape(call flow.Key, seq uint32, t tape) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.notes.Put(tapeName(call, seq), note{tape: t})
}

// tape is the recording of a turn; false where none was reported to this node.
func (k *known) tape(call flow.Key, seq uint32) (tape, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	n, ok := k.notes.Find(tapeName(call, seq))
	return n.tape, ok
}

// over reports whether the end of a leg is told for the first time.
func (k *known) over(leg string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	_, told := k.notes.Find("over " + leg)
	k.notes.Put("over "+leg, note{})
	return !told
}

// untold takes that back: the end of the leg could not be stored, and will be told
// again.
func (k *known) untold(leg string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.notes.Drop("over " + leg)
}

// placed remembers the leg that was placed for a caller.
func (k *known) placed(call flow.Key, leg string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.notes.Put("ring "+call.Account+" "+call.ID, note{word: leg})
}

// ringing is the newest leg that this node placed for a caller, where it was not
// accepted; empty where there is none.
func (k *known) ringing(call flow.Key) string {
	k.mu.Lock()
	n, _ := k.notes.Find("ring " + call.Account + " " + call.ID)
	k.mu.Unlock()
	if n.word == "" || k.decision(n.word) == accepted {
		return ""
	}
	return n.word
}
