package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

func printTimes(w io.Writer, ring []*contestant) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "what\tns\tof one\tB\tallocations\ta second, a core")
	for _, c := range ring {
		mid, least, most := spread(c.ns)
		fmt.Fprintf(t, "%s\t%.0f [%.0f to %.0f]\t%s\t%s\t%s\t%.0f\n", c.name, mid, least, most, c.per, c.bytes, c.allocs, 1e9/mid)
	}
	t.Flush()
	fmt.Fprintln(w)
}

// goal is a figure to reach: what one contestant costs beside another.
type goal struct {
	what   string
	a, b   string  // names: the time of a by that of b; without b, how many of a in a second
	bound  float64 // the least that the figure may be, or with atMost the most
	atMost bool
	aim    string // how the goal is written
	hope   bool   // missing it is no failure
}

var goals = []goal{
	{what: "step costs, in yardsticks", a: "extflow step", b: "yardstick", bound: 3, atMost: true, aim: "at most 3"},
	{what: "Advance costs, in yardsticks", a: "extflow Advance", b: "yardstick", bound: 5, atMost: true, aim: "at most 5"},
	{what: "step is faster than stateless", a: "qmuntal/stateless", b: "extflow step", bound: 5, aim: "at least 5 times"},
	{what: "step is faster than looplab", a: "looplab/fsm", b: "extflow step", bound: 15, aim: "at least 15 times"},
	{what: "Advance is faster than stateless", a: "qmuntal/stateless", b: "extflow Advance", bound: 2.5, aim: "at least 2.5 times"},
	{what: "Advance is faster than looplab", a: "looplab/fsm", b: "extflow Advance", bound: 7, aim: "at least 7 times"},
	{what: "calls a second, without store", a: "extflow, a call", bound: 700_000, aim: "at least 700,000"},
	{what: "calls a second, on a quiet machine", a: "extflow, a call", bound: 1_000_000, aim: "at least 1,000,000", hope: true},
}

// printMachine prints the goals of the machine and counts those that were missed.
func printMachine(w io.Writer, ring []*contestant) (missed int) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	missed = printGoals(t, ring, goals)
	for _, name := range []string{"extflow step", "extflow Advance"} {
		verdict := "met"
		if c := named(ring, name); c.allocs != "0" {
			verdict = "NOT MET"
			missed++
		}
		fmt.Fprintf(t, "%s allocates\t%s\t0\t%s\n", name, named(ring, name).allocs, verdict)
	}
	t.Flush()
	return missed
}

// printGoals prints goals and counts those that were missed.
func printGoals(t io.Writer, ring []*contestant, goals []goal) (missed int) {
	fmt.Fprintln(t, "goal\tmeasured\taim\t")
	for _, g := range goals {
		mid, least, most := spread(g.figures(ring))
		verdict := "met"
		if g.atMost && mid > g.bound || !g.atMost && mid < g.bound {
			verdict = "NOT MET"
			if g.hope {
				verdict = "not yet"
			} else {
				missed++
			}
		}
		format := "%s\t%.2f [%.2f to %.2f]\t%s\t%s\n"
		if g.b == "" {
			format = "%s\t%.0f [%.0f to %.0f]\t%s\t%s\n"
		}
		fmt.Fprintf(t, format, g.what, mid, least, most, g.aim, verdict)
	}
	return missed
}

// figures are what the goal is about, by repetition.
func (g goal) figures(ring []*contestant) []float64 {
	var out []float64
	for rep, ns := range named(ring, g.a).ns {
		if g.b == "" {
			out = append(out, 1e9/ns)
			continue
		}
		out = append(out, ns/named(ring, g.b).ns[rep])
	}
	return out
}

func named(ring []*contestant, name string) *contestant {
	return ring[slices.IndexFunc(ring, func(c *contestant) bool { return c.name == name })]
}

// spread is the median, the least and the most.
func spread(figures []float64) (mid, least, most float64) {
	sorted := slices.Sorted(slices.Values(figures))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2, sorted[0], sorted[n-1]
}
