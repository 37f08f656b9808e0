package feed

import (
	"context"
	"time"
)

// State is how it goes with a receiver: the same on every node.
type State struct {
	Cursor  uint64    // of the last entry that it took, or that was passed over
	Failing time.Time // since when every try has failed; zero where it takes what comes
	Again   time.Time // when the next try is due
	Fault   string    // why the last one failed
	Lost    int       // entries that were passed over because nobody took them, ever
}

// State reads how it goes with the receiver. The error is the store's.
func (f *Follower) State(ctx context.Context) (State, error) {
	_, m, err := f.load(ctx)
	return State{Cursor: m.Cursor, Failing: m.Since, Again: m.Again, Fault: m.Fault, Lost: m.Lost}, err
}

// longest is how much of a fault is kept.
const longest = 200

func shortened(s string) string {
	if r := []rune(s); len(r) > longest {
		return string(r[:longest]) + "…"
	}
	return s
}
