package picture

import (
	"fmt"
	"strings"
)

// place gives every vertex its middle. From left to right each stands as near to
// the middle of its neighbours as those beside it allow.
func (g *graph) place() {
	g.height()
	for _, rank := range g.ranks {
		x := 0
		for i, v := range rank {
			vx := &g.vertices[v]
			if i > 0 {
				x += g.apart(rank[i-1], v)
			}
			vx.x = x
		}
	}
	const rounds = 24
	for round := range rounds {
		if round%2 == 0 {
			for r := 1; r < len(g.ranks); r++ {
				g.settle(g.ranks[r], func(v *vertex) []int { return v.ups })
			}
		} else {
			for r := len(g.ranks) - 2; r >= 0; r-- {
				g.settle(g.ranks[r], func(v *vertex) []int { return v.downs })
			}
		}
	}
	left := 0
	for i, v := range g.vertices {
		if i == 0 || v.x-v.w/2 < left {
			left = v.x - v.w/2
		}
	}
	for i := range g.vertices {
		g.vertices[i].x += margin - left
	}
}

// apart is how far the middles of neighbours are from each other at least.
func (g *graph) apart(a, b int) int {
	gap := gapWide
	if g.vertices[a].rank%2 == 1 {
		gap = 12
	}
	return (g.vertices[a].w+g.vertices[b].w)/2 + gap
}

// height gives every rank its height on the page.
func (g *graph) height() {
	y := margin
	for _, rank := range g.ranks {
		most := 0
		for _, v := range rank {
			most = max(most, g.vertices[v].h)
		}
		for _, v := range rank {
			g.vertices[v].y = y + most/2
			if v >= len(g.boxes) && g.vertices[v].rank%2 == 0 {
				g.vertices[v].h = most // what only passes goes straight by
			}
		}
		y += most + gapHigh
	}
}

// settle moves a rank towards the middle of its neighbours: the mean of pushing
// everybody right who stands too close, and pushing everybody left.
func (g *graph) settle(rank []int, near func(*vertex) []int) {
	want := make([]int, len(rank))
	for i, v := range rank {
		vx := &g.vertices[v]
		want[i] = vx.x
		if ns := near(vx); len(ns) > 0 {
			sum := 0
			for _, n := range ns {
				sum += g.vertices[n].x
			}
			want[i] = sum / len(ns)
		}
	}
	right, left := append([]int{}, want...), append([]int{}, want...)
	for i := 1; i < len(rank); i++ {
		right[i] = max(right[i], right[i-1]+g.apart(rank[i-1], rank[i]))
	}
	for i := len(rank) - 2; i >= 0; i-- {
		left[i] = min(left[i], left[i+1]-g.apart(rank[i], rank[i+1]))
	}
	for i, v := range rank {
		g.vertices[v].x = (right[i] + left[i]) / 2
	}
}

// picture is the graph as it is drawn.
func (g *graph) picture() Picture {
	p := Picture{}
	for i, b := range g.boxes {
		b.X, b.Y = g.vertices[i].x, g.vertices[i].y
		p.Boxes = append(p.Boxes, b)
	}
	for _, v := range g.vertices {
		p.Width = max(p.Width, v.x+v.w/2+margin)
		p.Height = max(p.Height, v.y+v.h/2+margin)
	}
	for _, w := range g.ways {
		if w.row > 0 {
			b := p.Boxes[w.from]
			p.Ways = append(p.Ways, Way{
				From: w.from, To: w.to, On: w.on, Lines: []string{rowText(w.on, g.boxes[w.to].Name)},
				X: b.X - b.W/2 + 37, Y: b.Y + b.H/2 - 12 - (b.rows-w.row)*lineHigh, Row: true,
			})
			continue
		}
		words := g.vertices[w.passes[0]]
		p.Ways = append(p.Ways, Way{
			From: w.from, To: w.to, On: w.on, Lines: wrapped(w.on, wordLetters, 4),
			X: words.x, Y: words.y, Path: g.path(w), Back: w.back || w.from == w.to,
		})
	}
	return p
}

// path is a way as a line through all that it passes, in the direction in which
// calls go. At the ends it keeps to the side of a box that it comes from.
func (g *graph) path(w wire) string {
	upper, lower := w.ends()
	u, l := g.vertices[upper], g.vertices[lower]
	type point struct{ x, y int }
	var points []point
	first := g.vertices[w.passes[0]]
	points = append(points, point{leaning(u, first.x), u.y + u.h/2})
	for _, v := range w.passes {
		vx := g.vertices[v]
		points = append(points, point{vx.x, vx.y - vx.h/2}, point{vx.x, vx.y + vx.h/2})
	}
	if upper == lower { // down to the words, and back to the side
		return fmt.Sprintf("M%d %dC%d %d %d %d %d %dM%d %dC%d %d %d %d %d %d",
			points[0].x, points[0].y, points[0].x, points[0].y+gapHigh/2, first.x, first.y-first.h/2-gapHigh/2, first.x, first.y-first.h/2,
			first.x+first.w/2, first.y, first.x+first.w/2+22, first.y, u.x+u.w/2+26, u.y, u.x+u.w/2+1, u.y)
	}
	last := g.vertices[w.passes[len(w.passes)-1]]
	points = append(points, point{leaning(l, last.x), l.y - l.h/2})
	if w.back {
		for i, j := 0, len(points)-1; i < j; i, j = i+1, j-1 {
			points[i], points[j] = points[j], points[i]
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "M%d %d", points[0].x, points[0].y)
	for i := 1; i < len(points); i++ {
		p, q := points[i-1], points[i]
		if p.x == q.x {
			fmt.Fprintf(&b, "V%d", q.y)
			continue
		}
		half := (p.y + q.y) / 2
		fmt.Fprintf(&b, "C%d %d %d %d %d %d", p.x, half, q.x, half, q.x, q.y)
	}
	return b.String()
}

// leaning is where on a box's edge a way ends that comes from x.
func leaning(box vertex, x int) int {
	room := box.w/2 - 18
	return box.x + max(-room, min(room, (x-box.x)/3))
}

// rowText is a way in a line that fits into its box. What it leads to counts for
// more than all of what leads there.
func rowText(on, to string) string {
	to = strings.Join(wrapped(to, rowLetters-8, 1), " ")
	return strings.Join(wrapped(on, max(6, rowLetters-len([]rune(to))-3), 1), " ") + " → " + to
}
