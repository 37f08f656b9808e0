package extflow

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/flow"
)

// Notice is what a person should know of an account that has no fault: something goes
// otherwise than it is written.
type Notice struct {
	Path string `json:"path" doc:"as in queues.support.ring"`
	Says string `json:"says" doc:"what goes otherwise than it is written, and what to do about it"`
}

// String is the notice in a line.
func (n Notice) String() string { return n.Path + ": " + n.Says }

// Notices are those about an account whose numbers have these carriers, in the order of
// flows and queues. Settings with faults have none.
//
// They tell where agents ring for longer than it is written: a carrier that rings
// telephones one after the other gives each flow.LeastShare at least.
func Notices(s Setup, carriers map[string]adapter.Carrier) []Notice {
	book, err := flow.Compile(s.Settings)
	if err != nil {
		return nil
	}
	var all []Notice
	for _, name := range slices.Sorted(maps.Keys(carriers)) {
		serves := false
		for _, n := range s.Numbers {
			serves = serves || n.Serves(name)
		}
		if !serves {
			continue
		}
		for _, r := range book.Rings(adapter.AbilitiesOf(carriers[name]).Place) {
			if n, ok := s.rings(r, name, carriers[name]); ok {
				all = append(all, n)
			}
		}
	}
	return all
}

// rings is the notice about the agents who ring for too long at a carrier; false where
// there are none.
func (s Setup) rings(r flow.Rung, name string, carrier adapter.Carrier) (Notice, bool) {
	var who []string
	longest := time.Duration(0)
	for _, a := range s.Agents {
		if r.Queue != "" && !slices.Contains(s.Members[r.Queue], a.ID) {
			continue
		}
		r.Do.Party = a.PartyVia(name)
		if long := adapter.RingTime(carrier, r.Do); long > r.Do.Time {
			who, longest = append(who, a.ID), max(longest, long)
		}
	}
	if len(who) == 0 {
		return Notice{}, false
	}
	advice := "leave telephones out"
	if longest <= 2*time.Minute {
		advice = fmt.Sprintf("write %s, or %s", longest, advice)
	}
	return Notice{r.Path, fmt.Sprintf("%s rings an agent's telephones one after the other, each for %s at least: it rings %s for up to %s, where it is to be %s; %s",
		name, flow.LeastShare, listed(who), longest, r.Do.Time, advice)}, true
}

// listed are names in a sentence: the first few of many.
func listed(names []string) string {
	const most = 3
	last := names[len(names)-1]
	if more := len(names) - most; more > 0 {
		names, last = names[:most+1], fmt.Sprintf("%d others", more)
		if more == 1 {
			last = names[most]
		}
	}
	if len(names) == 1 {
		return last
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + last
}
