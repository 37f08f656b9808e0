package flow

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Mermaid draws the book's chart as a Mermaid flowchart. The same book is always
// the same text.
func (b *Book) Mermaid() string {
	var text strings.Builder
	line := func(format string, args ...any) {
		fmt.Fprintf(&text, format, args...)
		text.WriteByte('\n')
	}
	c := b.Chart()
	ids := map[StepID]string{}
	for i, s := range c.Steps {
		ids[s.ID] = "s" + strconv.Itoa(i+1)
	}
	line("flowchart TD")
	for i, start := range c.Starts {
		in := "in" + strconv.Itoa(i+1)
		line("    %s([%s])", in, drawn(start.Name))
		line("    %s --> %s", in, ids[start.To])
	}
	for _, s := range c.Steps {
		line("    %s"+shapes[s.Action], ids[s.ID], drawn(append([]string{s.Name}, s.About...)...))
		for _, w := range s.Ways {
			line("    %s -->|%s| %s", ids[s.ID], drawn(w.String()), ids[w.To])
		}
	}
	return text.String()
}

// shapes are what the actions look like, with a gap for the text.
var shapes = map[string]string{
	"nothing": "[%s]", "play": ">%s]", "collect": "[/%s/]", "ring": "{{%s}}", "record": "[(%s)]",
	"queue": "[[%s]]", "hours": "{%s}", "end": "(%s)", "leg": "([%s])", "speak": ">%s]", "reach": "([%s])", "ask": "((%s))",
	"spell": "[/%s/]",
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
