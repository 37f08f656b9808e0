package postgres_test

import (
	"fmt"
	"os"
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

func TestNodes_anAgentIsInOneCallAtATimeWhateverTheOrder(t *testing.T) {
	t.Parallel()
	const callers = 64
	rounds := 3
	if os.Getenv("EXTFLOW_LONG") != "" {
		rounds = 40
	}
	n := nodes(t, 3, database(t))
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
				turn := n[who%3].arrives(t, fmt.Sprintf("CA%d-%d", who, round))
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
	require.Equal(t, porcupine.Ok, porcupine.CheckOperationsTimeout(oneAgent, history, time.Minute))
	reached := 0
	for _, o := range history {
		if o.Input.(wish).leave {
			reached++
		}
	}
	require.Greater(t, reached, rounds, "many got through")
	require.Less(t, reached, callers*rounds, "and many did not")
	history = append(history, porcupine.Operation{ // the check has teeth
		ClientId: callers, Input: wish{leave: true}, Call: 0, Output: true, Return: time.Since(began).Nanoseconds(),
	}, porcupine.Operation{ClientId: callers + 1, Input: wish{call: flow.Key{ID: "twice"}}, Call: 0, Output: true, Return: 1})
	require.NotEqual(t, porcupine.Ok, porcupine.CheckOperationsTimeout(oneAgent, history, time.Second))
}
