package console_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/extension"
)

// waits is a caller in the line of support whom nobody is free to take.
func (s *site) waits() (*sim.Phone, string) {
	s.Helper()
	for _, agent := range []string{"ada", "mary"} {
		require.NoError(s, s.sim.Engine.SetPresence(s.Context(), "acme", agent, extension.Busy, ""))
	}
	phone, err := s.sim.Carrier.Dial(s.Context(), "+14155550100", "+12025550100", sim.Options{})
	require.NoError(s, err)
	require.NoError(s, phone.Press(s.Context(), "*"))
	require.NoError(s, s.sim.Catch(s.Context()))
	return phone, phone.View().Call.ID
}

func TestJourney_aSupervisorMovesAWaitingCaller(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	phone, call := s.waits()
	b := open(t, s.base, "calls/"+call)
	b.sees("While the caller waits in a queue", "hold with").axe()
	b.pick("Move to", "voicemail team").click("button", "Move").sees("Done.", "the supervisor moves caller to voicemail team", "record to team")
	require.Equal(t, sim.Recording, phone.View().State)
	late, err := http.PostForm(s.base+"calls/"+call+"/move", url.Values{"id": {"late"}, "to": {"queue support"}})
	require.NoError(t, err)
	require.NoError(t, late.Body.Close())
	require.Equal(t, http.StatusConflict, late.StatusCode, "the caller waits no more")
}
