// Package storagetest holds stores to their contract. Run proves every promise of
// package storage with calls that a real book has advanced, each promise as a
// subtest named as a sentence.
//
// In every subtest a second account lives in the same store, with agents, queues,
// mailboxes and calls of the same ids; when the subtest ends, that account must be
// as it was.
package storagetest

import (
	"testing"
	"time"

	"github.com/extflow/extflow/storage"
)

// Harness is an empty store, and how time goes by there. Times that the suite
// stores are whole milliseconds, and must come back in UTC.
type Harness struct {
	Store storage.Store

	// Pass lets time go by on the store's clock. Leave it nil for a store that goes
	// by a clock nobody can move, such as its database's. The suite then lives in
	// real time: what lies in the past is stored with times in the past, what runs
	// out is waited for, for Patience at most, and what takes longer is skipped.
	Pass func(d time.Duration)
}

// Patience is the longest that the suite waits for a clock that cannot be moved.
const Patience = 1500 * time.Millisecond

// Run proves what a store promises. Open returns an empty store, another one each
// time that it is called, and has t clean up behind it.
func Run(t *testing.T, open func(t *testing.T) Harness) {
	for _, topic := range topics() {
		t.Run(topic.name, func(t *testing.T) {
			for _, p := range topic.promises {
				t.Run(p.name, func(t *testing.T) {
					h := newHouse(t, open)
					p.prove(h)
					h.neighbourIsAsItWas()
				})
			}
		})
	}
}

// topic is what promises are about.
type topic struct {
	name     string
	promises []promise
}

func topics() []topic {
	return []topic{
		{"accounts", accounts()},
		{"calls", calls()},
		{"commits", commits()},
		{"reservations", reservations()},
		{"agenda", agenda()},
		{"deliveries", deliveries()},
		{"directory", directory()},
		{"entries", entries()},
		{"names", names()},
		{"numbers", numbers()},
		{"releases", releases()},
		{"lines", lines()},
		{"members", members()},
		{"mailboxes", append(mailboxes(), wording()...)},
		{"feed", feed()},
		{"budget", budget()},
		{"keep", keep()},
		{"notes", notes()},
		{"audio", audio()},
		{"subjects", subjects()},
		{"recall", recalled()},
	}
}

// promise is a sentence about stores, and what proves it.
type promise struct {
	name  string
	prove func(*house)
}
