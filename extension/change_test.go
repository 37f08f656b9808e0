package extension_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
)

const month = extension.DefaultQuarantine

func TestPut_takesExplicitExtensionsFirstAndAutomaticOnesInOrder(t *testing.T) {
	t.Parallel()
	d, err := extension.New(extension.Config{Range: extension.Range{First: 1001, Last: 9999}})
	require.NoError(t, err)
	agents, err := d.Put(noon,
		extension.Agent{ID: "a"}, extension.Agent{ID: "b", Extension: "1001"}, extension.Agent{ID: "c"},
		extension.Agent{ID: "d", Extension: "1003"}, extension.Agent{ID: "e"},
	)
	require.NoError(t, err)
	got := map[string]string{}
	for _, a := range agents {
		got[a.ID] = a.Extension
		require.Equal(t, extension.Available, a.Presence)
		require.Equal(t, uint64(1), a.Rev)
	}
	require.Equal(t, map[string]string{"a": "1002", "b": "1001", "c": "1004", "d": "1003", "e": "1005"}, got)
}

func TestPut_keepsAnAutomaticExtensionByTheAgentsID(t *testing.T) {
	t.Parallel()
	d := acme(t)
	_, err := d.Remove(noon, "ada")
	require.NoError(t, err)
	later := noon.Add(month)
	agents, err := d.Put(later, extension.Agent{ID: "mary", Name: "Mary Godwin", Rev: 1}) // as the document has it
	require.NoError(t, err)
	require.Equal(t, "1004", agents[0].Extension, "though 1001 is free by now")
}

func TestPut_namesWhoHoldsAnExtensionAndTheNextFreeOne(t *testing.T) {
	t.Parallel()
	d := acme(t)
	_, err := d.Put(noon, extension.Agent{ID: "zoe", Extension: "1002"})
	require.ErrorIs(t, err, extension.ErrTaken)
	require.EqualError(t, err, "agent zoe: extension taken: 1002 is held by Grace Hopper; the next free one is 1005")

	require.NoError(t, change(t, d, "grace", func(a *extension.Agent) { a.Name = "Rear Admiral Hopper" }))
	_, err = d.Put(noon, extension.Agent{ID: "zoe", Extension: "1002"})
	require.ErrorContains(t, err, "held by Rear Admiral Hopper;")

	for ext, want := range map[string]error{"100": extension.ErrLength, "1000": extension.ErrOutside, "10x0": extension.ErrNotDigits} {
		_, err = d.Put(noon, extension.Agent{ID: "zoe", Extension: ext})
		require.ErrorIs(t, err, want)
		require.ErrorContains(t, err, "the next free one is 1005")
	}
}

func TestPut_changesAllOrNothing(t *testing.T) {
	t.Parallel()
	d := acme(t)
	before := d.Clone()
	ada, _ := d.Agent("ada")
	ada.Extension, ada.Name = "1009", "Ada King"
	_, err := d.Put(noon,
		ada, // would move, and leave 1001 in quarantine
		extension.Agent{ID: "new"},
		extension.Agent{ID: "zoe", Extension: "1002"},
		extension.Agent{ID: "yan", Extension: "1003"},
	)
	require.ErrorContains(t, err, "agent zoe: extension taken: 1002 is held by Grace Hopper")
	require.ErrorContains(t, err, "agent yan: extension taken: 1003 is held by Linus Pauling", "every fault at once")

	require.Equal(t, slices.Collect(before.Agents()), slices.Collect(d.Agents()))
	require.Empty(t, slices.Collect(d.Quarantined()))
	require.Equal(t, "available ada", dialled(d, "1001", extension.Inquiry{Now: noon}))
	require.Equal(t, "unknown", dialled(d, "1009", extension.Inquiry{Now: noon}))
	next, err := d.NextFree(noon)
	require.NoError(t, err)
	require.Equal(t, "1005", next)
}

func TestPut_goesBackToWhatWasAlsoWithoutQuarantine(t *testing.T) {
	t.Parallel()
	d := acme(t)
	require.NoError(t, d.Configure(extension.Config{Range: d.Config().Range, Quarantine: -1}))
	ada, _ := d.Agent("ada")
	grace, _ := d.Agent("grace")
	ada.Extension, grace.Extension = grace.Extension, ada.Extension
	_, err := d.Put(noon, ada, grace, extension.Agent{ID: "zoe", Extension: "1003"})
	require.ErrorIs(t, err, extension.ErrTaken)
	require.Equal(t, "available ada", dialled(d, "1001", extension.Inquiry{Now: noon}))
	require.Equal(t, "away grace", dialled(d, "1002", extension.Inquiry{Now: noon}))
}

func TestPut_refusesAnAgentThatMakesNoSense(t *testing.T) {
	t.Parallel()
	d := acme(t)
	for name, c := range map[string]struct {
		agents []extension.Agent
		is     error
		says   string
	}{
		"no id":              {[]extension.Agent{{Name: "Zoe"}}, extension.ErrAgent, "it has no id"},
		"twice":              {[]extension.Agent{{ID: "zoe"}, {ID: "zoe"}}, extension.ErrAgent, "agent zoe: not a valid agent: it is given twice"},
		"presence":           {[]extension.Agent{{ID: "zoe", Presence: "lunch"}}, extension.ErrAgent, `presence "lunch"; there are [available busy away offline]`},
		"screening":          {[]extension.Agent{{ID: "zoe", Screening: "maybe"}}, extension.ErrAgent, `screening "maybe"; write on or off`},
		"endpoint":           {[]extension.Agent{{ID: "zoe", Endpoints: ends("2025550111")}}, extension.ErrEndpoint, "has no scheme"},
		"the same endpoint":  {[]extension.Agent{{ID: "zoe", Endpoints: []extension.Endpoint{{Address: "client:zoe", Via: "twilio"}, {Address: "client:zoe"}}}}, extension.ErrAgent, "it has the endpoint client:zoe twice"},
		"its own successor":  {[]extension.Agent{{ID: "zoe", Successor: "zoe"}}, extension.ErrAgent, "it cannot be its own successor"},
		"a successor unseen": {[]extension.Agent{{ID: "zoe", Successor: "nobody"}}, extension.ErrNoAgent, "successor nobody"},
		"there already":      {[]extension.Agent{{ID: "ada"}}, extension.ErrConflict, "read it again and repeat the change"},
		"changed meanwhile":  {[]extension.Agent{{ID: "ada", Rev: 2}}, extension.ErrConflict, "read it again"},
		"gone meanwhile":     {[]extension.Agent{{ID: "zoe", Rev: 2}}, extension.ErrConflict, "it is not there any more"},
	} {
		_, err := d.Put(noon, c.agents...)
		require.ErrorIs(t, err, c.is, name)
		require.ErrorContains(t, err, c.says, name)
	}
	_, err := d.Put(noon, extension.Agent{ID: "zoe", Presence: "lunch"}, extension.Agent{Screening: "maybe"})
	require.ErrorContains(t, err, "lunch")
	require.ErrorContains(t, err, "maybe", "every fault at once")

	_, err = d.Put(noon, extension.Agent{ID: "zoe", Successor: "yan", Endpoints: []extension.Endpoint{{Address: "client:zoe", Via: "twilio"}, {Address: "client:zoe", Via: "vonage"}}}, extension.Agent{ID: "yan"})
	require.NoError(t, err, "a successor may come with it, and a name may be known to two carriers")
}

func TestPut_leavesWhatPeopleDoNotEdit(t *testing.T) {
	t.Parallel()
	d := acme(t)
	_, err := d.SetPresence("ada", extension.Away, "lunch")
	require.NoError(t, err)
	require.NoError(t, d.Hold("ada", "c1", noon.Add(time.Minute)))

	agents, err := d.Put(noon, extension.Agent{
		ID: "ada", Name: "Ada King", Presence: extension.Offline, Reason: "no", Duty: extension.Duty{Misses: 9}, Rev: 1,
	})
	require.NoError(t, err)
	require.Equal(t, extension.Agent{
		ID: "ada", Name: "Ada King", Extension: "1001", Presence: extension.Away, Reason: "lunch",
		Duty: extension.Duty{HeldBy: "c1", HeldUntil: noon.Add(time.Minute)}, Rev: 2,
	}, agents[0])
	ada, _ := d.Agent("ada")
	require.Equal(t, agents[0], ada)

	agents, err = d.Put(noon, extension.Agent{ID: "zoe", Presence: extension.Busy, Duty: extension.Duty{HeldBy: "c9", Misses: 9}})
	require.NoError(t, err)
	require.Equal(t, extension.Duty{}, agents[0].Duty, "nor for a new one")
	require.Equal(t, extension.Busy, agents[0].Presence, "who begins with the presence given")
}

func TestQuarantine_reachesTheSameAgentAndIsNeverGivenToAnother(t *testing.T) {
	t.Parallel()
	d := acme(t)
	require.NoError(t, change(t, d, "ada", func(a *extension.Agent) { a.Extension = "1234" }))
	last := noon.Add(month - 1)

	_, p := d.Find("1001", extension.Inquiry{Now: last})
	require.Equal(t, "1234", p.Extension, "who keys the old one reaches her under the new one")
	_, held := d.Holder("1001")
	require.False(t, held)
	_, err := d.Put(last, extension.Agent{ID: "zoe", Extension: "1001"})
	require.ErrorIs(t, err, extension.ErrQuarantined)
	require.EqualError(t, err, "agent zoe: extension quarantined: 1001 was Ada Lovelace's and rests until 2026-04-01; the next free one is 1005")
	next, err := d.NextFree(last)
	require.NoError(t, err)
	require.Equal(t, "1005", next)

	over := noon.Add(month)
	require.Equal(t, "unknown", dialled(d, "1001", extension.Inquiry{Now: over}))
	require.NoError(t, d.Check("1001", "zoe", over))
	next, err = d.NextFree(over)
	require.NoError(t, err)
	require.Equal(t, "1001", next)
	require.Len(t, slices.Collect(d.Quarantined()), 1, "looking changes nothing")
	agents, err := d.Put(over, extension.Agent{ID: "zoe"})
	require.NoError(t, err)
	require.Equal(t, "1001", agents[0].Extension)
	require.Empty(t, slices.Collect(d.Quarantined()))

	_, err = d.Remove(over, "zoe")
	require.NoError(t, err)
	require.Len(t, slices.Collect(d.Quarantined()), 1)
	_, err = d.Put(over.Add(month), extension.Agent{ID: "yan", Extension: "1006"})
	require.NoError(t, err)
	require.Empty(t, slices.Collect(d.Quarantined()), "a change forgets the quarantines that are over")
}

func TestQuarantine_endsWhenTheSameAgentTakesTheExtensionBack(t *testing.T) {
	t.Parallel()
	d := acme(t)
	require.NoError(t, change(t, d, "ada", func(a *extension.Agent) { a.Extension = "1234" }))
	require.NoError(t, change(t, d, "ada", func(a *extension.Agent) { a.Extension = "1001" }))
	require.Equal(t, []extension.Claim{{Extension: "1234", Agent: "ada", Name: "Ada Lovelace", Until: noon.Add(month)}}, slices.Collect(d.Quarantined()))
	ada, ok := d.Holder("1001")
	require.True(t, ok)
	require.Equal(t, "ada", ada.ID)
	_, err := d.NextFree(noon.Add(2 * month))
	require.NoError(t, err)
	require.Equal(t, "available ada", dialled(d, "1001", extension.Inquiry{Now: noon.Add(2 * month)}), "no old quarantine ends it")
}

func TestQuarantine_refusesASwapAndWithoutQuarantineAllowsIt(t *testing.T) {
	t.Parallel()
	swap := func(d *extension.Directory) error {
		ada, _ := d.Agent("ada")
		grace, _ := d.Agent("grace")
		ada.Extension, grace.Extension = grace.Extension, ada.Extension
		_, err := d.Put(noon, ada, grace)
		return err
	}
	d := acme(t)
	require.ErrorIs(t, swap(d), extension.ErrQuarantined)

	require.NoError(t, d.Configure(extension.Config{Range: d.Config().Range, Quarantine: -1}))
	require.NoError(t, swap(d))
	require.Equal(t, "available ada", dialled(d, "1002", extension.Inquiry{Now: noon}))
	require.Equal(t, "away grace", dialled(d, "1001", extension.Inquiry{Now: noon}))
	require.Empty(t, slices.Collect(d.Quarantined()))
}

func TestRemove_quarantinesTheExtensionAndEndsMemberships(t *testing.T) {
	t.Parallel()
	d := acme(t)
	ada, err := d.Remove(noon, "ada")
	require.NoError(t, err)
	require.Equal(t, "Ada Lovelace", ada.Name)
	_, ok := d.Agent("ada")
	require.False(t, ok)
	require.Equal(t, "unknown", dialled(d, "1001", extension.Inquiry{Now: noon}))
	require.Equal(t, []string{"mary"}, d.Members("support"))
	require.Empty(t, d.QueuesOf("ada"))
	_, held := d.HeldAt("+12025550111")
	require.False(t, held)

	agents, err := d.Put(noon, extension.Agent{ID: "zoe"})
	require.NoError(t, err)
	require.Equal(t, "1005", agents[0].Extension)
	agents, err = d.Put(noon, extension.Agent{ID: "ada", Extension: "1001"})
	require.NoError(t, err, "a return to the same agent, asked for")
	require.Equal(t, "1001", agents[0].Extension)

	_, err = d.Remove(noon, "nobody")
	require.ErrorIs(t, err, extension.ErrNoAgent)
}

func TestRemove_letsTheLiveCallFinish(t *testing.T) {
	t.Parallel()
	d := acme(t)
	require.NoError(t, change(t, d, "mary", func(a *extension.Agent) { a.Endpoints = ends("tel:+12025550111") }))
	require.NoError(t, d.Hold("ada", "c1", noon))
	_, err := d.Remove(noon, "ada")
	require.NoError(t, err)
	require.Equal(t, "busy mary", dialled(d, "1004", extension.Inquiry{Now: noon}), "the telephone that they shared still rings")
	require.NoError(t, d.Hold("ada", "c1", noon.Add(time.Minute)))
	require.ErrorIs(t, d.Hold("ada", "c2", noon), extension.ErrHeld)

	agents, err := d.Put(noon, extension.Agent{ID: "ada", Extension: "1001", Endpoints: ends("client:ada")})
	require.NoError(t, err)
	require.Equal(t, extension.Duty{HeldBy: "c1", HeldUntil: noon.Add(time.Minute)}, agents[0].Duty, "added again, she is still on the line")
	require.Equal(t, "busy ada", dialled(d, "1001", extension.Inquiry{Now: noon}))

	require.True(t, d.Release("ada", "c1"))
	require.Equal(t, "available ada", dialled(d, "1001", extension.Inquiry{Now: noon}))
	require.Equal(t, "available mary", dialled(d, "1004", extension.Inquiry{Now: noon}))

	_, err = d.Remove(noon, "ada")
	require.NoError(t, err)
	require.NoError(t, d.Hold("ada", "c3", noon, ends("tel:+12025550111")...), "found before she was deleted, rung after")
	require.Equal(t, "busy mary", dialled(d, "1004", extension.Inquiry{Now: noon}))
	require.True(t, d.Release("ada", "c3"))
	_, held := d.HeldAt("+12025550111")
	require.False(t, held)
}

func TestRemove_mayHappenWhileAgentsAreListed(t *testing.T) {
	t.Parallel()
	d := acme(t)
	require.NoError(t, change(t, d, "mary", func(a *extension.Agent) { a.Endpoints = ends("tel:+12025550111") }))
	listed := 0
	for a := range d.At("+12025550111") {
		_, err := d.Remove(noon, a.ID)
		require.NoError(t, err)
		listed++
	}
	require.Equal(t, 2, listed)
	for a := range d.Agents() { // grace and linus
		_, err := d.Remove(noon, a.ID)
		require.NoError(t, err)
		_, _ = d.Remove(noon, "linus")
		listed++
	}
	require.Equal(t, 3, listed, "who is gone is not listed")
	require.Empty(t, slices.Collect(d.Agents()))
}

func TestRemove_isRefusedWhileSomethingNamesTheAgent(t *testing.T) {
	t.Parallel()
	d := acme(t)
	require.NoError(t, change(t, d, "mary", func(a *extension.Agent) { a.Successor = "ada" }))
	require.NoError(t, change(t, d, "linus", func(a *extension.Agent) { a.Successor = "ada" }))
	_, err := d.Remove(noon, "ada", "flow front-desk", "menu main")
	require.ErrorIs(t, err, extension.ErrNamed)
	require.EqualError(t, err, "agent still named: ada is named by agent linus (as its successor), agent mary (as its successor), flow front-desk, menu main; change them first")
	require.Equal(t, "available ada", dialled(d, "1001", extension.Inquiry{Now: noon}))
}

func TestSuccessor_getsTheCallsOfADeletedAgentUntilTheQuarantineEnds(t *testing.T) {
	t.Parallel()
	d := acme(t)
	require.NoError(t, change(t, d, "ada", func(a *extension.Agent) { a.Extension = "1234" }))
	require.NoError(t, change(t, d, "ada", func(a *extension.Agent) { a.Successor, a.Name = "mary", "Ada King" }))
	require.Equal(t, "available ada", dialled(d, "1001", extension.Inquiry{Now: noon}), "while Ada is there it is she")
	_, err := d.Remove(noon, "ada")
	require.NoError(t, err)

	require.Equal(t, "available mary", dialled(d, "1234", extension.Inquiry{Now: noon}))
	require.Equal(t, "available mary", dialled(d, "1001", extension.Inquiry{Now: noon}), "and with her earlier one")
	require.Equal(t, []extension.Claim{
		{Extension: "1001", Agent: "ada", Name: "Ada King", Until: noon.Add(month), Successor: "mary"},
		{Extension: "1234", Agent: "ada", Name: "Ada King", Until: noon.Add(month), Successor: "mary"},
	}, slices.Collect(d.Quarantined()))
	for c := range d.Quarantined() {
		require.Equal(t, "1001", c.Extension)
		break
	}
	_, err = d.Put(noon, extension.Agent{ID: "mary", Extension: "1234", Rev: 1})
	require.ErrorIs(t, err, extension.ErrQuarantined, "calls, not the number")
	require.Equal(t, "unknown", dialled(d, "1234", extension.Inquiry{Now: noon.Add(month)}))

	// Mary leaves in her turn: Linus inherits what she inherited.
	require.NoError(t, change(t, d, "mary", func(a *extension.Agent) { a.Successor = "linus" }))
	_, err = d.Remove(noon, "mary")
	require.NoError(t, err)
	for _, ext := range []string{"1001", "1234", "1004"} {
		require.Equal(t, "busy linus", dialled(d, ext, extension.Inquiry{Now: noon}))
	}
}

func TestNextFree_saysWhenTheRangeIsFull(t *testing.T) {
	t.Parallel()
	d, err := extension.New(extension.Config{Range: extension.Range{Length: 2, First: 10, Last: 12, Reserved: []string{"11"}}})
	require.NoError(t, err)
	agents, err := d.Put(noon, extension.Agent{ID: "a"}, extension.Agent{ID: "b"})
	require.NoError(t, err)
	require.Equal(t, "12", agents[1].Extension)

	_, err = d.Put(noon, extension.Agent{ID: "c"}, extension.Agent{ID: "d"})
	require.ErrorIs(t, err, extension.ErrFull)
	require.ErrorContains(t, err, "agent c: range full: 10 to 12 are all held, reserved or quarantined; widen the range, or remove agents who have left")
	require.ErrorContains(t, err, "agent d: range full")
	require.ErrorContains(t, d.Check("10", "c", noon), "10 is held by a; no other is free")

	_, err = d.Remove(noon, "b")
	require.NoError(t, err)
	_, err = d.NextFree(noon)
	require.ErrorIs(t, err, extension.ErrFull)
	require.ErrorContains(t, err, "(the first quarantine ends on 2026-04-01)")
	agents, err = d.Put(noon.Add(month), extension.Agent{ID: "c"})
	require.NoError(t, err)
	require.Equal(t, "12", agents[0].Extension)
}

func TestNextFree_skipsReservedAndQuarantinedExtensions(t *testing.T) {
	t.Parallel()
	d, err := extension.New(extension.Config{Range: extension.Range{Length: 3, First: 110, Last: 199}})
	require.NoError(t, err)
	var got []string
	for _, id := range []string{"a", "b", "c", "d"} {
		agents, err := d.Put(noon, extension.Agent{ID: id})
		require.NoError(t, err)
		got = append(got, agents[0].Extension)
		if id == "a" {
			_, err = d.Remove(noon, "a")
			require.NoError(t, err)
		}
	}
	require.Equal(t, []string{"110", "111", "113", "114"}, got, "112 is an emergency number")
}
