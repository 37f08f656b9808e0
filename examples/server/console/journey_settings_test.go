package console_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The settings of the whole account: a draft, its faults at their fields, and in force
// once they are published.
func TestJourney_theAccountsSettingsAreDraftedAndPublished(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	b := open(t, s.base, "settings")
	b.sees("1. Extensions", "Simulated carrier").axe()
	b.fill("Wait for the first key", "2m").sees("Draft saved", "settings.first_digit")
	b.until("the fault at its field", func() bool {
		return soft[bool](b, `document.getElementById("f-first_digit").matches("[aria-invalid=true]") && document.getElementById("f-first_digit").closest(".field").innerText.includes("1s to 1m")`)
	})
	b.fill("Wait for the first key", "9s").sees("Every caller can always get on")
	b.fill("Reserved: nobody gets them", "default, 1100").fill("A given-up extension rests for", "60d").fill("From the lowest to the highest", "1001-1999").sees("Draft saved", "4 things changed")
	b.pick("Say, and hang up", "these words…").fill("Words", "Please call again.").sees("5 things changed")
	b.pick("Default queue", "New queue…").fill("Its name", "sales").click("button", "Create").sees("It was made, and is picked here.")
	require.Equal(t, "sales", eval[string](b, `document.getElementById("f-default_queue").value`))
	b.click("link", "Review and publish").sees("setting first digit: as usual → 9s", "setting quarantine: as usual → 60d", "setting reserved: as usual → default, 1100", "setting extension range: 1001, 9999 → 1001, 1999", "queue sales: new").axe()
	b.click("button", "Publish version 2").sees("Published.")
	a, err := s.sim.Store.Accounts().Load(t.Context(), "acme")
	require.NoError(t, err)
	require.Equal(t, 60*24.0, a.Quarantine.Hours())
	require.Equal(t, 1999, a.Range.Last)
	require.Equal(t, "Please call again.", a.Emergency.Say)
	b.visit("settings")
	require.Equal(t, "1001-1999", eval[string](b, `document.getElementById("f-extension_range").value`))
	b.visit("versions/1")
	b.click("button", "Restore into my draft").sees("setting first digit: 9s → as usual").misses("quarantine")
}

// What is picked may be made where it is picked, and nothing else that was typed is lost.
func TestJourney_whatIsNotThereIsMadeWhereItIsPicked(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	b := open(t, s.base, "flows/front-desk")
	b.fill("Ring for", "25s").sees("Draft saved")
	b.pick("What callers hear first", "these words…").sees("Draft saved").fill("Words", "Good morning.").sees("Draft saved")
	b.pick("What callers hear first", "New message…").fill("Its name", "morn").sees("Draft saved")
	b.fill("Its name", "morning").click("button", "Create message").sees("It was made, and is picked here.").axe()
	require.Equal(t, []string{"name:morning", "25s"}, eval[[]string](b, `["f-greeting~m", "f-ring.time"].map(id => document.getElementById(id).value)`))
	b.click("link", "Messages").sees("morning", "Good morning.")
	require.NotContains(t, eval[[]string](b, `[...document.querySelectorAll("tbody a")].map(a => a.textContent)`), "morn", "nothing is made while its name is typed")
	b.visit("flows/front-desk")
	for _, one := range []struct{ field, new, name string }{
		{"b. Nobody answers", "New queue…", "late"}, {"a. The agent is unavailable", "New mailbox…", "night"}, {"c. The agent is busy", "New menu…", "choice"},
	} {
		b.pick(one.field, one.new).fill("Its name", one.name).click("button", "Create").sees("It was made, and is picked here.")
	}
	require.Equal(t, []string{"queue:late", "voicemail:night", "menu:choice"}, eval[[]string](b, `["f-no_answer", "f-unavailable", "f-busy"].map(id => document.getElementById(id).value)`))
	eval[bool](b, `(() => { for (const [id, is] of [["m", "new:message"], ["named", "bye"], ["say", "Bye then."]]) document.getElementById("f-after_repeats~" + id).value = is; return true })()`)
	b.run(clickFirst(`.on-msg .on-named button[value="made after_repeats"]`))
	b.settle()
	b.sees("It was made, and is picked here.")
	require.Equal(t, []string{"hangup", "name:bye"}, eval[[]string](b, `["f-after_repeats", "f-after_repeats~m"].map(id => document.getElementById(id).value)`), "a message is made at a destination, too")
	b.click("link", "Review and publish").sees("message bye: new", "menu choice: new", "message morning: new", "queue late: new", "mailbox night: new").click("button", "Publish version 2").sees("Published.")
	b.visit("numbers").fill("Number", "+1 202-555-0177").pick("Call action", "New queue…").fill("Its name", "sales").pick("Hours", "New hours…")
	b.until("two names are asked for", func() bool { return len(b.nodes("textbox", "Its name")) == 2 })
	eval[bool](b, `!(document.getElementById("hours~new").value = "weekdays") && false`)
	b.click("button", "Add number").sees("Saved.", "queue sales", "weekdays")
}

// An agent's hours and mailbox, and what follows a ring that fails, are made where they are
// picked; while something else of the form is wrong nothing is made, and nothing is lost.
func TestJourney_anAgentsHoursAndMailboxAreMadeWhereTheyArePicked(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	b := open(t, s.base, "agents/ada")
	b.expect("422")
	b.pick("Hours", "New hours…").fill("Its name", "weekdays").pick("Voicemail goes to", "New mailbox…")
	b.until("two names are asked for", func() bool { return len(b.nodes("textbox", "Its name")) == 2 })
	eval[bool](b, `!(document.getElementById("mailbox~new").value = "sales") && false`)
	b.fill("Reached at", "tel:12").click("button", "Save").sees("too short for a number")
	latest, err := s.sim.Store.Releases().Latest(t.Context(), "acme")
	require.NoError(t, err)
	require.NotContains(t, latest.Settings.Hours, "weekdays", "nothing is half made")
	require.Equal(t, []string{"weekdays", "sales"}, eval[[]string](b, `["hours", "mailbox"].map(id => document.getElementById(id).value)`), "nothing typed is lost")
	b.fill("Reached at", "tel:+12025550111").fill("Extension", "1002").click("button", "Save").sees("1005 is free")
	latest, err = s.sim.Store.Releases().Latest(t.Context(), "acme")
	require.NoError(t, err)
	require.NotContains(t, latest.Settings.Hours, "weekdays", "nothing is made for an agent whom the directory refuses")
	b.fill("Extension", "1001").click("button", "Save").sees("Saved.").axe()
	g, err := s.sim.Store.Directory().Agent(t.Context(), "acme", "ada")
	require.NoError(t, err)
	require.Equal(t, []string{"weekdays", "sales"}, []string{g.Hours, g.Mailbox})
	b.visit("flows/front-desk").pick("b. Nobody answers", "An extension…").fill("Which", "1002").pick("If that fails", "New queue…").fill("Its name", "second").click("button", "Create").sees("It was made, and is picked here.")
	require.Equal(t, []string{"extension", "1002", "queue:second"}, eval[[]string](b, `["", "~to", "~otherwise"].map(end => document.getElementById("f-no_answer" + end).value)`))
	b.click("link", "Review and publish").sees("extension 1002, otherwise queue second", "queue second: new")
}

// A question to the product, its answers and where each leads, by keys alone; what is wrong
// with an answer is said at its row.
func TestJourney_aQuestionIsWrittenAndPublished(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	b := open(t, s.base, "questions")
	b.sees("No question yet.").fill("Name", "tier").click("button", "New question").sees("2. Answers", "Picture")
	words := func() []string {
		return eval[[]string](b, `[...document.querySelectorAll("[name$='~word']")].map(e => e.value)`)
	}
	require.Equal(t, []string{"no", "yes", ""}, words())
	eval[bool](b, `document.getElementById("f-answers.2~word").focus() || true`)
	b.press("g", "o", "l", "d").sees("questions.tier.answers.gold").fill("Time for the answer", "1m").click("button", "Save draft").sees("Saved.", "1s to").axe()
	require.Equal(t, []string{"gold", "no", "yes", ""}, words())
	require.Contains(t, eval[string](b, `document.getElementById("f-answers.0~word").closest(".key").querySelector(".field-wrong").textContent`), "write a destination", "the fault is at its row")
	eval[bool](b, `(() => { const to = document.getElementById("f-answers.0"); to.value = "queue:support"; return to.dispatchEvent(new Event("input", {bubbles: true})) })()`)
	b.fill("Time for the answer", "3s").sees("Every caller can always get on").visit("questions/tier")
	require.Equal(t, "queue:support", eval[string](b, `document.getElementById("f-answers.0").value`))
	b.click("link", "Review and publish").sees("question tier: new").click("button", "Publish version 2").sees("Published.")
	b.visit("numbers").fill("Number", "+1 202-555-0166").pick("Call action", "question tier").click("button", "Add number").sees("Saved.", "question tier")
}

// Agents are added where they are picked: as members of a queue, and as owner of a mailbox.
func TestJourney_agentsAreAddedWhereTheyArePicked(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	b := open(t, s.base, "queues/support")
	b.expect("422")
	b.fill("Longest wait", "7m").sees("Draft saved").click("checkbox", "1002 Grace Hopper").click("DisclosureTriangle", "Somebody new")
	b.fill("Name of the new agent", "Rosalind Franklin").fill("Reached at", "tel:12").click("button", "Set members").sees("too short for a number").axe()
	require.Equal(t, []string{"Rosalind Franklin", "tel:12", "7m"}, eval[[]string](b, `["new-member", "new-at", "f-max_wait"].map(id => document.getElementById(id).value)`), "nothing typed is lost")
	require.True(t, eval[bool](b, `document.querySelector("[name=members][value=grace]").checked`))
	members := func() (all []string) {
		line, err := s.sim.Store.Queues().Waiting(t.Context(), "acme", "support", 0, nil)
		require.NoError(t, err)
		for _, m := range line.Members {
			all = append(all, m.Party.Agent)
		}
		return all
	}
	require.Equal(t, []string{"ada", "mary"}, members(), "nothing is half-changed")
	b.fill("Reached at", "tel:+12025550188").click("button", "Set members").sees("Saved.", "1005 Rosalind Franklin")
	require.Equal(t, []string{"ada", "mary", "grace", "rosalind-franklin"}, members())

	b.visit("mailboxes/team").fill("Longest", "90s").sees("Draft saved").pick("Owner", "New agent…").fill("Their name", "Ada").fill("Reached at", "client:ada").click("button", "Add")
	b.sees("Nobody was added.", "already").axe()
	require.Equal(t, []string{"new:agents", "Ada", "client:ada", "90s"}, eval[[]string](b, `["f-owner", "f-owner~new", "f-owner~at", "f-max_length"].map(id => document.getElementById(id).value)`), "nothing typed is lost")
	b.fill("Their name", "Emmy Noether").fill("Reached at", "client:emmy").click("button", "Add").sees("It was made, and is picked here.")
	require.Equal(t, []string{"emmy-noether", "90s"}, eval[[]string](b, `["f-owner", "f-max_length"].map(id => document.getElementById(id).value)`))
	emmy, err := s.sim.Store.Directory().Agent(t.Context(), "acme", "emmy-noether")
	require.NoError(t, err)
	require.Equal(t, "1006", emmy.Extension)
}
