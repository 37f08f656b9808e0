package flowtest

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/extflow/extflow/flow"
)

// answer is a line beneath an act. Answers stand in the order of time; at the same
// instant by rank: call by call what it was made to do and how it ended, then what
// agents were asked, then what is left on agents.
type answer struct {
	at   time.Time
	rank int
	text string
}

const (
	overheard = 1 << 20
	left      = overheard + 1
	changed   = left + 1
)

// answers are the lines beneath the act that was done last.
func (st *stage) answers(ctx context.Context) ([]string, error) {
	if err := st.watch(ctx); err != nil {
		return nil, err
	}
	all := st.asides
	for i, w := range st.watched {
		turns, err := st.exchange.Turns(ctx, w.key, w.told)
		if err != nil {
			return nil, err
		}
		for _, t := range turns {
			w.told = t.Seq
			for _, line := range w.news(t.Move) {
				all = append(all, answer{t.Event.At, 2 * i, st.named(w.name) + line})
			}
			for _, p := range t.Posts {
				switch {
				case !p.Told(w.leg):
				case p.Agent != "":
					all = append(all, answer{t.Event.At, left, p.String()})
				default:
					all = append(all, answer{t.Event.At, 2*i + 1, st.named(w.name) + p.String()})
				}
			}
		}
	}
	says, err := st.says(ctx)
	if err != nil {
		return nil, err
	}
	all = append(all, says...)
	turned, err := st.turned(ctx)
	all = append(all, turned...)
	slices.SortStableFunc(all, func(a, b answer) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.rank, b.rank)) })
	var lines []string
	for _, a := range all {
		lines = append(lines, a.text)
	}
	return lines, err
}

// news is what a call is made to do, unless that is what it does already: a call of
// ours that waits is asked about hours with every offer.
func (w *watched) news(m flow.Move) []string {
	lines := spoken(m)
	if m.Do.Kind.Engine() || len(lines) == 0 {
		return lines
	}
	if again := m.Do.Kind == flow.Await && m.Do == w.awaits; again {
		return nil
	}
	w.awaits = m.Do
	return lines
}

// spoken is what a carrier is made to do; what the engine is asked is not told.
func spoken(m flow.Move) []string {
	if m.Do.Kind.Engine() {
		return nil
	}
	m.Tell = 0
	return flow.Script{}.Move(m)
}

// watch finds the calls that are new: callers' first, then legs by their agents.
func (st *stage) watch(ctx context.Context) error {
	calls, err := st.exchange.Calls(ctx)
	if err != nil {
		return err
	}
	var fresh []*watched
	for _, c := range calls {
		if slices.ContainsFunc(st.watched, func(w *watched) bool { return w.key == c.Key }) {
			continue
		}
		w := &watched{key: c.Key, name: st.names[c.Ref], leg: c.IsLeg()}
		if c.IsOutbound() {
			w.name = st.outbound(c)
		}
		if w.leg {
			if w.name, err = st.legOf(ctx, c); err != nil {
				return err
			}
		}
		fresh = append(fresh, w)
	}
	slices.SortStableFunc(fresh, func(a, b *watched) int {
		if a.leg != b.leg {
			if a.leg {
				return 1
			}
			return -1
		}
		return strings.Compare(a.name, b.name)
	})
	st.watched = append(st.watched, fresh...)
	return nil
}

// outbound is what a call of ours is called: who is called back, or which number the
// product has called.
func (st *stage) outbound(c flow.Call) string {
	if c.Queue == "" {
		return "call to " + string(c.From)
	}
	for _, who := range slices.Sorted(maps.Keys(st.phones)) {
		if st.numbers[who] == c.From {
			return "callback to " + who
		}
	}
	return "callback to " + string(c.From)
}

// legOf is the agent whom a leg was placed to.
func (st *stage) legOf(ctx context.Context, c flow.Call) (string, error) {
	turns, err := st.exchange.Turns(ctx, c.Key, 0)
	if err != nil || len(turns) == 0 || turns[0].Event.Party == nil {
		return "agent", err
	}
	return turns[0].Event.Party.Agent, nil
}

// named is what stands before a line for somebody: nothing for who dialled first.
func (st *stage) named(who string) string {
	if who == st.first {
		return ""
	}
	return who + ": "
}

// turned are the agents whose presence the calls changed.
func (st *stage) turned(ctx context.Context) ([]answer, error) {
	agents, err := st.exchange.Agents(ctx)
	var lines []answer
	for _, a := range agents {
		if a.Presence == st.presence[a.ID] {
			continue
		}
		st.presence[a.ID] = a.Presence
		text := a.ID + " is " + string(a.Presence)
		if a.Reason != "" {
			text += ", " + a.Reason
		}
		lines = append(lines, answer{st.lines.Now(), changed, text})
	}
	slices.SortFunc(lines, func(a, b answer) int { return cmp.Compare(a.text, b.text) })
	return lines, err
}
