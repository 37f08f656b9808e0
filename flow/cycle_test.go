package flow

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
)

// circles are the faults of the sample account, changed so that it goes round.
func circles(t *testing.T, change func(*Settings)) []string {
	t.Helper()
	s := sampleSettings()
	change(&s)
	b, err := Compile(s)
	if err == nil {
		return nil
	}
	require.Nil(t, b)
	require.ErrorIs(t, err, ErrSettings)
	var faults []string
	for _, f := range err.(Faults) {
		faults = append(faults, f.Error())
	}
	return faults
}

func TestCycles_withoutACallersKeyAreRefused(t *testing.T) {
	t.Parallel()
	silent := func(s *Settings, to *Dest) {
		f := s.Flows["front-desk"]
		f.NoInput = to
		s.Flows["front-desk"] = f
	}
	const advice = "; let one of these end the call, or ask for a key"
	for name, is := range map[string]struct {
		change func(*Settings)
		fault  string
	}{
		"silence back to the flow": {
			func(s *Settings) { silent(s, ToFlow("front-desk")) },
			"flows.front-desk: leads back to itself without the caller keying anything: flow front-desk → flow front-desk" + advice,
		},
		"max wait to the same queue": {
			func(s *Settings) { s.Queues["support"] = Queue{OnMaxWait: ToQueue("support")} },
			"queues.support: leads back to itself without the caller keying anything: queue support → queue support" + advice,
		},
		"from queue to queue": {
			func(s *Settings) {
				s.Queues["support"] = Queue{OnMaxWait: ToQueue("sales")}
				s.Queues["sales"] = Queue{OnNoMembers: ToQueue("support")}
			},
			"queues.sales: leads back to itself without the caller keying anything: queue sales → queue support → queue sales" + advice,
		},
		"silence, ring and repeats used up": {
			func(s *Settings) {
				silent(s, ToExtension("1001", ToMenu("main")))
				m := s.Menus["main"]
				m.AfterRepeats = ToFlow("front-desk")
				s.Menus["main"] = m
			},
			"menus.main: leads back to itself without the caller keying anything: menu main → flow front-desk → ring 1001, else menu main → menu main" + advice,
		},
		"an agent's full mailbox to the agent's mailbox": {
			func(s *Settings) {
				s.Mailboxes["hers"] = Mailbox{Owner: "grace", MaxMessages: 5, OnFull: ToPersonal()}
			},
			"mailboxes.hers: leads back to itself without the caller keying anything: voicemail of the agent keyed → voicemail hers → voicemail of the agent keyed" + advice,
		},
		"hours and a handoff": {
			func(s *Settings) {
				s.Hours = map[string]Hours{"office": {Open: map[string][]Span{"mon": {{540, 1020}}}}}
				m := s.Menus["main"]
				m.Hours = "office"
				m.Closed = ToHandoff(extension.Endpoint{Address: "tel:+12025550199"}, ToMenu("main"))
				s.Menus["main"] = m
			},
			"menus.main: leads back to itself without the caller keying anything: hours of menu main → hand off to tel:+12025550199, else menu main → hours of menu main" + advice,
		},
	} {
		require.Equal(t, []string{is.fault}, circles(t, is.change), name)
	}
}

func TestCycles_areToldBesideOtherFaults(t *testing.T) {
	t.Parallel()
	faults := circles(t, func(s *Settings) {
		s.Queues["support"] = Queue{Ring: time.Second, OnMaxWait: ToQueue("support")}
		s.Queues["sales"] = Queue{OnMaxWait: ToQueue("elsewhere"), OnNoMembers: &Dest{To: "moon"}} // no circle
		s.Menus["blank"] = Menu{Keys: map[string]Dest{"": *ToMenu("main"), "12": {}}, NoInput: Repeat(nil), AfterRepeats: Repeat(nil)}
		s.Mailboxes["hers"] = Mailbox{Owner: "grace", Keys: map[string]Dest{"": *ToPersonal()}}
	})
	require.Contains(t, faults, "queues.support.ring: 1s is out of range; write 5s to 2m")
	around := slices.DeleteFunc(faults, func(f string) bool { return !strings.Contains(f, "leads back to itself") })
	require.Equal(t, []string{
		"queues.support: leads back to itself without the caller keying anything: queue support → queue support; let one of these end the call, or ask for a key",
	}, around)
}

func TestCycles_withACallersKeyInThemAreFine(t *testing.T) {
	t.Parallel()
	require.Empty(t, circles(t, func(s *Settings) {
		f := s.Flows["front-desk"]
		f.Star, f.Invalid, f.NoAnswer = ToFlow("front-desk"), ToMenu("main"), Repeat(nil)
		s.Flows["front-desk"] = f
		s.Menus["main"].Keys["1"] = *ToFlow("front-desk")
		s.Queues["support"] = Queue{LeaveKey: "*", OnLeave: ToQueue("support"), OnMaxWait: ToVoicemail("team")}
		s.Mailboxes["team"] = Mailbox{Keys: map[string]Dest{"1": *ToVoicemail("team")}, MaxMessages: 9}
	}))
}

func TestCycles_areLookedForQuicklyInALargeAccount(t *testing.T) {
	t.Parallel()
	s := Settings{Menus: map[string]Menu{}}
	name := func(i int) string { return "m" + time.Duration(i).String() }
	for i := range 5000 {
		s.Menus[name(i)] = Menu{
			Prompt: *Say("x"), Keys: map[string]Dest{"1": *ToMenu(name(0))},
			NoInput: ToMenu(name(i + 1)), AfterRepeats: ToMenu(name(i + 1)),
		}
	}
	s.Menus[name(5000)] = Menu{Prompt: *Say("x"), Keys: map[string]Dest{"1": *HangUp(nil)}}
	b, err := Compile(s)
	require.NoError(t, err)
	start := time.Now()
	require.Empty(t, b.cycles())
	require.Less(t, time.Since(start), 5*time.Second)
}
