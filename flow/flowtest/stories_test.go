package flowtest_test

import (
	"testing"

	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/flow/flowtest"
)

func TestStories(t *testing.T) {
	t.Parallel()
	flowtest.Run(t, "../testdata/*.call", account.Sample())
}
