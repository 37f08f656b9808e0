package account_test

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow/account"
)

// Parse never panics; what it refuses has a line and words; what it accepts comes
// back from Export as it was.
func FuzzParse(f *testing.F) {
	f.Add(account.Sample())
	for _, seed := range []string{"", "{", "a: &a [*a]", "account: a\nmenus: {m: {prompt: {say: |", "account: \"\\u0000\"", "{\"account\": \"a\", \"flows\": {\"f\": {\"ring\": 1}}}", "account: acme\nhours: {h: {open: {mon: [09:00-17:00, a: b]}}}"} {
		f.Add([]byte(seed))
	}
	files, err := filepath.Glob("testdata/faults/*.txt")
	require.NoError(f, err)
	for _, file := range files {
		for _, s := range readStories(f, file) {
			f.Add([]byte(s.document))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := account.Parse(data)
		if err != nil {
			var faults account.Faults
			require.True(t, errors.As(err, &faults))
			for _, fault := range faults {
				require.Positive(t, fault.Line)
				require.NotEmpty(t, fault.Problem)
			}
			return
		}
		for _, export := range []func(*account.Document) ([]byte, error){account.Export, account.ExportJSON} {
			written, err := export(doc)
			if errors.Is(err, account.ErrTooLarge) {
				continue
			}
			require.NoError(t, err)
			read, err := account.Parse(written)
			require.NoError(t, err, "%s", written)
			require.Equal(t, doc, read, "%s", written)
		}
	})
}
