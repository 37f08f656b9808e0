package extension

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A cover agrees with counting one by one, and keeps no edge where nothing changes.
func TestCover_countsAsCountingOneByOneDoes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const size = 40
		var c cover
		var counts [size]int
		type stretch struct{ low, high int }
		var added []stretch
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				low := rapid.IntRange(0, size-1).Draw(t, "low")
				s := stretch{low, rapid.IntRange(low, size-1).Draw(t, "high")}
				added = append(added, s)
				c.add(s.low, s.high, 1)
				for i := s.low; i <= s.high; i++ {
					counts[i]++
				}
			},
			"remove": func(t *rapid.T) {
				if len(added) == 0 {
					t.Skip("nothing to remove")
				}
				k := rapid.IntRange(0, len(added)-1).Draw(t, "which")
				s := added[k]
				added = append(added[:k], added[k+1:]...)
				c.add(s.low, s.high, -1)
				for i := s.low; i <= s.high; i++ {
					counts[i]--
				}
			},
			"": func(t *rapid.T) {
				low := rapid.IntRange(0, size-1).Draw(t, "from")
				want, ok := low, false
				for ; want < size && !ok; want++ {
					ok = counts[want] == 0
				}
				got, found := c.free(low, size-1)
				require.Equal(t, ok, found)
				if ok {
					require.Equal(t, want-1, got)
				}
				for i, e := range c.edges {
					require.NotEqual(t, c.before(i), e.count)
				}
			},
		})
	})
}

func TestCover_ofConsecutiveNumbersIsOneStretch(t *testing.T) {
	t.Parallel()
	var c cover
	for i := range 10_000 {
		c.add(1000+i, 1000+i, 1)
	}
	require.Len(t, c.edges, 2)
	n, ok := c.free(1000, 99_999_999)
	require.True(t, ok)
	require.Equal(t, 11_000, n)
}
