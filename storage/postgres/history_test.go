package postgres_test

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
)

// What many callers saw of one agent on several nodes is a history. It is right if
// there is an order of all that happened, each within the time that it took, in which
// the agent is in one call at a time and busy only while in one.

// wish is what a caller wanted: to reach the agent, or to leave again.
type wish struct {
	call  flow.Key
	leave bool
}

var oneAgent = porcupine.Model{
	Init: func() any { return flow.Key{} },
	Step: func(state, in, out any) (bool, any) {
		holder, w := state.(flow.Key), in.(wish)
		switch {
		case w.leave:
			return holder == w.call, flow.Key{}
		case out.(bool):
			return holder == flow.Key{}, w.call
		}
		return holder != flow.Key{}, holder
	},
	Equal: func(a, b any) bool { return a == b },
}

// played is the history of callers who want the agent, on three nodes in turn.
func played(t *testing.T, n []node, name string, callers, rounds int) []porcupine.Operation {
	began := time.Now()
	var mu sync.Mutex
	var history []porcupine.Operation
	note := func(who int, w wish, from time.Time, got bool) {
		mu.Lock()
		defer mu.Unlock()
		history = append(history, porcupine.Operation{
			ClientId: who, Input: w, Call: from.Sub(began).Nanoseconds(), Output: got, Return: time.Since(began).Nanoseconds(),
		})
	}
	var all sync.WaitGroup
	for who := range callers {
		all.Go(func() {
			for round := range rounds {
				turn := n[who%3].arrives(t, fmt.Sprintf("CA%s%d-%d", name, who, round))
				from := time.Now()
				turn = n[(who+1)%3].then(t, turn, pressed("1001"))
				got := turn.Move.Do.Kind == flow.Connect
				note(who, wish{call: turn.Call}, from, got)
				from = time.Now()
				n[(who+2)%3].then(t, turn, flow.What{Kind: flow.HungUp})
				if got {
					note(who, wish{call: turn.Call, leave: true}, from, true)
				}
			}
		})
	}
	all.Wait()
	return history
}

// reached are those who reached the agent, by when they surely had it: from when they
// were told to when they began to leave.
func reached(history []porcupine.Operation) []porcupine.Operation {
	had := map[flow.Key]porcupine.Operation{}
	for _, o := range history {
		w := o.Input.(wish)
		h := had[w.call]
		switch {
		case w.leave:
			h.Return = o.Call
		case o.Output.(bool):
			h.Call = o.Return
		default:
			continue
		}
		had[w.call] = h
	}
	return slices.SortedFunc(maps.Values(had), func(a, b porcupine.Operation) int { return cmp.Compare(a.Call, b.Call) })
}

func TestNodes_anAgentIsInOneCallAtATimeWhateverTheOrder(t *testing.T) {
	t.Parallel()
	rounds := 3
	if os.Getenv("EXTFLOW_LONG") != "" {
		rounds = 40
	}
	n := nodes(t, 3, database(t))
	had := reached(played(t, n, "crowd", 64, rounds))
	for i := range had[1:] {
		require.LessOrEqual(t, had[i].Return, had[i+1].Call, "two had the agent at once")
	}
	require.Greater(t, len(had), rounds, "many got through")
	require.Less(t, len(had), 64*rounds, "and many did not")

	history := played(t, n, "few", 10, rounds) // the order of more takes too long to find
	require.Equal(t, porcupine.Ok, porcupine.CheckOperationsTimeout(oneAgent, history, time.Minute))
	history = append(history, porcupine.Operation{ // the check has teeth
		ClientId: 10, Input: wish{leave: true}, Call: 0, Output: true, Return: math.MaxInt64,
	}, porcupine.Operation{ClientId: 11, Input: wish{call: flow.Key{ID: "twice"}}, Call: 0, Output: true, Return: 1})
	require.Equal(t, porcupine.Illegal, porcupine.CheckOperationsTimeout(oneAgent, history, time.Minute))
}
