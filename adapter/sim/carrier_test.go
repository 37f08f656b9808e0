package sim_test

import (
	"testing"

	"github.com/extflow/extflow/adapter/adaptertest"
	"github.com/extflow/extflow/flow/flowtest"
)

func TestCarrier_passesWhatEveryAdapterHasTo(t *testing.T) {
	t.Parallel()
	adaptertest.Run(t, adaptertest.Carrier{
		Name: "simulated", Lay: func(testing.TB) flowtest.Lay { return flowtest.Simulated }, Slow: func(testing.TB) flowtest.Lay { return flowtest.Unhurried },
	})
}

func TestCarrier_whateverIsMadeUpEndsTheSame(t *testing.T) {
	t.Parallel()
	adaptertest.RunRandom(t, adaptertest.Carrier{Name: "simulated", Lay: func(testing.TB) flowtest.Lay { return flowtest.Simulated }}, 0, adaptertest.Many())
}
