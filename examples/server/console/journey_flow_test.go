package console_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/examples/server/console"
)

// The script of the first five minutes: call, answer, hang up, change what follows when
// nobody answers, publish, call again, let it ring, leave a message.
func TestJourney_theFirstFiveMinutes(t *testing.T) {
	t.Parallel()
	byHand(t, theFirstFiveMinutes)
}

// byHand has a journey made with the mouse, and with Tab and keys alone: with these only,
// where tests are to be short.
func byHand(t *testing.T, journey func(*testing.T, func(*tab) *tab)) {
	t.Run("with keys alone", func(t *testing.T) {
		t.Parallel()
		journey(t, (*tab).tabbing)
	})
	if !testing.Short() {
		t.Run("with the mouse", func(t *testing.T) {
			t.Parallel()
			journey(t, (*tab).mouse)
		})
	}
}

func theFirstFiveMinutes(t *testing.T, take func(*tab) *tab) {
	s := newSite(t, "")
	b := take(open(t, s.base, ""))
	b.click("button", "Call").sees("listen for").press("1", "0", "0", "1").sees("ringing")
	b.click("button", "Answer Ada Lovelace at client:ada").sees("ada answers").click("button", "Hang up").sees("ends answered")
	b.click("link", "Flows").click("link", "front-desk").sees("Every caller can always get on").shoot("flow.webp")
	b.pick("b. Nobody answers", "voicemail team").sees("Draft saved").click("link", "Review and publish")
	b.sees("flow front-desk, no answer", "queue support", "voicemail team").axe()
	b.fill("Note for others (what it is for)", "no more waiting").click("button", "Publish version 2").sees("Published. New calls follow it")
	b.click("link", "Phone").click("button", "Call").sees("listen for").press("1", "0", "0", "1").sees("ring client:ada, tel:+12025550111 for 20s")
	b.press("n").sees("rule b, no answer", "record to team")
	b.click("button", "Speak").click("button", "Hang up").sees("call ended").press("n").sees("voicemail left to team, 12s")
	b.click("link", "Flows").click("link", "Versions").sees("no more waiting").click("link", "Version 1").sees("From here to version 2")
	b.click("button", "Restore into my draft").sees("That version is in your draft now", "Publish version 3").axe()
}

func TestJourney_aFlowFromNothingAnswersANumber(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	b := open(t, s.base, "flows")
	b.fill("Name", "night").pick("Begin with", "Ring an agent, everything else to voicemail").click("button", "New flow")
	b.sees("1. Greeting", "Picture").fill("Words", "Good evening.").sees("Draft saved")
	b.pick("c. The agent is busy", "New queue…").fill("Its name", "late").sees("Draft saved").click("button", "Save draft").sees("Saved.").axe()
	require.Equal(t, "queue late", eval[string](b, `document.getElementById("f-busy").selectedOptions[0].label`))
	b.click("button", "Call this draft").sees("Your draft's phone").click("button", "Call").sees(`say "Good evening."`).press("1", "0", "0", "1")
	b.click("button", "Answer Ada Lovelace at client:ada").sees("ada answers").axe().press(kb.Escape).click("link", "See what happened").sees("ends answered", "flow night: ring")
	require.Len(t, s.calls(), 0, "nothing of it reaches the account")
	b.click("link", "Queues").sees("late", "new").click("link", "Review and publish").sees("flow night: new", "queue late: new")
	b.click("button", "Publish version 2").sees("Published.")
	b.click("link", "Numbers").fill("Number", "+1 202-555-0199").fill("Label", "Night line").pick("Call action", "flow night").click("button", "Add number")
	b.sees("Saved.", "+12025550199", "flow night").axe()
	b.expect("422")
	b.fill("Number", "12").pick("Call action", "flow night").click("button", "Add number").sees("too short")
	require.Equal(t, "12", eval[string](b, `document.querySelector("#number").value`), "nothing typed is lost")
	b.click("link", "Phone").fill("Number to call", "+12025550199").click("button", "Call").sees(`say "Good evening."`)
}

func TestJourney_aFaultNamesItsFieldAndWhatToDo(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	b := open(t, s.base, "flows/front-desk").tells("flow.aria")
	b.fill("Ring for", "5s").sees("flows.front-desk.ring.time", "10s to 2m")
	b.click("link", "Review and publish").sees("To put right first").axe()
	b.click("link", "flows.front-desk.ring.time").sees("3. Ring the agent")
	require.Equal(t, "5s", eval[string](b, `document.getElementById("f-ring.time").value`), "what makes no sense yet is kept as it was typed")
	b.fill("Ring for", "30s").sees("Every caller can always get on")
}

// Drafts survive leaving the page, a reload, and a restart of the server; what was done can be taken
// back.
func TestJourney_nothingTypedIsLost(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	b := open(t, s.base, "menus/main")
	b.fill("Words", "Press 1.").sees("Draft saved")
	b.visit("calls")
	b.visit("menus/main")
	require.Equal(t, "Press 1.", eval[string](b, `document.getElementById("f-prompt~say").value`))
	again, err := console.New(console.Config{Account: "acme", Store: s.sim.Store, Engine: s.sim.Engine})
	require.NoError(t, err)
	restarted := open(t, serve(t, again, again.Close), "menus/main")
	require.Equal(t, "Press 1.", eval[string](restarted, `document.getElementById("f-prompt~say").value`))
	b.visit("menus/main")
	b.click("button", "Undo").sees("Undone.")
	require.Contains(t, eval[string](b, `document.getElementById("f-prompt~say").value`), "For support press 1")
	b.click("button", "Redo").sees("Done again.", "1 change in your draft").click("button", "Discard").sees("Your draft was discarded.", "No changes")
}

// What is typed into a form without a draft survives a reload, a way back and another's
// change; it is gone once it was taken, or discarded.
func TestJourney_nothingTypedIsLostWithoutADraftEither(t *testing.T) {
	t.Parallel()
	s := newSite(t, "", func(c *console.Config) { // who has all pages
		c.Who, c.Accounts = whoIs(console.Person{ID: "ada", Role: console.Administrator, Agent: "ada"}), &console.Accounts{Store: c.Store, Account: c.Account}
	})
	id := s.finished("1002")
	b := open(t, s.base, "agents")
	values := func(ids ...string) []string {
		quoted, _ := json.Marshal(ids)
		return eval[[]string](b, string(quoted)+`.map(id => document.getElementById(id).value)`)
	}
	const still = "still here, and not saved yet"
	b.fill("Name", "Rosalind Franklin").fill("Reached at", "tel:+12025550188").visit("agents").sees(still).axe()
	require.Equal(t, []string{"Rosalind Franklin", "tel:+12025550188"}, values("agent-name", "agent-endpoints"), "a reload")
	b.visit("calls").back().sees(still)
	require.Equal(t, []string{"Rosalind Franklin", "tel:+12025550188"}, values("agent-name", "agent-endpoints"), "a way back")
	b.click("button", "Add agent").sees("Saved.", "Rosalind Franklin").misses(still)
	require.Equal(t, []string{"", ""}, values("agent-name", "agent-endpoints"), "what was taken is not offered again")

	b.expect("422")
	b.visit("agents/ada").fill("Name", "Augusta King")
	ada, err := s.sim.Store.Directory().Agent(t.Context(), "acme", "ada")
	require.NoError(t, err)
	ada.Language = "en-GB"
	_, err = s.sim.Store.Directory().Put(t.Context(), "acme", ada)
	require.NoError(t, err)
	b.click("button", "Save").sees("Somebody changed this agent meanwhile.")
	require.Equal(t, []string{"Augusta King"}, values("name"), "a conflict")
	b.visit("agents/ada").sees(still)
	require.Equal(t, []string{"Augusta King", "en-GB"}, values("name", "language"), "theirs, and what was typed on top of it")
	b.click("button", "Discard it").misses(still)
	require.Equal(t, []string{"Ada Lovelace"}, values("name"))

	for _, form := range []struct{ page, field, id string }{
		{"numbers", "Label", "label"}, {"numbers/+12025550100", "Label", "label"}, {"tests", "Story", "test-story"}, {"flows", "Name", "new-name"},
		{"phone", "Number to call", "to"}, {"questions", "Name", "new-name"}, {"queues/support", "Name of the new agent", "new-member"},
		{"me", "Name", "name"}, {"people", "Sign-in name", "login"},
	} {
		b.visit(form.page)
		eval[bool](b, `(() => { for (const d of document.querySelectorAll("details")) d.open = true; return true })()`)
		b.fill(form.field, "typed by hand").visit(form.page)
		require.Equal(t, []string{"typed by hand"}, values(form.id), form.page)
	}
	b.visit("calls/"+id).fill("Name of the test", "typed by hand").visit("calls/" + id)
	require.Equal(t, "typed by hand", eval[string](b, `document.querySelector("[name=name]").value`))
	b.visit("me").back().visit("me").sees(still).click("button", "Discard it").misses(still)
	b.fill("Name", "Augusta King").click("button", "Save").sees("Saved.", "Augusta King").misses(still)
	b.visit("settings").fill("Wait for the first key", "9s").sees("Draft saved").pick("Default queue", "New queue…").fill("Its name", "sales").sees("Draft saved").visit("settings").sees(still)
	require.Equal(t, []string{"9s", "new:queues", "sales"}, values("f-first_digit", "f-default_queue", "f-default_queue~new"))
	b.click("button", "Create").sees("It was made, and is picked here.").misses(still)
	b.visit("flows/front-desk").pick("b. Nobody answers", "New queue…").fill("Its name", "night").sees("Draft saved").visit("flows/front-desk").sees(still)
	require.Equal(t, []string{"new:queue", "night"}, values("f-no_answer", "f-no_answer~new"), "what is still to be made")
	b.click("button", "Create").sees("It was made, and is picked here.").misses(still)
	require.Equal(t, []string{"queue:night"}, values("f-no_answer"))
}

// Two people edit: whoever publishes second sees both, and loses nothing.
func TestJourney_aConflictOnPublishShowsBoth(t *testing.T) {
	t.Parallel()
	who := func(id string) func(*console.Config) {
		return func(c *console.Config) {
			c.Who = whoIs(console.Person{ID: strings.ToLower(id), Name: id, Role: console.Administrator})
		}
	}
	s := newSite(t, "", who("Ana"))
	ana := open(t, s.base, "flows/front-desk")
	ana.fill("Ring for", "15s").sees("Draft saved")
	ben := open(t, s.another(who("Ben")), "flows/front-desk")
	ben.fill("Ring for", "25s").sees("Draft saved").click("link", "Review and publish").fill("Note for others (what it is for)", "ring longer").click("button", "Publish version 2").sees("Published.")
	ana.click("link", "Review and publish").sees("Published while you edited", "(ring longer — Ben)", "Both of you changed flow front-desk").axe()
	ana.expect("422")
	ana.fill("Note for others (what it is for)", "ring shorter").click("button", "Publish version 3").sees("whether your change or theirs is kept")
	require.Equal(t, "ring shorter", eval[string](ana, `document.querySelector("#note").value`), "nothing typed is lost")
	ana.click("radio", "Keep yours").click("button", "Publish version 3").sees("Published.")
	ana.visit("flows/front-desk")
	require.Equal(t, "15s", eval[string](ana, `document.getElementById("f-ring.time").value`))
}

func TestJourney_savedCallsTellWhatADraftWouldChange(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	id := s.finished("1002")
	b := open(t, s.base, "calls/"+id)
	b.fill("Name of the test", "Grace is out").click("button", "Save as test").sees("Saved as a test.")
	b.click("link", "Tests").sees("Grace is out", "live: as saved").axe()
	b.visit("flows/front-desk")
	b.pick("a. The agent is unavailable", "menu main").sees("Draft saved").click("link", "Tests").sees("draft: otherwise", "what would change")
	b.click("link", "Flows").click("link", "Review and publish").sees("1 of 1 would go otherwise").click("button", "Publish version 2").sees("Published.")
	b.click("link", "Tests").sees("live: otherwise", "version 2 ✗", "differs").click("button", "Expect what it does now").sees("live: as saved")
	b.expect("422")
	b.fill("Name of the test", "mine").fill("Story", "caller sings").click("button", "Add").sees("Story:")
	require.Equal(t, "caller sings", eval[string](b, `document.querySelector("#test-story").value`), "nothing typed is lost")
}
