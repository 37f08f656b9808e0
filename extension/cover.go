package extension

import "slices"

// cover counts, for every whole number, how many things cover it, and finds the
// lowest that nothing covers. It costs as much as there are edges between covered
// and uncovered stretches, not as there are numbers.
type cover struct {
	edges []edge // sorted by from, neighbours differ in count; below the first the count is 0
}

// edge begins a stretch of numbers that are covered equally often.
type edge struct{ from, count int }

// add changes by how many things low to high are covered.
func (c *cover) add(low, high, by int) {
	i, j := c.cut(low), c.cut(high+1)
	for k := i; k < j; k++ {
		c.edges[k].count += by
	}
	c.join(j)
	c.join(i)
}

// cut makes an edge at a number and returns its place.
func (c *cover) cut(at int) int {
	i, found := slices.BinarySearchFunc(c.edges, at, func(e edge, at int) int { return e.from - at })
	if !found {
		c.edges = slices.Insert(c.edges, i, edge{from: at, count: c.before(i)})
	}
	return i
}

// join removes the edge at place i if nothing changes there.
func (c *cover) join(i int) {
	if c.edges[i].count == c.before(i) {
		c.edges = slices.Delete(c.edges, i, i+1)
	}
}

// before is the count just below the edge at place i.
func (c *cover) before(i int) int {
	if i == 0 {
		return 0
	}
	return c.edges[i-1].count
}

// free is the lowest number from low to high that nothing covers.
func (c *cover) free(low, high int) (int, bool) {
	i, found := slices.BinarySearchFunc(c.edges, low, func(e edge, at int) int { return e.from - at })
	if !found {
		i-- // low lies inside the stretch before
	}
	for ; i >= 0 && c.edges[i].count > 0; i++ { // the last stretch has none
		low = c.edges[i+1].from
	}
	return low, low <= high
}
