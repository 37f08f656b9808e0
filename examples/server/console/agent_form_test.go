package console_test

import (
	"errors"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/examples/server/console"
)

// What is made with an agent cannot be published: the agent is as before, and nothing of it
// was made.
func TestPages_anAgentIsPutBackWhereWhatIsMadeWithThemCannotBePublished(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	was, err := s.sim.Store.Directory().Agent(t.Context(), "acme", "ada")
	require.NoError(t, err)
	broken := &ill{publish: errors.New("the disk is full")}
	other := &site{TB: t, sim: s.sim, base: s.another(func(c *console.Config) { broken.Store, c.Store = c.Store, broken })}
	form := url.Values{
		"rev": {"1"}, "name": {"Augusta King"}, "extension": {"1010"}, "endpoints": {"tel:+12025550188"}, "presence": {string(was.Presence)},
		"hours": {"new:hours"}, "hours~new": {"weekdays"},
	}
	form.Set("rev", rev(string(other.fetch("agents/ada"))))
	status, page := other.post("agents/ada", form)
	require.Equal(t, http.StatusInternalServerError, status)
	require.Contains(t, page, "nothing was changed")
	now, err := s.sim.Store.Directory().Agent(t.Context(), "acme", "ada")
	require.NoError(t, err)
	now.Rev = was.Rev
	require.Equal(t, was, now)
	latest, err := s.sim.Store.Releases().Latest(t.Context(), "acme")
	require.NoError(t, err)
	require.EqualValues(t, 1, latest.Version)

	broken.publish = nil
	form.Set("rev", rev(string(other.fetch("agents/ada"))))
	status, page = other.post("agents/ada", form)
	require.Equal(t, http.StatusOK, status, "1001 is not kept from whoever had it a moment ago")
	require.Contains(t, page, "Augusta King")
	now, err = s.sim.Store.Directory().Agent(t.Context(), "acme", "ada")
	require.NoError(t, err)
	require.Equal(t, []string{"Augusta King", "1010", "weekdays"}, []string{now.Name, now.Extension, now.Hours})
}
