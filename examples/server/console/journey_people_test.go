package console_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/examples/server/console"
)

func TestJourney_anExtensionThatIsTaken(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	b := open(t, s.base, "agents")
	b.sees("The next agent gets extension 1005.").fill("Extension of Grace Hopper", "1001").sees("1001 is taken by Ada Lovelace; 1005 is free.").axe()
	b.expect("409")
	b.click("button", "Save extension of Grace Hopper").sees("Extension of Grace Hopper:", "1005 is free")
	b.visit("agents")
	b.click("button", "Next free extension for Grace Hopper").sees("Saved.", "The next agent gets extension 1002.")
	b.expect("422")
	b.fill("Name", "Rosalind Franklin").fill("Reached at", "tel:12").click("button", "Add agent")
	b.until("a fault at the field", func() bool {
		return soft[bool](b, `document.querySelector("#agent-endpoints[aria-invalid=true] ~ .field-wrong")?.textContent.length > 10`)
	})
	require.Equal(t, "Rosalind Franklin", eval[string](b, `document.querySelector("#agent-name").value`), "nothing typed is lost")
	b.fill("Reached at", "tel:+12025550188").click("button", "Add agent").sees("Saved.", "Rosalind Franklin")
	b.pick("Presence of Rosalind Franklin", "away").click("button", "Set presence of Rosalind Franklin").sees("The presence was changed.")
	b.click("link", "Ada Lovelace").sees("Voicemail").axe().click("button", "Remove Ada Lovelace").sees("Removed.").misses("Ada Lovelace")
}

// Agents go out to a spreadsheet and come back; a file with faults changes nothing.
func TestJourney_agentsComeAndGoAsAFile(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	b := open(t, s.base, "agents")
	table := eval[string](b, `fetch("agents.csv").then(r => r.text())`)
	require.Contains(t, table, "id,name,extension,endpoints")
	require.Contains(t, table, "ada,Ada Lovelace,1001,client:ada; tel:")
	b.click("DisclosureTriangle", "Many at once (CSV)").choose("#csv", "agents.csv", strings.Replace(table, "Ada Lovelace", "Augusta King", 1)+"rosa,Rosalind Franklin,,tel:+12025550188\n")
	b.click("button", "Upload").sees("Saved.", "Augusta King", "Rosalind Franklin", "The next agent gets extension 1006.")
	b.expect("422")
	b.click("DisclosureTriangle", "Many at once (CSV)").choose("#csv", "agents.csv", "id,name,shoe\nada,Nobody,43\n,Nameless,\n")
	b.click("button", "Upload").sees("Nothing was changed. The file has faults:", `no column "shoe"`, "line 3: no id")
	b.visit("agents").sees("Augusta King")
}

func TestJourney_aMessageIsHeardMovedAndDeleted(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	s.finished("1002")
	b := open(t, s.base, "mailboxes/team")
	b.sees("new", "a tone of its length stands in").axe()
	require.InDelta(t, 8, eval[float64](b, `new Promise((ok, no) => { const a = document.querySelector("audio"); a.onloadedmetadata = () => ok(a.duration); a.onerror = () => no(new Error("no sound")); a.load(); a.preload = "auto" })`), 0.2)
	b.visit("mailboxes/team")
	b.sees("Mark as new").click("button", "Mark as new").sees("Saved.").click("button", "Move").sees("No messages.")
	b.visit("agents/ada")
	b.click("button", "Delete").sees("Removed.")
}

func TestJourney_membersServeAQueueAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	b := open(t, s.base, "queues/support")
	b.sees("Members, at once").axe().click("checkbox", "1002 Grace Hopper").click("button", "Set members").sees("Saved.", "Grace Hopper")
	b.visit("mailboxes/team")
	b.sees("No messages.")
	b.visit("hours")
	b.fill("Name", "office").click("button", "New hours").fill("mon", "9 to 5").sees("is no opening time").fill("mon", "09:00-17:00").sees("Every caller can always get on").axe()
}

func TestJourney_peopleSignInAndSeeWhatIsTheirs(t *testing.T) {
	t.Parallel()
	var accounts *console.Accounts
	s := newSite(t, "", func(c *console.Config) {
		accounts = &console.Accounts{Store: c.Store, Account: c.Account}
		c.Accounts = accounts
	})
	b := open(t, s.base, accounts.First())
	b.sees("The first administrator").axe().fill("Your name", "Ana").fill("Sign-in name", "ana").fill("Password", "correct horse").click("button", "Begin").sees("Phone", "Ana")
	b.click("link", "People").axe().fill("Sign-in name", "ada").pick("Role", "agent").pick("Agent", "1001 Ada Lovelace").fill("Password", "battery staple").click("button", "Save person").sees("Saved.", "ada")
	b.expect("409")
	b.click("button", "Remove ana").sees("This is the last administrator")
	b.click("button", "Sign out").sees("Sign in")
	b.expect("401")
	b.fill("Sign-in name", "ana").fill("Password", "wrong horse").click("button", "Sign in").sees("The name or the password is not right").axe()
	require.Equal(t, "ana", eval[string](b, `document.querySelector("#login").value`), "nothing typed is lost")

	ada := open(t, s.base, "me")
	ada.sees("Sign in").fill("Sign-in name", "ada").fill("Password", "battery staple").click("button", "Sign in")
	ada.sees("My devices", "extension 1001").axe().pick("Presence", "away").click("button", "Set").sees("The presence was changed.")
	ada.expect("409")
	ada.expect("422")
	ada.fill("Extension", "1002").click("button", "Save").sees("1005 is free").fill("Extension", "1010").click("button", "Save").sees("Saved.", "extension 1010")
	ada.expect("403")
	for _, page := range []string{"flows", "calls", "people", "agents"} {
		ada.visit(page)
		ada.sees("You may not see this")
	}
	require.Equal(t, http.StatusForbidden, eval[int](ada, `fetch("voicemail/audio?mailbox=team&message=x").then(r => r.status)`))
	require.Equal(t, http.StatusForbidden, eval[int](ada, `fetch("agents/grace/presence", {method: "POST", body: new URLSearchParams({presence: "away"})}).then(r => r.status)`))
}

// The link of the first start works once, and the tries to sign in have a limit.
func TestJourney_guessingAPasswordHasALimit(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("eleven passwords take long on purpose, and longer where races are watched for")
	}
	var accounts *console.Accounts
	s := newSite(t, "", func(c *console.Config) {
		accounts = &console.Accounts{Store: c.Store, Account: c.Account}
		c.Accounts = accounts
	})
	require.NoError(t, accounts.Add(t.Context(), "ana", "correct horse", console.Person{Role: console.Administrator}))
	b := open(t, s.base, "signin")
	b.expect("40")
	b.expect("429")
	status := 0
	for range 11 { // one at a time: each costs the time that a password costs
		status = eval[int](b, `fetch("signin", {method: "POST", body: new URLSearchParams({login: "ana", password: "wrong horse"})}).then(r => r.status)`)
	}
	require.Equal(t, http.StatusTooManyRequests, status)
	b.visit(accounts.First())
	b.sees("This link has been used")
}

func TestJourney_anotherAccountsCallIsNotThere(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	other := newSite(t, "account: globex\nnumbers: {\"+12025550100\": {hangup: {say: bye}}}\nagents: [{id: ada}]\n")
	id := s.finished("1002")
	b := open(t, other.base, "agents")
	b.expect("404")
	b.visit("calls/" + id)
	b.sees("There is no such call")
	require.Equal(t, http.StatusNotFound, eval[int](b, `fetch("`+id+`/story").then(r => r.status)`))
}

func TestJourney_aPageSaysThatItsUpdatesArePaused(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	b := open(t, s.base, "phone")
	b.sees("Pick a number")
	s.console.Close()
	b.sees("Live updates are paused")
}
