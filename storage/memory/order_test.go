package memory

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestOrder_isALineOfThoseWhoJoined(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var o order
		var line []*waiter // what it should be
		t.Repeat(map[string]func(*rapid.T){
			"join": func(t *rapid.T) {
				w := &waiter{since: time.Unix(rapid.Int64Range(0, 9).Draw(t, "since"), 0)}
				i := len(line)
				for i > 0 && line[i-1].since.After(w.since) {
					i--
				}
				line = slices.Insert(line, i, w)
				o.join(w)
				require.Equal(t, i+1, o.position(w))
			},
			"leave": func(t *rapid.T) {
				if len(line) > 0 {
					i := rapid.IntRange(0, len(line)-1).Draw(t, "who")
					o.leave(line[i])
					line = slices.Delete(line, i, i+1)
				}
			},
			"": func(t *rapid.T) {
				require.Equal(t, len(line), o.len())
				require.True(t, slices.Equal(line, slices.Collect(o.all())))
				for i, w := range line {
					require.Equal(t, i+1, o.position(w))
				}
			},
		})
	})
}
