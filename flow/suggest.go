package flow

import (
	"iter"
	"strings"
)

// Suggest is the name among those given that a mistyped name most likely means:
// a few letters off at most, or the one that begins with it. Case, "-" and "_"
// count for nothing. It is empty where nothing is near, and the same for any
// order of the names.
func Suggest(name string, among iter.Seq[string]) string {
	folded := foldName(name)
	allowed := min(len(folded)/3+1, 3, len(folded)-1)
	best, bestDistance, begun, beginners := "", allowed+1, "", 0
	for candidate := range among {
		other := foldName(candidate)
		if d := typingDistance(folded, other, bestDistance); d < bestDistance || d == bestDistance && d <= allowed && candidate < best {
			best, bestDistance = candidate, d
		}
		if begins(folded, other) {
			begun = candidate
			beginners++
		}
	}
	if best == "" && beginners == 1 {
		return begun
	}
	return best
}

// foldName makes names that are read alike equal. What is longer than any name
// is cut, so that a document cannot make the search slow.
func foldName(s string) []rune {
	const longest = 64
	folded := []rune(strings.ToLower(strings.NewReplacer("_", "-", " ", "-").Replace(s[:min(len(s), 4*longest)])))
	return folded[:min(len(folded), longest)]
}

// begins reports whether one of the two is how the other begins.
func begins(a, b []rune) bool {
	short := min(len(a), len(b))
	return short >= 3 && string(a[:short]) == string(b[:short])
}

// typingDistance counts the letters left out, added, mistaken or swapped with
// their neighbour between a and b. Beyond atMost it says atMost+1.
func typingDistance(a, b []rune, atMost int) int {
	if max(len(a)-len(b), len(b)-len(a)) > atMost {
		return atMost + 1
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row[0] = i + 1
		near := row[0]
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
			near = min(near, row[j+1])
		}
		if near > atMost {
			return atMost + 1
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
