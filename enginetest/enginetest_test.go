package enginetest_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/enginetest"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
)

func inMemory(now func() time.Time) (storage.Store, error) {
	return memory.New(memory.Config{Now: now}), nil
}

// seedVariable plays the one hour of its seed, or those of a range: 1000-1999.
const seedVariable = "EXTFLOW_SEED"

// shape is how busy the hour of a seed is: every 25th is the one that a release is held
// to, and with EXTFLOW_LONG=1 all are; the others are floors of every size, so that
// hundreds of them cost little.
func shape(seed uint64) enginetest.Floor {
	if seed%25 == 0 || os.Getenv("EXTFLOW_LONG") != "" {
		return enginetest.Busy
	}
	r := rand.New(rand.NewPCG(seed, 3))
	return enginetest.Floor{
		Callers: 10 + r.IntN(60), Agents: 1 + r.IntN(12), Queues: 1 + r.IntN(5), Nodes: 1 + r.IntN(3), Deaths: r.IntN(4),
		Beside: r.IntN(3) * 8, For: time.Duration(5+r.IntN(30)) * time.Minute,
	}
}

// seeds are the hours to play: 500, ten thousand with EXTFLOW_LONG=1, and a few with
// -short.
func seeds(t *testing.T) (from, to uint64) {
	seed := os.Getenv(seedVariable)
	switch {
	case seed != "":
		first, last, ranged := strings.Cut(seed, "-")
		if !ranged {
			last = first
		}
		from, err := strconv.ParseUint(first, 10, 64)
		require.NoError(t, err)
		to, err := strconv.ParseUint(last, 10, 64)
		require.NoError(t, err)
		return from, to + 1
	case os.Getenv("EXTFLOW_LONG") != "":
		return 0, 10_000
	case testing.Short():
		return 0, 4
	}
	return 0, 500
}

func TestAudit_aBusyHourKeepsEveryPromise(t *testing.T) {
	t.Parallel()
	from, to := seeds(t)
	var next atomic.Uint64
	next.Store(from)
	for w := range 2 {
		t.Run(strconv.Itoa(w), func(t *testing.T) {
			t.Parallel()
			for seed := next.Add(1) - 1; seed < to; seed = next.Add(1) - 1 {
				hour, err := enginetest.Play(t.Context(), seed, shape(seed), inMemory)
				require.NoError(t, err)
				require.NoError(t, enginetest.Audit(hour), "%s=%d plays it again", seedVariable, seed)
			}
		})
	}
}

// A failing seed is worth nothing unless it fails again.
func TestPlay_anHourIsTheSameWheneverItIsPlayed(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		first, second := journal(t, seed), journal(t, seed)
		require.Equal(t, len(first), len(second), "seed %d", seed)
		for i := range first {
			require.Equal(t, first[i], second[i], "seed %d", seed)
		}
	}
}

// journal is everything that happened in an hour and was stored, but for the random names
// of the accounts' releases.
func journal(t *testing.T, seed uint64) (lines []string) {
	hour, err := enginetest.Play(t.Context(), seed, few, inMemory)
	require.NoError(t, err)
	write := func(h *enginetest.Hour, what any) {
		text, err := json.Marshal(what)
		require.NoError(t, err)
		lines = append(lines, strings.ReplaceAll(string(text), h.Calls[0].Release, "the release"))
	}
	for _, h := range hour.Happened {
		h.Turn, h.Event = flow.Turn{}, flow.Event{} // they are among the turns
		write(hour, h)
	}
	for h := hour; h != nil; h = h.Beside {
		for _, c := range h.Calls {
			write(h, c)
			for _, t := range h.Turns[c.ID] {
				write(h, t)
			}
		}
		for _, e := range h.Feed {
			write(h, e)
		}
		write(h, []any{h.Agents, h.Changes, h.Deaths, h.Placed, h.Answers})
	}
	return lines
}

// What an hour is to show happens in one: a generator that leaves it out proves nothing.
func TestPlay_everythingThatPeopleDoHappens(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("one such hour is enough")
	}
	hour, err := enginetest.Play(t.Context(), 0, enginetest.Busy, inMemory)
	require.NoError(t, err)
	happened := map[string]int{}
	for h := hour; h != nil; h = h.Beside {
		happened["deaths"] += len(h.Deaths)
		happened["calls of "+h.Account] = len(h.Calls)
		for _, c := range h.Calls {
			happened[c.State.Result.String()]++
			if c.IsOutbound() {
				kind := "a call outside "
				if c.Queue != "" {
					kind = "a callback "
				}
				happened[kind+c.State.Result.String()]++
			}
			for _, t := range h.Turns[c.ID] {
				switch e := t.Event; {
				case e.Kind == flow.Told && e.News == flow.Offered && e.ID != "":
					happened["picked"]++
				case e.Kind == flow.Told:
					happened[fmt.Sprint("told ", e.News)]++
				}
			}
		}
	}
	for _, what := range []string{
		"deaths", "calls of acme", "calls of globex", "answered", "voicemail", "abandoned", "goodbye",
		"picked", "callback",
		"a callback answered", "a callback missed", "a call outside answered", "a call outside missed",
	} {
		require.NotZero(t, happened[what], "%s: %v", what, happened)
	}
	for _, news := range []flow.News{flow.Offered, flow.Missed, flow.Accepted, flow.Left, flow.Dialled, flow.Dropped, flow.Moved, flow.Reached, flow.Advised} {
		require.NotZero(t, happened[fmt.Sprint("told ", news)], "news %d: %v", news, happened)
	}
}
