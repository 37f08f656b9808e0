package flow_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
)

// Personal is somebody's mailbox only where an extension can have been keyed.
func TestCheck_followsWhereAnExtensionCanHaveBeenKeyed(t *testing.T) {
	t.Parallel()
	voicemail := flow.ToPersonal()
	box := func(m flow.Mailbox) flow.Settings {
		return flow.Settings{Mailboxes: map[string]flow.Mailbox{"box": m}}
	}
	queue := flow.Settings{Queues: map[string]flow.Queue{"q": {OnMaxWait: voicemail}}}
	with := func(s flow.Settings, flows map[string]flow.Flow) flow.Settings {
		s.Flows = flows
		return s
	}
	for name, c := range map[string]struct {
		s     flow.Settings
		w     flow.World
		fault string // the path; none where it is empty
	}{
		"nobody leads there":         {s: queue, fault: "queues.q.on_max_wait.voicemail"},
		"a number leads there":       {s: entering(queue, flow.ToQueue("q")), fault: "queues.q.on_max_wait.voicemail"},
		"a flow's star leads there":  {s: with(queue, map[string]flow.Flow{"f": {Star: flow.ToQueue("q")}}), fault: "queues.q.on_max_wait.voicemail"},
		"rule a leads there":         {s: with(queue, map[string]flow.Flow{"f": {Unavailable: flow.ToQueue("q")}})},
		"rule b leads there":         {s: with(queue, map[string]flow.Flow{"f": {NoAnswer: flow.ToQueue("q")}})},
		"rule c leads there":         {s: with(queue, map[string]flow.Flow{"f": {Busy: flow.ToQueue("q")}})},
		"through another flow":       {s: with(queue, map[string]flow.Flow{"f": {Busy: flow.ToFlow("g")}, "g": {NoInput: flow.ToQueue("q")}})},
		"through its default star":   {s: starring(with(queue, map[string]flow.Flow{"f": {Busy: flow.ToFlow("g")}, "g": {}}))},
		"a handoff's otherwise":      {s: with(queue, map[string]flow.Flow{"f": {Busy: flow.ToHandoff(extension.Endpoint{Address: "client:x"}, flow.ToQueue("q"))}})},
		"a number that rings first":  {s: entering(queue, flow.ToExtension("1001", flow.ToQueue("q")))},
		"the otherwise itself":       {s: entering(flow.Settings{}, flow.ToExtension("1001", voicemail))},
		"a number's handoff":         {s: entering(flow.Settings{}, flow.ToHandoff(extension.Endpoint{Address: "client:x"}, voicemail)), fault: "numbers.n.handoff.otherwise.voicemail"},
		"a mailbox of nobody's":      {s: box(flow.Mailbox{OnFull: voicemail}), fault: "mailboxes.box.on_full.voicemail"},
		"an agent's mailbox":         {s: box(flow.Mailbox{OnFull: voicemail, Owner: "ada"})},
		"a mailbox that agents use":  {s: box(flow.Mailbox{OnFull: voicemail}), w: flow.World{Personal: map[string]bool{"box": true}}},
		"a key of its greeting":      {s: box(flow.Mailbox{Keys: map[string]flow.Dest{"1": *voicemail}, Owner: "ada"})},
		"a menu's key on the way":    {s: with(menu(queue, map[string]flow.Dest{"1": *flow.ToQueue("q")}), map[string]flow.Flow{"f": {Busy: flow.ToMenu("m")}})},
		"a menu that nobody reaches": {s: menu(flow.Settings{}, map[string]flow.Dest{"1": *voicemail}), fault: "menus.m.keys.1.voicemail"},
		"with a default mailbox":     {s: standIn(queue)},
	} {
		faults := flow.Check(c.s, c.w)
		if c.fault == "" {
			require.Empty(t, faults, name)
			continue
		}
		require.Len(t, faults, 1, name)
		require.Equal(t, c.fault, faults[0].Path, name)
		require.Contains(t, faults[0].Problem, "nobody's extension can have been keyed here", name)
	}
}

func entering(s flow.Settings, d *flow.Dest) flow.Settings {
	s.Entries = map[string]flow.Entry{"n": {Dest: *d}}
	return s
}

func starring(s flow.Settings) flow.Settings {
	s.Defaults.DefaultQueue = "q"
	return s
}

func standIn(s flow.Settings) flow.Settings {
	s.Mailboxes = map[string]flow.Mailbox{"team": {}}
	s.Defaults.DefaultMailbox = "team"
	return s
}

func menu(s flow.Settings, keys map[string]flow.Dest) flow.Settings {
	s.Menus = map[string]flow.Menu{"m": {Prompt: *flow.Say("Press."), Keys: keys}}
	return s
}
