package console_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/examples/server/console"
)

// What an agent answered and missed counts for the day that it was, by the account's clock,
// also for a console that was started later.
func TestPages_agentsSayWhatTheyAnsweredAndMissedToday(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	rings := func(after time.Duration) {
		var p *sim.Phone
		require.NoError(t, s.sim.Act(t.Context(), func(ctx context.Context) (err error) {
			p, err = s.sim.Carrier.Dial(ctx, "+14155550100", "+12025550100", sim.Options{})
			return err
		}))
		require.NoError(t, s.sim.Act(t.Context(), func(ctx context.Context) error { return p.Press(ctx, "1001") }))
		if after > 0 {
			require.NoError(t, s.sim.Skip(t.Context(), after))
		} else {
			require.NoError(t, s.sim.Act(t.Context(), func(ctx context.Context) error { return s.sim.Carrier.Agent("client:ada").Answer(ctx) }))
		}
		require.NoError(t, s.sim.Act(t.Context(), p.HangUp))
	}
	require.NotContains(t, string(s.fetch("agents")), "answered")
	rings(0)
	rings(0)
	rings(25 * time.Second)
	require.Regexp(t, `2 answered</div><div class="whole">1 missed`, string(s.fetch("agents")))
	require.NoError(t, s.sim.Skip(t.Context(), 24*time.Hour))
	require.NotRegexp(t, `answered|missed`, string(s.fetch("agents")), "that was yesterday")
	rings(0)
	require.Contains(t, string(s.fetch("agents")), "1 answered")
	later := &site{TB: t, sim: s.sim, base: s.another(func(*console.Config) {})}
	require.Contains(t, string(later.fetch("agents")), "1 answered", "a console that was started since")
}
