package console_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/examples/server/console"
)

// A draft is called as it is: at its flow's own number, or at one that is made for what no
// number leads to. One with faults shows them instead, and one that changed says so.
func TestPages_aDraftIsCalledAndNothingOfItIsPublished(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	dials := func(page string) string {
		return regexp.MustCompile(`name="to" value="([^"]+)"`).FindStringSubmatch(page)[1]
	}
	_, page := s.post("flows/front-desk", url.Values{"greeting~m": {"say"}, "greeting~say": {"Good day."}, "ring.time": {"20s"}, "then": {"call"}})
	require.Contains(t, page, "Back to flow front-desk")
	require.Equal(t, "&#43;12025550100", dials(page))
	place := func(of, to string) string {
		_, page := s.post(of+"/dial", url.Values{"from": {"+14155550100"}, "to": {to}})
		return page
	}
	require.Contains(t, place("draft/phone", "+12025550100"), "Good day.")
	require.NotContains(t, place("phone", "+12025550100"), "Good day.", "callers hear what is live")
	require.Len(t, s.calls(), 1)

	_, page = s.post("menus/main", url.Values{"prompt~m": {"say"}, "prompt~say": {"Press 2."}, "keys.2": {"voicemail:team"}, "then": {"call"}})
	require.Equal(t, "&#43;15005550100", dials(page), "no number leads to the menu")
	require.Contains(t, place("draft/phone", "+15005550100"), "Press 2.")
	require.NotContains(t, string(s.fetch("draft/phone")), "has changed since")
	s.post("menus/main", url.Values{"prompt~m": {"say"}, "prompt~say": {"Press 3."}, "keys.3": {"voicemail:team"}})
	require.Contains(t, string(s.fetch("draft/phone")), "has changed since")
	_, page = s.post("draft/phone", url.Values{"back": {"menus/main"}})
	require.NotContains(t, page, "has changed since")
	require.Contains(t, place("draft/phone", "+15005550100"), "Press 3.")

	_, page = s.post("flows/front-desk", url.Values{"ring.time": {"5s"}, "then": {"call"}})
	require.Contains(t, page, "To put right first")
	base := s.another(func(c *console.Config) {
		c.Who = whoIs(console.Person{ID: "sue", Role: console.Supervisor})
	})
	r, err := http.PostForm(base+"draft/phone", nil) //nolint:noctx // of this process
	require.NoError(t, err)
	r.Body.Close()
	require.Equal(t, http.StatusForbidden, r.StatusCode, "drafts are the administrators'")
	r, err = http.Get(strings.TrimSuffix(s.base, "/") + "/draft/phone/live?call=x") //nolint:noctx // of this process
	require.NoError(t, err)
	r.Body.Close()
	require.Equal(t, http.StatusOK, r.StatusCode)
}
