package console_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

func TestJourney_aFirstCallAnAgentAnswersInTheBrowser(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	require.NoError(t, s.sim.Start(t.Context())) // as whoever opens it for the first time sees it
	b := open(t, s.base, "").mouse()
	b.sees("Simulated carrier", "Pick a number and press Call").axe()
	b.click("button", "Call").sees("listen for 4 digits, 5s")
	require.NoError(t, s.sim.Stop(t.Context())) // however slow the machine, the caller is in time
	for _, key := range []string{"1", "0", "0"} {
		b.click("button", key)
	}
	b.click("button", "1").sees("caller presses 1001", "ringing").axe()
	b.click("button", "Answer Ada Lovelace at client:ada").sees("ada answers", "talking")
	require.NoError(t, s.sim.Start(t.Context()))
	require.Equal(t, "Hang up", eval[string](b, "document.activeElement.textContent"), "the button that was pressed says what it does now")
	b.shoot("phone.webp")
	b.click("button", "Hang up").sees("caller hangs up", "ends answered", "call ended")
	b.click("link", "See what happened").sees("What happened", "ada answers", "The way it took", "answered").axe()
	b.sees("+141*****100").misses("+14155550100")
	b.click("link", "Show numbers and keys").sees("caller presses 1001", "+14155550100", "taken by ada", "version 1")
	b.click("link", "Agents").sees("1 answered")
	s.finished("1002")
	b.click("link", "Calls").sees("voicemail", "8s").fill("Agent", "ada lovelace").click("button", "Filter").sees("answered", "ada", "flow front-desk: ring").misses("8s")
	require.Contains(t, eval[string](b, "location.search"), "agent=ada+lovelace")
	table := eval[string](b, `fetch([...document.links].find(a => a.textContent.includes("CSV")).href).then(r => r.text())`)
	require.Regexp(t, `(?m)^id,began,lasted,caller,called,version,outcome,agent,carrier,look_at_it\n[-0-9a-f]{36},[-0-9T:+Z]+,\d+s,'\+14155550100,'\+12025550100,1,answered,ada,sim,\n$`, table)
}

func TestJourney_aCallWithKeysAlone(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	b := open(t, s.base, "phone")
	b.tells("phone.aria").reach("Number to call").press(kb.Enter).sees("listen for 4 digits, 5s")
	b.press("1", "0", "0", "4").sees("ring tel:+12025550114 for 20s")
	b.press("a").sees("Press 1 to accept").press("a").sees("mary answers")
	b.press(kb.Escape).sees("ends answered", "call ended")
	b.reach("See what happened").press(kb.Enter).sees("The way it took")
	b.reach("Replay step by step").press(kb.Enter).sees("1 of ")
	b.press(kb.ArrowRight).sees("2 of ").press(kb.ArrowLeft).sees("1 of ")
	b.press("t").sees("Step 1, flow front-desk")
	b.press("?").sees("step through a call's replay")
}

func TestJourney_timeIsSkippedAndAQueueHasTwoCallers(t *testing.T) {
	t.Parallel()
	byHand(t, aQueueHasTwoCallers)
}

func aQueueHasTwoCallers(t *testing.T, take func(*tab) *tab) {
	s := newSite(t, "")
	b := take(open(t, s.base, "phone"))
	b.click("button", "Call").click("button", "* star").sees("waits in support")
	b.click("link", "Another caller").click("button", "Call").click("button", "* star").sees("waits in support", "Other callers")
	b.click("button", "Answer Ada Lovelace at client:ada").sees("client:ada")
	before := s.sim.Clock().Now
	b.click("button", "Skip 20 s")
	b.until("20 s pass", func() bool { return s.sim.Clock().Now.Sub(before) == 20*time.Second })
	b.axe()
	b.click("link", "Calls").sees("live").fill("Caller", "+14155550100").pick("Show", "live").click("button", "Filter")
	b.until("two live calls", func() bool { return eval[int](b, `document.querySelectorAll("tbody tr").length`) == 2 })
	b.axe()
	require.Contains(t, eval[string](b, "location.search"), "state=live")
}

func TestJourney_faultsPresenceAndMannersAreTriedOut(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	b := open(t, s.base, "phone")
	b.click("DisclosureTriangle", "Presence and behaviour of Ada Lovelace").pick("Presence", "offline").sees("offline")
	b.click("button", "Call").sees("listen for").press("1", "0", "0", "1").sees("rule a, unavailable", "record to team")
	b.click("button", "Speak").click("button", "Hang up").sees("call ended")
	b.click("button", "Skip 20 s").sees("voicemail left to team, 1")
	b.click("DisclosureTriangle", "Inject a fault of the carrier").pick("Fault", "The next event arrives twice").click("button", "Inject")
	b.expect("422")
	clock := func() string { return soft[string](b, `document.querySelector("#clock time").textContent`) }
	before := clock()
	b.fill("Number to call", "nobody").click("button", "Skip 5 s").until("the page goes on", func() bool { return !strings.Contains(before, clock()) })
	require.Equal(t, "nobody", eval[string](b, `document.querySelector("#to").value`), "what is typed stays while the page goes on")
	b.click("button", "Call").sees("Number to call:").axe()
	require.Equal(t, "nobody", eval[string](b, `document.querySelector("#to").value`), "nothing typed is lost")
	b.fill("Number to call", "+1 202-555-0100").click("button", "Call").sees("changed nothing")
}

func TestJourney_aCallIsSavedAsATest(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	id := s.finished("1002")
	b := open(t, s.base, "calls/"+id)
	b.sees("rule a, unavailable", "voicemail left to team, 8s").tells("call.aria").shoot("call.webp")
	b.fill("Name of the test", "Grace is out").click("button", "Save as test").sees("Saved as a test.")
	b.expect("409")
	b.fill("Name of the test", "Grace is out").click("button", "Save as test").sees("there is one of that name already")
}
