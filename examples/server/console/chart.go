package console

import (
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/picture"
)

// The picture of a call: the part of the flow that it could reach, with its way lit.

// picture is the flow with the call's path lit, as far as an entry of the timeline.
func (t *timeline) picture(upTo int, link func(flow.StepID) string) string {
	look := picture.Look{Title: "The flow, with the path of this call", Page: true, From: string(t.Call.To), Link: link}
	if n := len(t.Entries); n > 0 {
		if upTo < 1 || upTo > n {
			upTo = n
		}
		look.Lit = t.Entries[upTo-1].steps
	}
	if len(look.Lit) > 0 && (upTo < len(t.Entries) || t.Call.Live()) {
		look.Now = look.Lit[len(look.Lit)-1]
	}
	return picture.New(t.reached()).SVG(look)
}

// reached is the part of the chart that callers of this call's number can get to.
func (t *timeline) reached() flow.Chart {
	all := t.Release.Chart()
	next := []flow.StepID{}
	out := flow.Chart{}
	for _, s := range all.Starts {
		if s.Name == string(t.Call.To) || s.Name == t.Call.Entry {
			out.Starts = append(out.Starts, s)
			next = append(next, s.To)
		}
	}
	if id, ok := t.Release.Entry(t.Call.Entry); ok {
		next = append(next, id)
		if len(out.Starts) == 0 {
			out.Starts = append(out.Starts, flow.ChartStart{Name: string(t.Call.To), To: id})
		}
	}
	for _, e := range t.Entries {
		next = append(next, e.steps...)
	}
	return reach(all, out.Starts, next)
}

// reach is the part of a chart that the steps lead to.
func reach(all flow.Chart, starts []flow.ChartStart, from []flow.StepID) flow.Chart {
	steps := map[flow.StepID]flow.ChartStep{}
	for _, s := range all.Steps {
		steps[s.ID] = s
	}
	keep := map[flow.StepID]bool{}
	for len(from) > 0 {
		id := from[0]
		from = from[1:]
		if keep[id] {
			continue
		}
		keep[id] = true
		for _, w := range steps[id].Ways {
			from = append(from, w.To)
		}
	}
	out := flow.Chart{Starts: starts}
	for _, s := range all.Steps {
		if keep[s.ID] {
			out.Steps = append(out.Steps, s)
		}
	}
	return out
}
