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

// draw adds the picture of what the thing leads to.
// Where the draft has faults it is drawn without them, and what they are in is outlined.
func (c *Console) draw(data *editData, k checked, root string) {
	b := k.Book
	if b == nil {
		b, data.Mended = k.mended, true
	}
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
		Link: func(id flow.StepID) string { return linkOf(root, names[id]) }, Broken: broken(k.Faults, names),
	})
	data.Outline = picture.Outline(chart)
}

// broken are the steps whose settings have faults.
func broken(faults account.Faults, names map[flow.StepID]string) map[flow.StepID]string {
	count := map[flow.StepID]int{}
	for id, name := range names {
		path := thingOf(name)
		for _, f := range faults {
			if path != "" && (f.Path == path || strings.HasPrefix(f.Path, path+".") || strings.HasPrefix(f.Path, path+"[")) {
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

// thingOf is the path of what a step is of, as in "flows.front-desk"; empty for the library's.
func thingOf(step string) string {
	for section, kind := range leadsTo {
		if name, ok := strings.CutPrefix(step, kind+" "); ok {
			return section + "." + strings.TrimSuffix(name, ": ring")
		}
	}
	return ""
}

// firstFields are the first fields of forms, which a step of the picture leads to.
var firstFields = map[string]string{"flows": "#f-greeting~m", "menus": "#f-prompt~m", "queues": "#f-strategy", "mailboxes": "#f-greeting~m", "questions": "#f-limit", "directories": "#f-prompt~m"}

// linkOf is the editor of a step, from a page that root leads from to the console's root.
func linkOf(root, step string) string {
	for prefix, section := range map[string]string{"flow ": "flows", "menu ": "menus", "queue ": "queues", "voicemail ": "mailboxes", "ask ": "questions", "directory ": "directories"} {
		if name, ok := strings.CutPrefix(step, prefix); ok {
			at := firstFields[section]
			if of, rings := strings.CutSuffix(name, ": ring"); rings {
				name, at = of, map[string]string{"flows": "#f-ring.time", "directories": "#f-flow"}[section]
			}
			return root + section + "/" + url.PathEscape(name) + at
		}
	}
	return "#main"
}
