package console_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

// A directory is made where a key leads to it, says who can be found in it, and a caller on
// the page spells a name, hears who it is and is put through.
func TestJourney_aCallerFindsSomebodyByName(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	b := open(t, s.base, "agents")
	b.click("checkbox", "Callers may find Ada Lovelace by name").sees("Saved.")
	b.visit("menus/main").pick("3", "New directory…").fill("Its name", "people").click("button", "Create").sees("It was made, and is picked here.")
	b.visit("directories/people").sees("Who can be found", "1001 Ada Lovelace", "3 agents cannot be found", "menu main, keys 3", "Picture").pick("By the ring and the rules of", "front-desk").sees("Draft saved").axe()
	b.pick("*", "Hang up").sees("Every caller can always get on")
	b.click("button", "Call this draft").sees("Your draft's phone").click("button", "Call").sees("spell the first letters").press("9", "9", "#").sees("rule e, nobody has such a name").press("5", "6", "8", "3", "#")
	b.sees("For Ada Lovelace, press 1.").press("1").sees("ring client:ada")
}

// What something leads to is not removed, and every field of a directory says what is wrong
// with it.
func TestPages_aDirectoryInUseStays(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	s.post("directories", url.Values{"name": {"people"}, "template": {"plain"}})
	_, page := s.post("directories/people", url.Values{"back": {"*"}, "keys.0": {"queue:support"}, "flow": {"front-desk"}, "repeats": {"2"}})
	require.Contains(t, page, "Every caller can always get on")
	require.Contains(t, page, "Nobody yet: callers find no one here.")
	require.Contains(t, page, `href="../directories/people#f-prompt~m"`)
	require.Contains(t, page, `href="../directories/people#f-flow"`, "the step that rings leads to the form, too")
	_, page = s.post("flows/front-desk", url.Values{"busy": {"directory:people"}})
	require.Contains(t, page, `value="directory:people" selected`)
	status, page := s.post("directories/people/remove", nil)
	require.Equal(t, 409, status)
	require.Contains(t, page, "flow front-desk, busy")
	status, page = s.post("flows/front-desk/remove", nil)
	require.Equal(t, 409, status)
	require.Contains(t, page, "directory people, flow")
	_, page = s.post("publish", url.Values{"seen": {"1"}})
	require.Contains(t, page, "Published.")
	_, page = s.post("numbers", url.Values{"number": {"+12025550122"}, "action": {"directory:people"}})
	require.Contains(t, page, "<td>directory people</td>")
	require.Contains(t, string(s.fetch("directories")), "12025550122</a>")
	s.post("numbers/+12025550122/remove", nil)
	s.post("flows/front-desk", url.Values{"busy": {"menu:main"}})
	status, _ = s.post("directories/people/remove", nil)
	require.Equal(t, 200, status)
}
