package console_test

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/stretchr/testify/require"
)

// Without scripts every page is there, says what it cannot do, and has no button that does
// nothing; a call is placed, answered and read, and a flow is changed and published.
func TestJourney_withoutScripts(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	id := s.finished("1002")
	b := open(t, s.base, "phone")
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	for _, page := range everyPage(id) {
		if testing.Short() { // what a browser shows is no matter of races
			break
		}
		b.visit(page)
		require.Empty(t, eval[[]string](b, `[...document.querySelectorAll("button")].filter(e => e.offsetParent && (e.type !== "submit" || !e.form && !e.hasAttribute("form"))).map(e => e.textContent)`), "buttons that do nothing: %s", page)
		require.Empty(t, eval[[]string](b, `[...document.querySelectorAll("a")].filter(e => e.offsetParent && !e.hasAttribute("href")).map(e => e.textContent)`), "links to nowhere: %s", page)
	}
	b.visit("phone").sees("Without scripts this page stands still", "not spoken")
	b.click("button", "Call").sees("listen for 4 digits, 5s")
	for _, key := range []string{"1", "0", "0", "1"} {
		b.click("button", key)
	}
	b.sees("ringing").click("button", "Answer Ada Lovelace at client:ada").sees("ada answers").click("button", "Hang up").sees("call ended")
	b.click("link", "See what happened").sees("answered", "The way it took").click("link", "Replay step by step").sees("1 of ").click("link", "On").sees("2 of ")
	b.visit("agents").pick("Presence of Grace Hopper", "away").click("button", "Set presence of Grace Hopper").sees("The presence was changed.")
	b.visit("flows/front-desk").fill("Ring for", "5s").click("button", "Save draft").sees("Saved.", "10s to 2m")
	require.True(t, eval[bool](b, `document.getElementById("f-ring.time").matches("[aria-invalid=true]")`), "the fault is at its field")
	b.fill("Ring for", "30s").pick("c. The agent is busy", "New queue…").fill("Its name", "late").click("button", "Create").sees("It was made, and is picked here.")
	b.click("button", "Save and review").sees("20s → 30s", "queue late: new").click("button", "Publish version 2").sees("Published.")
}
