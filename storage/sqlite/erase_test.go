package sqlite_test

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow/flowtest"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
)

// After it was erased a number is nowhere in the file, nor in the log beside it: not
// in what SQLite keeps of rows that were changed or removed either.
func TestErase_leavesNothingOfANumberInTheFile(t *testing.T) {
	t.Setenv(flowtest.Update, "")
	erased := 0
	for _, told := range tell(t, "caller-gone", "guessing-a", "queue-t", "supervisor-moves", "voicemail-") {
		for _, n := range strangers(t, told.store) {
			require.NotZero(t, found(t, told.path, n), "it was there")
			_, err := told.store.Subjects().Erase(t.Context(), "acme", n)
			if live := new(storage.LiveError); errors.As(err, &live) {
				continue // the story ends before the call does
			}
			require.NoError(t, err)
			require.Zero(t, found(t, told.path, n), "%s in %s", n, told.path)
			erased++
		}
	}
	require.Greater(t, erased, 20)
}

// strangers are the callers who are no agents.
func strangers(t *testing.T, s storage.Store) (all []number.E164) {
	t.Helper()
	known := map[number.E164]bool{"": true}
	for a, err := range s.Directory().Agents(t.Context(), "acme") {
		require.NoError(t, err)
		for _, e := range a.Endpoints {
			known[number.E164(strings.TrimPrefix(e.Address, "tel:"))] = true
		}
	}
	for c, err := range s.Calls().List(t.Context(), "acme", storage.Query{}) {
		require.NoError(t, err)
		for _, n := range []number.E164{c.From, c.ForwardedFrom} {
			if !known[n] {
				all, known[n] = append(all, n), true
			}
		}
	}
	return all
}

// found is how often a number's digits are in a database's file and its log.
func found(t *testing.T, path string, n number.E164) (times int) {
	t.Helper()
	for _, file := range []string{path, path + "-wal"} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		times += bytes.Count(text, []byte(strings.TrimPrefix(string(n), "+")))
	}
	return times
}
