package webhook

import (
	"strconv"
	"time"

	"github.com/extflow/extflow/flow"
)

// Share is how long each of so many groups of telephones rings. One that cannot be
// reached takes no time, and leaves its share to those after it.
func Share(ring time.Duration, groups int) time.Duration {
	if groups <= 1 {
		return ring
	}
	return max(ring/time.Duration(groups), flow.LeastShare)
}

// Rings is how long so many groups of telephones ring in all.
func Rings(ring time.Duration, groups int) time.Duration {
	return max(ring, time.Duration(groups)*Share(ring, groups))
}

// outcomes are how a ring can end without a talk, the weightiest first, by the letter
// that stands for each in URLs.
var outcomes = []struct {
	letter byte
	kind   flow.Kind
}{{'b', flow.FoundBusy}, {'d', flow.Declined}, {'n', flow.Unanswered}, {'u', flow.Unreachable}}

// Ringing is how far a ring has come: the group that rings next, and what became of
// those before it, the weightiest outcome of all.
type Ringing struct {
	Stage  int
	Worst  byte
	Failed int // groups that could not be reached
}

// Query says in a URL how far the ring has come, of so many groups, and what else is
// given.
func (r Ringing) Query(of int, also string) string {
	q := "s=" + strconv.Itoa(r.Stage) + "&k=" + strconv.Itoa(of) + also
	if r.Worst != 0 {
		q += "&o=" + string(r.Worst)
	}
	if r.Failed > 0 {
		q += "&f=" + strconv.Itoa(r.Failed)
	}
	return q
}

// Rung reads what Query says.
func Rung(number func(name string) int, word []byte) Ringing {
	r := Ringing{Stage: number("s")}
	r.Failed = max(0, min(number("f"), r.Stage))
	if len(word) == 1 {
		r.Worst = word[0]
	}
	return r
}

// After is how far the ring has come when the group that rings has ended so.
func (r Ringing) After(how flow.Kind) Ringing {
	r.Stage++
	worst := byte('u')
	for _, o := range outcomes {
		if o.letter == r.Worst || o.kind == how {
			worst = o.letter
			break
		}
	}
	r.Worst = worst
	if how == flow.Unreachable {
		r.Failed++
	}
	return r
}

// Outcome is how the ring ends, of all that came before.
func (r Ringing) Outcome() flow.Kind {
	for _, o := range outcomes {
		if o.letter == r.Worst {
			return o.kind
		}
	}
	return flow.Unreachable
}
