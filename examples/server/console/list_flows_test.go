package console_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

// The list of flows says since which version each is as it is, which numbers lead to it and
// in which version, and the last call.
func TestPages_flowsSayVersionNumbersAndTheLastCall(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	require.Contains(t, string(s.fetch("flows")), "none yet")
	id := s.finished("1002")
	page := string(s.fetch("flows"))
	require.Contains(t, page, `calls/`+id)
	require.Contains(t, page, `versions/1">version 1`)
	s.post("menus/main", url.Values{"prompt~m": {"say"}, "prompt~say": {"Press 2."}, "keys.2": {"voicemail:team"}})
	s.post("publish", url.Values{"seen": {"1"}})
	require.Contains(t, string(s.fetch("flows")), `versions/1">version 1`, "another thing changed")
	s.post("flows/front-desk", url.Values{"ring.time": {"30s"}})
	s.post("publish", url.Values{"seen": {"2"}})
	rel, err := s.sim.Store.Releases().Latest(t.Context(), "acme")
	require.NoError(t, err)
	require.EqualValues(t, 3, rel.Version)
	require.Contains(t, string(s.fetch("flows")), `versions/3">version 3`)
	_, page = s.post("numbers", url.Values{"number": {"+12025550100"}, "one": {"+12025550100"}, "action": {"flow:front-desk"}, "release": {rel.ID}})
	require.Contains(t, page, "version 3, pinned")
	require.Contains(t, string(s.fetch("flows")), "pinned to version 3")
}

// What something leads to is neither removed nor archived; what is archived is put back as it
// was, or deleted for good.
func TestPages_aFlowIsArchivedAndPutBack(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	for _, act := range []string{"flows/front-desk/archive", "flows/front-desk/remove"} {
		status, page := s.post(act, nil)
		require.Equal(t, http.StatusConflict, status)
		require.Contains(t, page, "number &#43;12025550100")
	}
	_, page := s.post("menus/main/remove", nil)
	require.Contains(t, page, "flow front-desk, busy")
	_, page = s.post("queues/support/remove", nil)
	require.Contains(t, page, "setting default queue; flow front-desk, no answer; menu main, keys 1")
	_, page = s.post("messages/welcome/remove", nil)
	require.Contains(t, page, "flow front-desk, greeting")
	s.post("messages", url.Values{"name": {"spare"}, "template": {"say"}})
	status, _ := s.post("messages/spare/remove", nil)
	require.Equal(t, http.StatusOK, status)

	s.post("flows", url.Values{"name": {"night"}, "template": {"patient"}})
	_, page = s.post("flows/night/archive", nil)
	require.Contains(t, page, "Archive (1)")
	require.NotContains(t, page, `flows/night"`)
	s.post("flows", url.Values{"name": {"night"}, "template": {"extension"}})
	_, page = s.post("archive", url.Values{"name": {"night"}})
	require.Contains(t, page, "night again")
	require.Contains(t, page, `value="10s"`, "as it was")
	s.post("flows/night/archive", nil)
	_, page = s.post("archive", url.Values{"name": {"night"}, "act": {"delete"}})
	require.NotContains(t, page, "Archive (")
	require.Contains(t, page, "night again")
}
