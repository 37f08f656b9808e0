package flowtest

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
)

// tales are what became of the calls of a story, each by whose it is, and without
// the time: what it was made to do and what it posted, in order.
type tales map[string][]string

// asked is the tale of what agents hear before they accept, whether it is the
// carrier that asks them or a leg of their own.
const asked = "agents are asked"

// tales are those of the stage so far.
func (st *stage) tales(ctx context.Context) (tales, error) {
	calls, err := st.exchange.Calls(ctx)
	if err != nil {
		return nil, err
	}
	turns := map[flow.Key][]flow.Turn{}
	offered := map[string]uint32{} // in which turn of its caller a leg was
	for _, c := range calls {
		if turns[c.Key], err = st.exchange.Turns(ctx, c.Key, 0); err != nil {
			return nil, err
		}
		for _, t := range turns[c.Key] {
			if t.Event.News == flow.Offered {
				offered[t.Event.Leg] = t.Seq
			}
		}
	}
	places := map[string]int{} // callbacks: whose place they keep
	for _, c := range calls {
		if i := slices.IndexFunc(calls, func(caller flow.Call) bool { return caller.ID == c.Info.After }); i >= 0 {
			places[c.ID] = slices.Index(st.dialled, calls[i].Ref)
		}
	}
	slices.SortFunc(calls, func(a, b flow.Call) int {
		switch ours, others := a.Info.IsPlaced(), b.Info.IsPlaced(); {
		case !ours && !others:
			return cmp.Compare(slices.Index(st.dialled, a.Ref), slices.Index(st.dialled, b.Ref))
		case !ours:
			return -1
		case !others:
			return 1
		}
		return cmp.Or(begun(turns[a.Key]).Compare(begun(turns[b.Key])), cmp.Compare(places[a.ID], places[b.ID]), cmp.Compare(st.order(a), st.order(b)),
			cmp.Compare(offered[a.ID], offered[b.ID]), cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID))
	})
	out := tales{}
	times := map[string]int{}
	for _, c := range calls {
		name, agent := st.names[c.Ref], ""
		if c.IsLeg() {
			if agent, err = st.legOf(ctx, c); err != nil {
				return nil, err
			}
			name = "the leg to " + agent
		}
		if c.IsOutbound() {
			name = st.outbound(c)
		}
		times[name]++
		if n := times[name]; n > 1 {
			name += ", call " + strconv.Itoa(n)
		}
		for _, t := range turns[c.Key] {
			switch {
			case bare(t.Move), t.Move.Do.Kind == flow.Originate && t.Move.Do.Tried > 0: // the same ring, at the next telephone
			case c.IsLeg() && t.Move.Do.Kind == flow.Listen:
				said := spoken(flow.Move{Say: t.Move.Say})
				for _, line := range said {
					out[asked] = append(out[asked], agent+": "+line)
				}
			default:
				out[name] = append(out[name], spoken(t.Move)...)
			}
			for _, p := range t.Posts {
				out[name] = append(out[name], p.String())
			}
		}
	}
	return out, nil
}

// order is which of the calls that the product asked for a call is, or is a leg of.
func (st *stage) order(c flow.Call) int {
	return slices.Index(st.ordered, cmp.Or(c.Info.Peer, c.ID))
}

// bare reports whether a turn only hangs up. Carriers that ask what is next when a
// talk is over are told so; others just end the call, which is compared.
func bare(m flow.Move) bool {
	return m.Do.Kind == flow.Hangup && m.Do.Cause == flow.Normal && len(m.Say) == 0
}

// begun is when a call's first turn was taken.
func begun(turns []flow.Turn) time.Time {
	if len(turns) == 0 {
		return time.Time{}
	}
	return turns[0].Event.At
}

// still is who is on the telephone, and who is there.
func (st *stage) still(ctx context.Context) ([]string, error) {
	var lines []string
	for _, who := range slices.Sorted(maps.Keys(st.phones)) {
		if !st.phones[who].Over() {
			lines = append(lines, who+" is on the telephone")
		}
	}
	for _, leg := range st.lines.Legs() {
		if leg.State != Ringing {
			lines = append(lines, leg.Address+" is on the telephone")
		}
	}
	agents, err := st.exchange.Agents(ctx)
	slices.SortFunc(agents, func(a, b extension.Agent) int { return cmp.Compare(a.ID, b.ID) })
	for _, a := range agents {
		lines = append(lines, strings.TrimSuffix(a.ID+" is "+string(a.Presence)+", "+a.Reason, ", "))
	}
	return lines, err
}

// behind reports whether something has happened in others that is yet to come here.
func (t tales) behind(others tales) bool {
	for name, lines := range others {
		if len(t[name]) < len(lines) {
			return true
		}
	}
	return false
}

// differs tells where other tales differ: - before what these have alone, + before
// what came instead.
func (t tales) differs(others tales) string {
	var b strings.Builder
	both := maps.Clone(t)
	maps.Copy(both, others)
	for _, name := range slices.Sorted(maps.Keys(both)) {
		if slices.Equal(t[name], others[name]) {
			continue
		}
		b.WriteString(name + "\n")
		for _, line := range difference(t[name], others[name]) {
			b.WriteString(line[:1] + " " + indent + line[1:] + "\n")
		}
	}
	return b.String()
}
