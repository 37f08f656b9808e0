package flow

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Mermaid draws the book's transition table as a Mermaid flowchart: the numbers
// and everything that a call can get to, in the order in which it gets there. The
// same book is always the same text.
func (b *Book) Mermaid() string {
	d := drawing{b: b, ids: map[StepID]string{}}
	d.line("flowchart TD")
	for i, name := range slices.Sorted(maps.Keys(b.settings.Entries)) {
		start := "in" + strconv.Itoa(i+1)
		d.line("    %s([%s])", start, drawn(name))
		d.line("    %s --> %s", start, d.id(b.entries[name]))
	}
	done := 0
	for _, name := range append([]string{""}, b.EntryNames()...) { // what no number leads to is there all the same
		if name != "" {
			d.id(b.entries[name])
		}
		for ; done < len(d.steps); done++ { // drawing a step finds those that it leads to
			d.step(d.steps[done])
		}
	}
	return d.text.String()
}

// drawing is a chart in the making.
type drawing struct {
	b     *Book
	text  strings.Builder
	ids   map[StepID]string
	steps []StepID // found, in order
}

func (d *drawing) line(format string, args ...any) {
	fmt.Fprintf(&d.text, format, args...)
	d.text.WriteByte('\n')
}

// id is what a step is called in the chart.
func (d *drawing) id(step StepID) string {
	id, ok := d.ids[step]
	if !ok {
		d.steps = append(d.steps, step)
		id = "s" + strconv.Itoa(len(d.steps))
		d.ids[step] = id
	}
	return id
}

// shapes are what the actions look like, with a gap for the text.
var shapes = [...]string{
	nothing: "[%s]", play: ">%s]", collect: "[/%s/]", ring: "{{%s}}", record: "[(%s)]", queue: "[[%s]]", hours: "{%s}", end: "(%s)", leg: "([%s])",
}

// step draws a step and the ways out of it: one for each step that it leads to,
// with all the outcomes that lead there.
func (d *drawing) step(at StepID) {
	n := &d.b.nodes[at]
	about := []string{n.name}
	if n.action == collect {
		about = append(about, "repeats: "+strconv.Itoa(int(n.repeats)))
	}
	if n.back != 0 {
		about = append(about, string(n.back)+": back")
	}
	d.line("    %s"+shapes[n.action], d.id(at), drawn(about...))

	labels := map[StepID][]string{}
	var to []StepID
	way := func(next StepID, label string) {
		if labels[next] == nil {
			to = append(to, next)
		}
		labels[next] = append(labels[next], label)
	}
	for o, next := range n.next {
		if next != 0 {
			way(next, Outcome(o).String())
		}
	}
	if n.personal {
		d.owners(n, way)
	}
	for _, next := range to {
		d.line("    %s -->|%s| %s", d.id(at), drawn(strings.Join(labels[next], ", ")), d.id(next))
	}
}

// owners draws whose mailbox it can be that is the keyed agent's.
func (d *drawing) owners(n *node, way func(StepID, string)) {
	way(n.variant(d.b.boxes[Personal]), "any agent")
	for _, name := range slices.Sorted(maps.Keys(d.b.settings.Mailboxes)) {
		if owner := d.b.settings.Mailboxes[name].Owner; owner != "" {
			way(n.variant(d.b.boxes[name]), owner)
		}
	}
}

// drawn is text as a chart can hold it, each part on a line of its own.
func drawn(parts ...string) string {
	for i, part := range parts {
		parts[i] = mermaidText.Replace(shortened(part, 60))
	}
	return `"` + strings.Join(parts, "<br/>") + `"`
}

// mermaidText writes what Mermaid or HTML would read as theirs by its code.
var mermaidText = strings.NewReplacer(
	"#", "#35;", `"`, "#quot;", "&", "#amp;", "<", "#lt;", ">", "#gt;", "`", "#96;", "|", "#124;", "\\", "#92;", "\n", " ", "\r", " ", "\t", " ",
)

func shortened(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}
