package memory

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

type event struct {
	at    int64
	index int32
}

func (e *event) due() int64    { return e.at }
func (e *event) place() *int32 { return &e.index }

func TestTimeline_firstIsTheEarliestOfThoseThatAreIn(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var l timeline[*event]
		var in []*event
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				e := &event{at: rapid.Int64Range(0, 20).Draw(t, "at")}
				l.put(e)
				in = append(in, e)
			},
			"move": func(t *rapid.T) {
				if len(in) > 0 {
					e := rapid.SampledFrom(in).Draw(t, "which")
					e.at = rapid.Int64Range(0, 20).Draw(t, "to")
					l.put(e)
				}
			},
			"remove, twice": func(t *rapid.T) {
				if len(in) > 0 {
					i := rapid.IntRange(0, len(in)-1).Draw(t, "which")
					l.remove(in[i])
					l.remove(in[i])
					in = slices.Delete(in, i, i+1)
				}
			},
			"": func(t *rapid.T) {
				first, ok := l.first()
				require.Equal(t, len(in) > 0, ok)
				for _, e := range in {
					require.LessOrEqual(t, first.at, e.at)
					require.Same(t, e, l.heap[e.index-1], "each knows its place")
				}
				require.Len(t, l.heap, len(in))
			},
		})
	})
}
