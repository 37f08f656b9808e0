package account

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGuarded_turnsAPanicOfTheParserIntoAFault(t *testing.T) {
	t.Parallel()
	n, faults := guarded(func() (*node, Faults) { panic("index out of range") })
	require.Nil(t, n)
	require.EqualError(t, faults, "line 1: this YAML cannot be read; write it in simpler forms, or as JSON")
}
