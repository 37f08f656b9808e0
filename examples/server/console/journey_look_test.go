package console_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow/account"
)

// everyPage is every page, of a site on which a call has been.
func everyPage(id string) []string {
	return []string{
		"phone", "calls", "calls/" + id, "calls/" + id + "?full=1&at=2", "flows", "flows/front-desk", "menus", "menus/main", "messages", "messages/welcome",
		"directories", "queues", "queues/support", "mailboxes", "mailboxes/team", "hours", "agents", "agents/ada", "numbers", "numbers/+12025550100",
		"publish", "versions", "versions/1", "tests", "settings", "health",
	}
}

func TestJourney_everyPageAt320PixelsInTheDarkAndTwiceAsLarge(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("how pages look is the browser's alone: the long tests see to it")
	}
	s := newSite(t, string(account.Sample())+"hours: {office: {open: {mon: [\"09:00-17:00\"]}}}\nquestions: {tier: {answers: {gold: {queue: support}}, otherwise: {menu: main}}}\ndirectories: {people: {flow: front-desk}}\n")
	id := s.finished("1002")
	require.NoError(t, s.sim.Start(t.Context())) // how far its clock is from real time stays the same from here on
	open(t, s.base, "phone").prefers("light").size(390, 844, 2).visit("phone").shoot("narrow.webp")
	for some := range slices.Chunk(append(everyPage(id), "hours/office", "questions", "questions/tier", "directories/people"), 6) {
		t.Run("from "+strings.NewReplacer("/", " ", id, "one").Replace(some[0]), func(t *testing.T) {
			t.Parallel()
			b := open(t, s.base, some[0])
			for _, page := range some {
				b.size(320, 640, 1).visit(page)
				require.Empty(t, eval[[]string](b, `[...document.querySelectorAll("[id]")].map(e => e.id).filter((id, i, all) => all.indexOf(id) < i)`), "ids that are there twice: %s", page)
				b.fits()
				b.size(720, 450, 2).fits() // a window of 1440 by 900, at 200 %
				b.size(1280, 900, 1).prefers("light").axe().prefers("dark").axe("color-contrast")
			}
		})
	}
}

// Whatever is stored is shown as words: in every text field, on every page.
func TestJourney_whatPeopleWriteIsNeverRun(t *testing.T) {
	t.Parallel()
	const (
		evil  = `"><img src=x onerror=alert(1)><script>alert(1)</script>{{7*7}}'`
		named = `<img/src=x/onerror=alert(1)><script>alert(1)</script>` // what names may have of it
	)
	words := `"\"><img src=x onerror=alert(1)><script>alert(1)</script>{{7*7}}'"`
	s := newSite(t, strings.NewReplacer("WORDS", words, "NAMED", `"`+named+`"`).Replace(`account: acme
settings: {default_mailbox: team}
messages: {NAMED: {say: WORDS}}
agents:
  - {id: NAMED, name: WORDS, endpoints: ["client:\"><img/src=x/onerror=alert(1)>"]}
mailboxes: {team: {greeting: {say: WORDS}, notify: NAMED}}
queues: {NAMED: {members: [NAMED], hold: {play: "https://example.com/\"><script>alert(1)</script>"}}}
hours: {NAMED: {open: {mon: ["00:00-24:00"]}}}
menus: {NAMED: {prompt: {say: WORDS}, keys: {"1": {queue: NAMED}, "2": {voicemail: team}}}}
flows: {NAMED: {greeting: {say: WORDS}, busy: {menu: NAMED}, star: {hangup: {say: WORDS}}}}
numbers: {"+12025550100": {flow: NAMED, label: WORDS, emergency: {hangup: {say: WORDS}}}}
`))
	id := s.finished("1001")
	b := open(t, s.base, "calls/"+id)
	b.sees("img src=x onerror").fill("Name of the test", evil).click("button", "Save as test").sees("Saved as a test.")
	name := url.PathEscape(named)
	pages := []string{
		"phone?call=" + url.QueryEscape(evil) + "&from=" + url.QueryEscape(evil) + "&agents=" + url.QueryEscape(evil), "calls?from=" + url.QueryEscape(evil), "calls/" + id, "calls/" + id + "?full=1",
		"flows", "flows/" + name, "menus", "menus/" + name, "messages", "messages/" + name, "queues", "queues/" + name, "mailboxes", "mailboxes/team",
		"hours", "hours/" + name, "agents", "agents?find=" + url.QueryEscape(evil), "agents/" + name, "numbers", "numbers/+12025550100", "publish?done=" + url.QueryEscape(evil),
		"versions", "versions/1", "tests", "health",
	}
	for _, page := range pages {
		b.visit(page)
		require.Equal(t, 0, eval[int](b, `document.querySelectorAll("img, script:not([src]), [onerror]").length`), page)
		require.NotContains(t, eval[string](b, "document.title"), "Not found", page)
	}
	b.visit("flows/" + name)
	b.sees("1. Greeting").fill("Ring for", evil).sees("Draft saved").click("link", "Review and publish").sees("To put right first", "img src=x onerror")
}
