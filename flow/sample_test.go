package flow_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
)

func TestSample_isTheAccountDocuments(t *testing.T) {
	t.Parallel()
	doc, err := account.Parse(account.Sample())
	require.NoError(t, err)
	want, err := flow.Compile(doc.Settings)
	require.NoError(t, err)
	got, err := flow.Compile(flow.SampleSettings())
	require.NoError(t, err)
	require.Equal(t, want.Steps(), got.Steps())
	require.Equal(t, want.Mermaid(), got.Mermaid())
	require.Equal(t, want.AllEvents(), got.AllEvents())
}
