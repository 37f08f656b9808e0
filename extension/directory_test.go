package extension_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/number"
)

// acme is the account of the manual: Ada is there, Grace is offline, Linus is
// busy, and Mary gets the next free extension.
func acme(t require.TestingT) *extension.Directory {
	d, err := extension.New(extension.Config{Range: extension.Range{Length: 4, First: 1001, Last: 9999}})
	require.NoError(t, err)
	_, err = d.Put(noon,
		extension.Agent{ID: "ada", Name: "Ada Lovelace", Extension: "1001", Endpoints: ends("client:ada", "tel:+12025550111"), Presence: extension.Available},
		extension.Agent{ID: "grace", Name: "Grace Hopper", Extension: "1002", Endpoints: ends("sip:grace@pbx.example.com"), Presence: extension.Offline},
		extension.Agent{ID: "linus", Name: "Linus Pauling", Extension: "1003", Endpoints: ends("tel:+12025550113"), Presence: extension.Busy},
		extension.Agent{ID: "mary", Name: "Mary Shelley", Endpoints: ends("tel:+12025550114"), Presence: extension.Available},
	)
	require.NoError(t, err)
	require.NoError(t, d.SetMembers("support", []string{"ada", "mary"}))
	return d
}

func ends(addresses ...string) []extension.Endpoint {
	var list []extension.Endpoint
	for _, a := range addresses {
		list = append(list, extension.Endpoint{Address: a})
	}
	return list
}

// dialled is who answers an entry, and how: "available ada", "unknown".
func dialled(d *extension.Directory, entry string, q extension.Inquiry) string {
	class, party := d.Find(entry, q)
	if party == nil {
		return class.String()
	}
	return class.String() + " " + party.Agent
}

func change(t testing.TB, d *extension.Directory, id string, how func(*extension.Agent)) error {
	t.Helper()
	a, ok := d.Agent(id)
	require.True(t, ok, id)
	how(&a)
	_, err := d.Put(noon, a)
	return err
}

func TestFind_answersWhatACallerKeyed(t *testing.T) {
	t.Parallel()
	d := acme(t)
	for entry, want := range map[string]string{
		"1001": "available ada", "1002": "away grace", "1003": "busy linus", "1004": "available mary",
		"1005": "unknown", "0000": "unknown", "10011": "unknown", "123456789": "unknown",
		"": "partial", "1": "partial", "100": "partial", "911": "partial",
		"100#": "unknown", "10*1": "unknown", "١٠٠١": "unknown", "1001 ": "unknown", "1a": "unknown",
	} {
		require.Equal(t, want, dialled(d, entry, extension.Inquiry{Now: noon}), "%q", entry)
	}
}

func TestFind_givesThePartyAsTheCarrierReachesIt(t *testing.T) {
	t.Parallel()
	d := acme(t)
	require.NoError(t, change(t, d, "ada", func(a *extension.Agent) {
		a.Endpoints = []extension.Endpoint{{Address: "client:ada", Via: "twilio"}, {Address: "client:al", Via: "twilio"}, {Address: "tel:+12025550111"}, {Address: "client:ada", Via: "vonage"}}
	}))
	for carrier, want := range map[string][]string{
		"":       {"client:ada", "client:al", "tel:+12025550111", "client:ada"},
		"twilio": {"client:ada", "client:al", "tel:+12025550111"},
		"vonage": {"tel:+12025550111", "client:ada"},
		"sip":    {"tel:+12025550111"},
	} {
		class, p := d.Find("1001", extension.Inquiry{Carrier: carrier, Now: noon})
		require.Equal(t, extension.ClassAvailable, class)
		var got []string
		for _, e := range p.Endpoints {
			got = append(got, e.Address)
		}
		require.Equal(t, want, got, carrier)
		require.Same(t, p, d.Party("ada", carrier))
	}

	there := 0
	for a := range d.At("client:ada") {
		require.Equal(t, "ada", a.ID)
		there++
	}
	require.Equal(t, 1, there, "she is one, at whatever carrier")

	require.NoError(t, change(t, d, "ada", func(a *extension.Agent) { a.Endpoints = a.Endpoints[:1] }))
	class, p := d.Find("1001", extension.Inquiry{Carrier: "vonage", Now: noon})
	require.Equal(t, extension.ClassAway, class, "no endpoint left")
	require.Equal(t, "ada", p.Mailbox, "but there is a mailbox")
	require.Nil(t, d.Party("nobody", ""))
}

func TestFind_copiesThePartySoThatLaterChangesTouchLaterCallsOnly(t *testing.T) {
	t.Parallel()
	d := acme(t)
	_, before := d.Find("1001", extension.Inquiry{Now: noon})
	require.NoError(t, change(t, d, "ada", func(a *extension.Agent) { a.Endpoints = ends("client:other") }))
	require.Equal(t, "tel:+12025550111", before.Endpoints[1].Address)
	require.Len(t, before.Endpoints, 2)
	_, after := d.Find("1001", extension.Inquiry{Now: noon})
	require.Equal(t, ends("client:other"), after.Endpoints)
}

func TestDirectory_takesAndGivesCopies(t *testing.T) {
	t.Parallel()
	d := acme(t)
	mine := ends("client:zoe")
	agents, err := d.Put(noon, extension.Agent{ID: "zoe", Endpoints: mine})
	require.NoError(t, err)
	given, _ := d.Agent("zoe")
	turned, err := d.SetPresence("zoe", extension.Busy, "")
	require.NoError(t, err)
	held, _ := d.Holder("1005")
	lists := [][]extension.Endpoint{mine, agents[0].Endpoints, given.Endpoints, turned.Endpoints, held.Endpoints}
	for a := range d.At("client:zoe") {
		lists = append(lists, a.Endpoints)
	}
	for a := range d.Agents() {
		lists = append(lists, a.Endpoints)
	}
	require.Len(t, lists, 11)
	for _, list := range lists {
		list[0].Address = "client:mallory"
	}
	for a := range d.Agents() {
		require.NotContains(t, a.Endpoints[0].Address, "mallory")
	}
	require.Equal(t, "client:zoe", d.Party("zoe", "").Endpoints[0].Address)
}

func TestFind_callersOwnExtensionIsBusy(t *testing.T) {
	t.Parallel()
	d := acme(t)
	require.Equal(t, "busy ada", dialled(d, "1001", extension.Inquiry{Caller: "+12025550111", Now: noon}))
	require.Equal(t, "busy grace", dialled(d, "1002", extension.Inquiry{Caller: "sip:grace@PBX.example.com", Now: noon}))
	require.Equal(t, "available mary", dialled(d, "1004", extension.Inquiry{Caller: "+12025550111", Now: noon}))
}

func TestFind_anEndpointInUseIsBusyForEverybodyWhoHasIt(t *testing.T) {
	t.Parallel()
	d := acme(t)
	// Ada and Mary share a desk; Mary has an app besides.
	require.NoError(t, change(t, d, "mary", func(a *extension.Agent) { a.Endpoints = ends("client:mary", "tel:+12025550111") }))
	require.NoError(t, d.Hold("ada", "c1", noon.Add(time.Minute)))
	require.Equal(t, "busy mary", dialled(d, "1004", extension.Inquiry{Call: "c2", Now: noon}))
	require.Equal(t, "available mary", dialled(d, "1004", extension.Inquiry{Call: "c1", Now: noon}), "the call may move on to her")
	require.False(t, d.Free("mary", extension.Inquiry{Now: noon}))
	require.ErrorIs(t, d.Hold("mary", "c2", noon), extension.ErrHeld)

	require.True(t, d.Release("ada", "c1"))
	require.Equal(t, "available mary", dialled(d, "1004", extension.Inquiry{Now: noon}))
	require.True(t, d.Free("mary", extension.Inquiry{Now: noon}))
	require.NoError(t, d.Hold("mary", "c2", noon))
	require.Equal(t, "busy ada", dialled(d, "1001", extension.Inquiry{Now: noon}))

	require.NoError(t, change(t, d, "mary", func(a *extension.Agent) { a.Endpoints = ends("client:mary") }))
	require.Equal(t, "busy ada", dialled(d, "1001", extension.Inquiry{Now: noon}), "the desk rings on, though it is Mary's no more")
	require.True(t, d.Release("mary", "c2"))
	require.Equal(t, "available ada", dialled(d, "1001", extension.Inquiry{Now: noon}))
}

func TestClass_byIDAnswersAsByExtension(t *testing.T) {
	t.Parallel()
	d := acme(t)
	for a := range d.Agents() {
		class, _ := d.Find(a.Extension, extension.Inquiry{Now: noon})
		require.Equal(t, class, d.Class(a.ID, extension.Inquiry{Now: noon}))
	}
	require.Equal(t, extension.ClassUnknown, d.Class("nobody", extension.Inquiry{}))
	require.False(t, d.Free("nobody", extension.Inquiry{}))
}

func TestLookups_byIDByExtensionAndByEndpoint(t *testing.T) {
	t.Parallel()
	d := acme(t)
	ada, ok := d.Agent("ada")
	require.True(t, ok)
	require.Equal(t, "1001", ada.Extension)
	_, ok = d.Agent("nobody")
	require.False(t, ok)

	grace, ok := d.Holder("1002")
	require.True(t, ok)
	require.Equal(t, "grace", grace.ID)
	_, ok = d.Holder("1005")
	require.False(t, ok)

	at := func(address string) (ids []string) {
		for a := range d.At(address) {
			ids = append(ids, a.ID)
		}
		return ids
	}
	require.Equal(t, []string{"ada"}, at("tel:+12025550111"))
	require.Equal(t, []string{"ada"}, at("+12025550111"))
	require.Equal(t, []string{"grace"}, at("sips:grace@PBX.example.com;transport=tls"))
	require.Empty(t, at("+12025550199"))

	require.NoError(t, change(t, d, "mary", func(a *extension.Agent) { a.Endpoints = append(a.Endpoints, ends("tel:+12025550111")...) }))
	require.Equal(t, []string{"ada", "mary"}, at("+12025550111"))
	for a := range d.At("+12025550111") {
		require.Equal(t, "ada", a.ID)
		break
	}
	for a := range d.Agents() {
		require.Equal(t, "ada", a.ID)
		break
	}
}

func TestHeldAt_isTheCallThatRingsThere(t *testing.T) {
	t.Parallel()
	d := acme(t)
	_, held := d.HeldAt("+12025550111")
	require.False(t, held)
	require.NoError(t, d.Hold("ada", "c1", noon))
	call, held := d.HeldAt("+12025550111")
	require.True(t, held)
	require.Equal(t, "c1", call)
	_, held = d.HeldAt("")
	require.False(t, held)
}

func TestRestore_takesWhatAStoreKept(t *testing.T) {
	t.Parallel()
	d := acme(t)
	require.NoError(t, d.Hold("ada", "c1", noon.Add(time.Minute)))
	d.Missed("mary", extension.Unanswered, noon)
	require.NoError(t, change(t, d, "linus", func(a *extension.Agent) { a.Extension = "2000" }))
	_, err := d.Remove(noon, "grace")
	require.NoError(t, err)

	copied, err := extension.Restore(d.Config(), slices.Collect(d.Agents()), slices.Collect(d.Quarantined()))
	require.NoError(t, err)
	require.Equal(t, slices.Collect(d.Agents()), slices.Collect(copied.Agents()))
	require.Equal(t, slices.Collect(d.Quarantined()), slices.Collect(copied.Quarantined()))
	call, held := copied.HeldAt("+12025550111")
	require.True(t, held)
	require.Equal(t, "c1", call)
	for _, entry := range []string{"1001", "1002", "1003", "1004", "1005", "2000", "200"} {
		require.Equal(t, dialled(d, entry, extension.Inquiry{Now: noon}), dialled(copied, entry, extension.Inquiry{Now: noon}), entry)
	}
	next, err := copied.NextFree(noon)
	require.NoError(t, err)
	require.Equal(t, "1005", next, "1002 and 1003 rest")
}

func TestRestore_refusesWhatCannotHaveBeen(t *testing.T) {
	t.Parallel()
	ada := extension.Agent{ID: "ada", Name: "Ada Lovelace", Extension: "1001"}
	resting := extension.Claim{Extension: "1001", Agent: "grace", Until: noon}
	for name, c := range map[string]struct {
		agents  []extension.Agent
		resting []extension.Claim
		is      error
		says    string
	}{
		"no id":              {[]extension.Agent{{Extension: "1001"}}, nil, extension.ErrAgent, "no id"},
		"no extension":       {[]extension.Agent{{ID: "ada"}}, nil, extension.ErrAgent, `ada has the extension ""`},
		"a long extension":   {[]extension.Agent{{ID: "ada", Extension: "123456789"}}, nil, extension.ErrAgent, "it takes 1 to 8 digits"},
		"the same id":        {[]extension.Agent{ada, {ID: "ada", Extension: "1002"}}, nil, extension.ErrTaken, "two agents with the id ada"},
		"the same extension": {[]extension.Agent{ada, {ID: "grace", Extension: "1001"}}, nil, extension.ErrTaken, "1001 is there twice, of Ada Lovelace and of grace"},
		"held and resting":   {[]extension.Agent{ada}, []extension.Claim{resting}, extension.ErrTaken, "1001 is there twice, of grace and of Ada Lovelace"},
		"an endless rest":    {nil, []extension.Claim{{Extension: "1001", Agent: "grace"}}, extension.ErrAgent, "the quarantine of 1001 has no end"},
	} {
		_, err := extension.Restore(extension.Config{}, c.agents, c.resting)
		require.ErrorIs(t, err, c.is, name)
		require.ErrorContains(t, err, c.says, name)
	}
	_, err := extension.Restore(extension.Config{Range: extension.Range{Length: 1}}, nil, nil)
	require.ErrorIs(t, err, extension.ErrRange)
}

func TestClone_changesOnItsOwn(t *testing.T) {
	t.Parallel()
	d := acme(t)
	c := d.Clone()
	require.NoError(t, d.Hold("mary", "c0", noon, ends("tel:+12025550114")...))
	e := d.Clone()
	require.NoError(t, c.Hold("ada", "c1", noon))
	require.NoError(t, c.Join("support", "linus"))
	_, err := c.Remove(noon, "mary")
	require.NoError(t, err)

	require.Equal(t, "available ada", dialled(d, "1001", extension.Inquiry{Now: noon}))
	require.True(t, d.Release("mary", "c0"))
	require.Equal(t, "available mary", dialled(d, "1004", extension.Inquiry{Now: noon}))
	require.Equal(t, "busy mary", dialled(e, "1004", extension.Inquiry{Now: noon}))
	require.Equal(t, []string{"ada", "mary"}, d.Members("support"))
	require.Equal(t, []string{"ada", "linus"}, c.Members("support"))
	require.Equal(t, []string{"support"}, d.QueuesOf("mary"))
	require.Empty(t, d.QueuesOf("linus"))
}

func TestClone_keepsWhatReallyRings(t *testing.T) {
	t.Parallel()
	d := acme(t)
	require.NoError(t, d.Hold("ada", "c1", noon, ends("client:ada")...))
	require.NoError(t, d.Hold("linus", "c2", noon))
	_, err := d.Remove(noon, "linus")
	require.NoError(t, err)

	c := d.Clone()
	_, held := c.HeldAt("+12025550111")
	require.False(t, held, "her app rings, not her desk")
	require.True(t, c.Release("ada", "c1"))
	require.True(t, c.Release("linus", "c2"), "though he is deleted")
	for caller, by := range map[number.E164]string{"client:ada": "c1", "+12025550113": "c2"} {
		call, held := d.HeldAt(caller)
		require.True(t, held)
		require.Equal(t, by, call)
	}
}

func TestConfigure_leavesExtensionsWithWhoHasThem(t *testing.T) {
	t.Parallel()
	d := acme(t)
	require.ErrorIs(t, d.Configure(extension.Config{Range: extension.Range{Length: 1}}), extension.ErrRange)
	require.Equal(t, 4, d.Config().Range.Length, "nothing has changed")

	require.NoError(t, d.Configure(extension.Config{Range: extension.Range{Length: 5}}))
	require.Equal(t, "available ada", dialled(d, "1001", extension.Inquiry{Now: noon}), "she keeps her four digits")
	require.Equal(t, "partial", dialled(d, "1005", extension.Inquiry{Now: noon}))
	require.NoError(t, change(t, d, "ada", func(a *extension.Agent) { a.Name = "Ada King" }), "and may change otherwise")

	err := d.Check("10015", "", noon)
	require.ErrorIs(t, err, extension.ErrPrefix)
	require.EqualError(t, err, "extension begins like another: 10015 and 1001, which is held by Ada King; the next free one is 10000")
	require.NoError(t, d.Check("10015", "ada", noon), "she may add a digit to her own")

	_, err = d.Put(noon, extension.Agent{ID: "zoe", Extension: "20015"})
	require.NoError(t, err)
	require.NoError(t, d.Configure(extension.Config{Range: extension.Range{Length: 4, First: 2001, Last: 2002}}))
	require.Equal(t, "partial", dialled(d, "2001", extension.Inquiry{Now: noon}), "the beginning of Zoe's")
	require.Equal(t, "unknown", dialled(d, "2002", extension.Inquiry{Now: noon}))
	next, err := d.NextFree(noon)
	require.NoError(t, err)
	require.Equal(t, "2002", next)
	require.EqualError(t, d.Check("2001", "", noon), "extension begins like another: 2001 and 20015, which is held by zoe; the next free one is 2002")
	require.NoError(t, d.Check("2001", "zoe", noon))

	// Where every entry ends with #, the beginning of another is no obstacle.
	require.NoError(t, d.Configure(extension.Config{Range: extension.Range{Length: 4, First: 2001, Last: 2002, TerminatorRequired: true}}))
	require.NoError(t, d.Check("2001", "", noon))
	next, err = d.NextFree(noon)
	require.NoError(t, err)
	require.Equal(t, "2001", next)
	require.NoError(t, d.Configure(extension.Config{Range: extension.Range{Length: 5, First: 10010, Last: 10019, TerminatorRequired: true}}))
	next, err = d.NextFree(noon)
	require.NoError(t, err)
	require.Equal(t, "10010", next, "beside Ada's 1001")

	// A change of the account's range counts from the claims, not from before.
	require.NoError(t, d.Configure(extension.Config{Range: extension.Range{Length: 4, First: 2001, Last: 2002}}))
	_, err = d.Remove(noon, "zoe")
	require.NoError(t, err)
	require.Equal(t, "partial", dialled(d, "2001", extension.Inquiry{Now: noon}), "Zoe's rests")
	next, err = d.NextFree(noon.Add(extension.DefaultQuarantine))
	require.NoError(t, err)
	require.Equal(t, "2001", next)
}
