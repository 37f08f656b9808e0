package console

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/flow/picture"
)

// The picture of what a thing leads to, on the page where it is edited.

// draw adds the picture of what the thing leads to in a book, if there is one, and
// outlines what the faults are in.
func (data *editData) draw(b *flow.Book, faults account.Faults, root string) {
	if b == nil {
		return
	}
	id, ok := b.Entry(leadsTo[data.Section] + " " + data.Name)
	if !ok {
		return
	}
	all := b.Chart()
	var starts []flow.ChartStart
	for _, s := range all.Starts {
		if s.To == id {
			starts = append(starts, s)
		}
	}
	chart := reach(all, starts, []flow.StepID{id})
	names := map[flow.StepID]string{}
	for _, s := range chart.Steps {
		names[s.ID] = s.Name
	}
	data.Svg = picture.New(chart).SVG(picture.Look{
		Page: true, Title: "What " + data.Name + " leads to",
		Link: func(id flow.StepID) string { return linkOf(root, names[id]) }, Broken: broken(faults, names),
	})
	data.Outline = picture.Outline(chart)
}

// broken are the steps whose settings have faults.
func broken(faults account.Faults, names map[flow.StepID]string) map[flow.StepID]string {
	count := map[flow.StepID]int{}
	for id, name := range names {
		t, _ := thingOf(name)
		path := t.Section + "." + t.Name
		for _, f := range faults {
			if t.Name != "" && (f.Path == path || strings.HasPrefix(f.Path, path+".") || strings.HasPrefix(f.Path, path+"[")) {
				count[id]++
			}
		}
	}
	out := map[flow.StepID]string{}
	for id, n := range count {
		out[id] = fmt.Sprintf("%d to put right", n)
	}
	return out
}

// thingOf is what a step is of; nothing for the library's. Rings are the steps of a flow or
// a directory that ring.
func thingOf(step string) (t thing, rings bool) {
	for section, kind := range leadsTo {
		if name, ok := strings.CutPrefix(step, kind+" "); ok {
			name, rings = strings.CutSuffix(name, ": ring")
			return thing{section, name}, rings
		}
	}
	return thing{}, false
}

// firstFields are the first fields of forms, which a step of the picture leads to.
var firstFields = map[string]string{"flows": "#f-greeting~m", "menus": "#f-prompt~m", "queues": "#f-strategy", "mailboxes": "#f-greeting~m", "questions": "#f-limit", "directories": "#f-prompt~m"}

// linkOf is the editor of a step, from a page that root leads from to the console's root.
func linkOf(root, step string) string {
	t, rings := thingOf(step)
	if t.Section == "" {
		return "#main"
	}
	at := firstFields[t.Section]
	if rings {
		at = map[string]string{"flows": "#f-ring.time", "directories": "#f-flow"}[t.Section]
	}
	return root + t.Section + "/" + url.PathEscape(t.Name) + at
}
