package tables

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
)

// What a newer version wrote stays where an older one changes the document; what the
// older one knows and leaves out goes.
func TestKept_losesNothingThatANewerVersionWrote(t *testing.T) {
	t.Parallel()
	for _, v := range []any{
		storage.Account{ID: "acme", KeepCalls: time.Hour}, extension.Agent{ID: "ada", Extension: "1001"},
		number.Assignment{Number: "+12025550100", Account: "acme", Entry: "flow desk"},
	} {
		now, err := document(v)
		require.NoError(t, err)
		var before map[string]any
		require.NoError(t, json.Unmarshal([]byte(now), &before))
		before["mood"], before["rev"], before["region"], before["language"] = map[string]any{"good": []any{1.0}}, 7.0, "DE", "de"
		older, err := document(before)
		require.NoError(t, err)
		doc, err := kept(v, older)
		require.NoError(t, err)
		var after, known map[string]any
		require.NoError(t, json.Unmarshal([]byte(doc), &after))
		require.Equal(t, before["mood"], after["mood"])
		delete(after, "mood")
		if _, account := v.(storage.Account); account {
			delete(after, "language") // which an account does not know
		} else {
			delete(after, "region")
		}
		require.NoError(t, json.Unmarshal([]byte(now), &known))
		require.Equal(t, known, after)
		again, err := kept(v, now)
		require.NoError(t, err)
		require.Equal(t, now, again, "as it is where nothing is unknown")
	}
}
