package account

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
)

// What is checked across the document: one part of it against the others.

// checkRelease checks the settings of the release against everything else. What
// follows from a fault that was told already is left out.
func (r *reader) checkRelease(doc *Document, d *draft) {
	w := flow.World{
		Extensions: map[string]bool{}, Agents: map[string]bool{},
		Numbers: map[number.E164]bool{}, Personal: map[string]bool{},
		Files: r.files,
	}
	for _, a := range d.agents {
		w.Agents[a.ID], w.Extensions[a.Extension] = true, true
		if a.Mailbox != "" {
			w.Personal[a.Mailbox] = true
		}
	}
	for _, a := range d.numbers {
		w.Numbers[a.Number] = true
	}
	r.zone("settings.timezone", doc.Settings.Defaults.Timezone)
	for _, name := range slices.Sorted(maps.Keys(doc.Settings.Hours)) {
		r.zone(under("hours", name)+".timezone", doc.Settings.Hours[name].Timezone)
	}
	told := r.told()
	for _, f := range flow.Check(doc.Settings, w) {
		if !told(f.Path) {
			r.fault(r.lineOf(f.Path), f.Path, "%s", f.Problem)
		}
	}
	for _, f := range flow.CheckSteps(doc.Settings) {
		r.fault(r.lineOf(f.Path), f.Path, "%s", f.Problem)
	}
}

// zone checks that a time zone exists.
func (r *reader) zone(at, name string) {
	if _, err := time.LoadLocation(name); err != nil || name == "Local" {
		r.fault(r.lineOf(at), at, "%.64q is no time zone; write an IANA name such as America/New_York", name)
	}
}

// members checks who is in each queue.
func (r *reader) members(d *draft) map[string][]string {
	ids := map[string]bool{}
	for _, a := range d.agents {
		ids[a.ID] = true
	}
	var members map[string][]string
	for _, name := range slices.Sorted(maps.Keys(d.queues)) {
		for i, id := range d.queues[name].members {
			if id == "" { // told already
				continue
			}
			missing(r, fmt.Sprintf("queues.%s.members[%d]", name, i), "agent", "agents", id, ids)
		}
		if in := d.queues[name].members; len(in) > 0 {
			if members == nil {
				members = map[string][]string{}
			}
			members[name] = in
		}
	}
	return members
}

// ownMailboxes gives agents the mailboxes that name them as their owners.
func (r *reader) ownMailboxes(d *draft) {
	agents, owned := map[string]*agent{}, map[*agent]bool{}
	for i := range d.agents {
		agents[d.agents[i].ID] = &d.agents[i]
	}
	for _, name := range slices.Sorted(maps.Keys(d.mailboxes)) {
		a, ok := agents[d.mailboxes[name].Owner]
		switch {
		case !ok || owned[a] || a.MailboxName() == name:
		case a.Mailbox == "":
			a.Mailbox, owned[a] = name, true
		default:
			path := under(a.path, "mailbox")
			r.fault(r.lineOf(path), path, "the agent owns the mailbox %.64q and cannot have %.64q as well; write one of them", name, a.Mailbox)
		}
	}
}

// extensionRange is the rules for extensions; false where they make no sense,
// which is told.
func (r *reader) extensionRange(s *settings) (extension.Range, bool) {
	rules := extension.Range{Length: s.ExtensionLength, Reserved: s.reserved}
	length := cmp.Or(rules.Length, extension.DefaultLength)
	if length < extension.MinLength || length > extension.MaxLength {
		return rules, false // flow.Check tells it
	}
	for i, end := range []string{s.first, s.last} {
		if end != "" && len(end) != length {
			path := fmt.Sprintf("settings.extension_range[%d]", i)
			r.fault(r.lineOf(path), path, "%s has %d digits; extensions here have %d", end, len(end), length)
			return rules, false
		}
	}
	rules.First, _ = strconv.Atoi(s.first)
	rules.Last, _ = strconv.Atoi(s.last)
	if err := (extension.Range{Length: rules.Length, First: rules.First, Last: rules.Last}).Validate(); err != nil {
		r.fault(r.lineOf("settings.extension_range"), "settings.extension_range", "%v", err)
		return rules, false
	}
	right := true
	for i, entry := range s.reserved {
		if err := (extension.Range{Reserved: []string{entry}}).Validate(); err != nil {
			path := fmt.Sprintf("settings.reserved[%d]", i)
			r.fault(r.lineOf(path), path, "%v", err)
			right = false
		}
	}
	return rules, right
}
