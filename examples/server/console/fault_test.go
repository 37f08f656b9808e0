package console_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/sim"
)

// What goes wrong between carrier and server is tried out from the page: the timeline says
// what came of it, and the list of calls what is to be looked at.
func TestPages_theLastReportOfACallGetsLost(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	p, err := s.sim.Carrier.Dial(t.Context(), "+14155550100", "+12025550100", sim.Options{})
	require.NoError(t, err)
	ref := p.View().Ref
	status, _ := s.post("phone/faults", url.Values{"fault": {"final"}, "call": {ref}})
	require.Equal(t, http.StatusOK, status)
	s.post("phone/hangup", url.Values{"call": {ref}})
	require.Contains(t, string(s.fetch("calls?state=live")), "live</span>", "the server has not heard of it")
	require.NoError(t, s.sim.Skip(t.Context(), 3*time.Hour))
	require.Contains(t, string(s.fetch("calls")), "its end was not reported")
	status, _ = s.post("phone/faults", url.Values{"fault": {"flood"}, "call": {ref}})
	require.Equal(t, http.StatusUnprocessableEntity, status)
}
