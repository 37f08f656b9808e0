package picture

import (
	"cmp"
	"slices"
	"strings"

	"github.com/extflow/extflow/flow"
)

// graph is a chart on its way to being a picture: after Sugiyama, Tagawa and Toda,
// "Methods for visual understanding of hierarchical system structures" (1981). Boxes
// stand on even ranks. Every way passes through a vertex for its words on the odd
// rank below its upper end, and through an empty one on every rank further down.
type graph struct {
	boxes    []Box
	ways     []wire
	vertices []vertex
	ranks    [][]int // vertices by rank, from left to right
}

// wire is a way with the vertices that it passes, from top to bottom.
type wire struct {
	from, to int
	on       string
	back     bool // from is below to
	row      int  // in its box, from 1; 0 is a line
	passes   []int
}

type vertex struct {
	rank   int
	w, h   int
	x, y   int
	ups    []int
	downs  []int
	weight float64
}

func newGraph(c flow.Chart) *graph {
	g := &graph{}
	place := map[flow.StepID]int{}
	for i, s := range c.Steps {
		place[s.ID] = len(c.Starts) + i
	}
	for _, s := range c.Starts {
		g.box(Box{Start: s.Name, Name: s.Name, Kind: "number"})
	}
	for _, s := range c.Steps {
		g.box(Box{ID: s.ID, Name: s.Name, Kind: s.Action, About: strings.Join(s.About, ", ")})
	}
	for i, s := range c.Starts {
		g.ways = append(g.ways, wire{from: i, to: place[s.To]})
	}
	for i, s := range c.Steps {
		for _, w := range s.Ways {
			g.ways = append(g.ways, wire{from: len(c.Starts) + i, to: place[w.To], on: w.String()})
		}
	}
	return g
}

func (g *graph) box(b Box) {
	b.Does = does[b.Kind]
	b.Title = wrapped(b.Name, titleLetters, 2)
	b.W, b.H = boxWide, boxHigh+(len(b.Title)-1)*lineHigh
	if b.Kind == "number" {
		b.H = 34
	}
	g.boxes = append(g.boxes, b)
	g.vertices = append(g.vertices, vertex{w: b.W, h: b.H})
}

// rank turns the ways round that would close a circle, and gives every box the
// rank of the longest way to it.
func (g *graph) rank() {
	out := make([][]int, len(g.boxes))
	for i, w := range g.ways {
		out[w.from] = append(out[w.from], i)
	}
	const unseen, open, done = 0, 1, 2
	state := make([]int, len(g.boxes))
	var finished []int
	var visit func(int)
	visit = func(at int) {
		state[at] = open
		for _, i := range out[at] {
			w := &g.ways[i]
			switch state[w.to] {
			case open:
				w.back = true
			case unseen:
				visit(w.to)
			}
		}
		state[at] = done
		finished = append(finished, at)
	}
	for i := range g.boxes {
		if state[i] == unseen {
			visit(i)
		}
	}
	for _, at := range slices.Backward(finished) {
		for _, i := range out[at] {
			if w := g.ways[i]; !w.back && w.from != w.to {
				g.vertices[w.to].rank = max(g.vertices[w.to].rank, g.vertices[at].rank+2)
			}
		}
	}
}

// thin leaves one line to each box, the first that leads there, and gives it the
// rank of the shortest way. The others become rows of the boxes that they leave.
func (g *graph) thin() {
	out := make([][]int, len(g.boxes))
	for i, w := range g.ways {
		out[w.from] = append(out[w.from], i)
	}
	reached := make([]bool, len(g.boxes))
	for root := range g.boxes {
		if reached[root] {
			continue
		}
		reached[root] = true
		for next := []int{root}; len(next) > 0; next = next[1:] {
			at := next[0]
			for _, i := range out[at] {
				w := &g.ways[i]
				if !reached[w.to] {
					reached[w.to] = true
					g.vertices[w.to].rank = g.vertices[at].rank + 2
					next = append(next, w.to)
					continue
				}
				if g.boxes[at].Kind == "number" && g.vertices[w.to].rank > g.vertices[at].rank {
					continue // numbers have no room for rows
				}
				g.boxes[at].rows++
				w.row = g.boxes[at].rows
			}
		}
	}
	for i, b := range g.boxes {
		if b.rows > 0 {
			g.boxes[i].W, g.boxes[i].H = wideBox, b.H+b.rows*lineHigh+4
			g.vertices[i].w, g.vertices[i].h = g.boxes[i].W, g.boxes[i].H
		}
	}
}

// ends are the upper and the lower end of a way.
func (w wire) ends() (upper, lower int) {
	if w.back {
		return w.to, w.from
	}
	return w.from, w.to
}

// fill puts the vertices in that ways pass. A way from a box to itself has its words
// on the rank below and comes back.
func (g *graph) fill() {
	for i := range g.ways {
		w := &g.ways[i]
		if w.row > 0 {
			continue
		}
		upper, lower := w.ends()
		first, last := g.vertices[upper].rank+1, g.vertices[lower].rank-1
		before := upper
		words := wrapped(w.on, wordLetters, 4)
		for r := first; r <= max(last, first); r++ {
			v := vertex{rank: r, w: 8, h: 0}
			if r == first {
				v.w, v.h = widest(words, smallWide)+10, len(words)*14+4
				if w.on == "" {
					v.w, v.h = 8, 8
				}
			}
			g.vertices = append(g.vertices, v)
			at := len(g.vertices) - 1
			w.passes = append(w.passes, at)
			g.link(before, at)
			before = at
		}
		if upper != lower {
			g.link(before, lower)
		}
	}
	for i, v := range g.vertices {
		for len(g.ranks) <= v.rank {
			g.ranks = append(g.ranks, nil)
		}
		g.ranks[v.rank] = append(g.ranks[v.rank], i)
	}
}

func (g *graph) link(upper, lower int) {
	g.vertices[upper].downs = append(g.vertices[upper].downs, lower)
	g.vertices[lower].ups = append(g.vertices[lower].ups, upper)
}

// order puts every rank in an order in which ways cross seldom: by the middle of the
// neighbours above, then below, as often as it helps.
func (g *graph) order() {
	const rounds = 12
	best, fewest := clone(g.ranks), g.crossings()
	for round := range rounds {
		place := g.places()
		sweep := func(r int, near func(*vertex) []int) {
			for i, v := range g.ranks[r] {
				vx := &g.vertices[v]
				vx.weight = float64(i)
				if ns := near(vx); len(ns) > 0 {
					vx.weight = middle(ns, place)
				}
			}
			slices.SortStableFunc(g.ranks[r], func(a, b int) int { return cmp.Compare(g.vertices[a].weight, g.vertices[b].weight) })
			for i, v := range g.ranks[r] {
				place[v] = i
			}
		}
		if round%2 == 0 {
			for r := 1; r < len(g.ranks); r++ {
				sweep(r, func(v *vertex) []int { return v.ups })
			}
		} else {
			for r := len(g.ranks) - 2; r >= 0; r-- {
				sweep(r, func(v *vertex) []int { return v.downs })
			}
		}
		if n := g.crossings(); n < fewest {
			best, fewest = clone(g.ranks), n
		}
	}
	g.ranks = best
}

func middle(ns []int, place []int) float64 {
	sum := 0
	for _, n := range ns {
		sum += place[n]
	}
	return float64(sum) / float64(len(ns))
}

func (g *graph) places() []int {
	place := make([]int, len(g.vertices))
	for _, rank := range g.ranks {
		for i, v := range rank {
			place[v] = i
		}
	}
	return place
}

func clone(ranks [][]int) [][]int {
	out := make([][]int, len(ranks))
	for i, r := range ranks {
		out[i] = slices.Clone(r)
	}
	return out
}

// crossings counts how often ways cross.
func (g *graph) crossings() int {
	place := g.places()
	count := 0
	for _, rank := range g.ranks {
		var ends []int
		for _, v := range rank {
			downs := make([]int, 0, len(g.vertices[v].downs))
			for _, d := range g.vertices[v].downs {
				downs = append(downs, place[d])
			}
			slices.Sort(downs)
			for _, d := range downs {
				for _, e := range ends {
					if e > d {
						count++
					}
				}
			}
			ends = append(ends, downs...)
		}
	}
	return count
}
