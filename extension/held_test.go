package extension_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
)

func TestSetPresence_doesNotCountAsAChangeByPeople(t *testing.T) {
	t.Parallel()
	d := acme(t)
	form, _ := d.Agent("ada") // an administrator opens the form
	ada, err := d.SetPresence("ada", extension.Away, "lunch")
	require.NoError(t, err)
	require.Equal(t, extension.Away, ada.Presence)
	require.Equal(t, "away ada", dialled(d, "1001", extension.Inquiry{Now: noon}))

	form.Name = "Ada King"
	agents, err := d.Put(noon, form)
	require.NoError(t, err)
	require.Equal(t, extension.Away, agents[0].Presence, "saving the form does not bring her back")

	_, err = d.SetPresence("nobody", extension.Away, "")
	require.ErrorIs(t, err, extension.ErrNoAgent)
	_, err = d.SetPresence("ada", "lunch", "")
	require.ErrorIs(t, err, extension.ErrAgent)
}

func TestHold_reservesOneAgentForOneCall(t *testing.T) {
	t.Parallel()
	d := acme(t)
	require.NoError(t, d.Hold("ada", "c1", noon.Add(time.Minute)))
	require.Equal(t, "busy ada", dialled(d, "1001", extension.Inquiry{Now: noon}))
	require.Equal(t, "busy ada", dialled(d, "1001", extension.Inquiry{Now: noon.Add(time.Hour)}), "a lease that has run out still holds")
	require.EqualError(t, d.Hold("ada", "c2", noon), "agent held by another call: ada")
	require.NoError(t, d.Hold("ada", "c1", noon.Add(time.Hour)))
	ada, _ := d.Agent("ada")
	require.Equal(t, noon.Add(time.Hour), ada.Duty.HeldUntil)

	require.False(t, d.Release("ada", "c2"))
	require.True(t, d.Release("ada", "c1"))
	require.False(t, d.Release("ada", "c1"))
	require.False(t, d.Release("ada", ""))
	require.False(t, d.Release("nobody", "c1"))
	require.Equal(t, "available ada", dialled(d, "1001", extension.Inquiry{Now: noon}))
}

func TestHold_reservesTheEndpointsThatReallyRing(t *testing.T) {
	t.Parallel()
	d := acme(t)
	require.NoError(t, change(t, d, "mary", func(a *extension.Agent) { a.Endpoints = ends("tel:+12025550111") }))
	require.NoError(t, d.Hold("ada", "c1", noon, ends("client:ada")...))
	require.Equal(t, "available mary", dialled(d, "1004", extension.Inquiry{Now: noon}), "Ada is rung at her app only")
	require.NoError(t, d.Hold("mary", "c2", noon))
	require.True(t, d.Release("mary", "c2"))

	require.NoError(t, d.Hold("ada", "c1", noon, ends("tel:+12025550111")...), "now it is the desk")
	require.Equal(t, "busy mary", dialled(d, "1004", extension.Inquiry{Now: noon}))
	require.ErrorIs(t, d.Hold("mary", "c2", noon), extension.ErrHeld)
	require.NoError(t, change(t, d, "ada", func(a *extension.Agent) { a.Endpoints = ends("client:ada") }))
	require.Equal(t, "busy mary", dialled(d, "1004", extension.Inquiry{Now: noon}), "though the desk is Ada's no more")
	_, held := d.HeldAt("client:ada")
	require.False(t, held)

	// A call that passes from one to the other may hold the second before it frees the first.
	require.NoError(t, d.Hold("mary", "c1", noon))
	require.True(t, d.Release("ada", "c1"))
	call, held := d.HeldAt("+12025550111")
	require.True(t, held)
	require.Equal(t, "c1", call)
	require.True(t, d.Release("mary", "c1"))
	_, held = d.HeldAt("+12025550111")
	require.False(t, held)
}

func TestMissedAndTalked_reachTheAgent(t *testing.T) {
	t.Parallel()
	d := acme(t)
	q := extension.Inquiry{Now: noon}
	require.True(t, d.Free("ada", q))
	require.False(t, d.Missed("ada", extension.Declined, noon))
	require.False(t, d.Free("ada", q))
	require.False(t, d.Missed("ada", extension.Declined, noon))
	require.True(t, d.Missed("ada", extension.Declined, noon))
	require.Equal(t, "away ada", dialled(d, "1001", q))
	require.False(t, d.Missed("nobody", extension.Declined, noon))

	d.Talked("mary", noon, 10*time.Second)
	d.Talked("nobody", noon, 10*time.Second)
	mary, _ := d.Agent("mary")
	require.Equal(t, noon, mary.Duty.IdleSince)
	require.False(t, d.Free("mary", q))
	require.True(t, d.Free("mary", extension.Inquiry{Now: noon.Add(10 * time.Second)}))
}

func TestMembers_keepTheirOrder(t *testing.T) {
	t.Parallel()
	d := acme(t)
	require.Equal(t, []string{"ada", "mary"}, d.Members("support"))
	require.NoError(t, d.SetMembers("support", []string{"mary", "linus", "ada"}))
	require.NoError(t, d.SetMembers("sales", []string{"linus"}))
	require.Equal(t, []string{"mary", "linus", "ada"}, d.Members("support"))
	require.Equal(t, []string{"sales", "support"}, d.QueuesOf("linus"))
	require.Equal(t, []string{"sales", "support"}, d.Queues())

	before := d.Members("support")
	require.NoError(t, d.Join("support", "grace"))
	require.NoError(t, d.Join("support", "mary"))
	require.Equal(t, []string{"mary", "linus", "ada", "grace"}, d.Members("support"), "who is a member stays where it is")
	require.True(t, d.Leave("support", "linus"))
	require.False(t, d.Leave("support", "linus"))
	require.Equal(t, []string{"mary", "ada", "grace"}, d.Members("support"))
	require.Equal(t, []string{"sales"}, d.QueuesOf("linus"))
	require.Equal(t, []string{"mary", "linus", "ada"}, before, "what was read does not change")

	require.True(t, d.Leave("sales", "linus"))
	require.Empty(t, d.QueuesOf("linus"))
	require.Equal(t, []string{"support"}, d.Queues())
}

func TestSetMembers_changesNothingWhenItIsRefused(t *testing.T) {
	t.Parallel()
	d := acme(t)
	require.EqualError(t, d.SetMembers("support", []string{"mary", "nobody"}), "queue support: no such agent: nobody")
	require.EqualError(t, d.SetMembers("support", []string{"mary", "mary"}), "queue support: not a valid agent: mary is a member twice")
	require.ErrorIs(t, d.Join("support", "nobody"), extension.ErrNoAgent)
	require.Equal(t, []string{"ada", "mary"}, d.Members("support"))
}

func TestStaffed_whileSomebodyIsAtWork(t *testing.T) {
	t.Parallel()
	d := acme(t)
	q := extension.Inquiry{Now: noon}
	require.True(t, d.Staffed("support", q))
	require.False(t, d.Staffed("sales", q))

	_, err := d.SetPresence("ada", extension.Offline, "")
	require.NoError(t, err)
	_, err = d.SetPresence("mary", extension.Busy, "")
	require.NoError(t, err)
	require.True(t, d.Staffed("support", q), "busy is at work")
	_, err = d.SetPresence("mary", extension.Away, "")
	require.NoError(t, err)
	require.False(t, d.Staffed("support", q))
}
