package flow

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRelease_compilesToTheSameBookWhereverItIsRead(t *testing.T) {
	t.Parallel()
	r, err := NewRelease("acme", "r1", 1, noon, sampleSettings())
	require.NoError(t, err)
	require.Equal(t, Schema, r.Schema)
	text, err := json.Marshal(r)
	require.NoError(t, err)
	var back Release
	require.NoError(t, json.Unmarshal(text, &back))
	b, err := r.Book()
	require.NoError(t, err)
	again, err := back.Book()
	require.NoError(t, err)
	require.Equal(t, b.Steps(), again.Steps())
	require.Equal(t, "r1", again.Release)
}

func TestRelease_ofANewerVersionIsRefused(t *testing.T) {
	t.Parallel()
	r, err := NewRelease("acme", "r1", 1, noon, sampleSettings())
	require.NoError(t, err)
	r.Schema = ReleaseSchema + 1
	_, err = r.Book()
	require.ErrorIs(t, err, ErrNewer)
	require.False(t, errors.Is(err, ErrSettings))
}
