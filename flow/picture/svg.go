package picture

import (
	"fmt"
	"strings"

	"github.com/extflow/extflow/flow"
)

// Look says how a picture is drawn. The zero value is a picture that stands alone,
// for a file.
type Look struct {
	Title string                   // what it shows; "The flow"
	Link  func(flow.StepID) string // where a step leads who follows it; nil and steps are no links
	Lit   []flow.StepID            // the path of a call so far, with what it came by more than once
	From  string                   // the number at which the path begins
	Now   flow.StepID              // where the call is; 0 is nowhere
	Page  bool                     // part of a page, whose style sheet has the classes

	// Broken are steps that are to be put right, with what is to be said of each in a few
	// words. They are outlined, and the words stand inside.
	Broken map[flow.StepID]string
}

// SVG draws the picture.
func (p Picture) SVG(look Look) string {
	d := drawing{p: p, look: look, lit: map[flow.StepID]bool{}, took: map[[2]flow.StepID]bool{}}
	for i, id := range look.Lit {
		d.lit[id] = true
		if i > 0 {
			d.took[[2]flow.StepID{look.Lit[i-1], id}] = true
		}
	}
	title := look.Title
	if title == "" {
		title = "The flow"
	}
	d.write(`<svg xmlns="http://www.w3.org/2000/svg" class="picture" viewBox="0 0 %d %d" width="%d" height="%d" role="group" aria-label="%s">`,
		p.Width, p.Height, p.Width, p.Height, text(title))
	if !look.Page {
		d.b.WriteString("<style>" + Style + "</style>")
	}
	d.b.WriteString(`<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z" class="tip"/></marker>` +
		`<marker id="tip-lit" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z" class="tip lit"/></marker></defs>`)
	for _, lit := range []bool{false, true} { // those taken above the others
		for _, w := range p.Ways {
			if !w.Row && d.isLit(w) == lit {
				d.way(w)
			}
		}
	}
	for _, b := range p.Boxes {
		d.box(b)
	}
	for _, w := range p.Ways {
		if w.Row {
			d.row(w)
		}
	}
	d.b.WriteString("</svg>\n")
	return d.b.String()
}

type drawing struct {
	p    Picture
	look Look
	b    strings.Builder
	lit  map[flow.StepID]bool
	took map[[2]flow.StepID]bool
}

func (d *drawing) write(format string, args ...any) { fmt.Fprintf(&d.b, format, args...) }

func (d *drawing) isLit(w Way) bool {
	from, to := d.p.Boxes[w.From], d.p.Boxes[w.To]
	if from.Start != "" {
		return from.Start == d.look.From && len(d.look.Lit) > 0 && d.look.Lit[0] == to.ID
	}
	return d.took[[2]flow.StepID{from.ID, to.ID}]
}

func (d *drawing) way(w Way) {
	class, tip := "way", "tip"
	if w.Back {
		class += " back"
	}
	if d.isLit(w) {
		class, tip = class+" lit", "tip-lit"
	}
	d.write(`<g class="%s" role="img" tabindex="0" aria-label="%s"><path d="%s" marker-end="url(#%s)"/>`, class, text(d.says(w)), w.Path, tip)
	if len(w.Lines) > 0 {
		wide, high := widest(w.Lines, smallWide)+8, len(w.Lines)*14+3
		d.write(`<rect x="%d" y="%d" width="%d" height="%d" rx="6"/>`, w.X-wide/2, w.Y-high/2, wide, high)
		for i, line := range w.Lines {
			d.write(`<text x="%d" y="%d">%s</text>`, w.X, w.Y-(len(w.Lines)-1)*7+i*14+4, text(line))
		}
	}
	d.b.WriteString("</g>")
}

// says is a way in words.
func (d *drawing) says(w Way) string {
	on, walked := w.On, ""
	if on == "" {
		on = "a call"
	}
	if d.isLit(w) {
		walked = "; taken by this call"
	}
	return fmt.Sprintf("From %s, on %s, to %s%s", d.p.Boxes[w.From].Name, on, d.p.Boxes[w.To].Name, walked)
}

// row is a way that stands in its box, and leads to the step where there are links.
func (d *drawing) row(w Way) {
	class := "row"
	if d.isLit(w) {
		class += " lit"
	}
	tag, is := "g", ` role="img" tabindex="0" aria-label="`+text(d.says(w))+`"`
	if d.look.Link != nil {
		tag, is = "a", ` href="`+text(d.look.Link(d.p.Boxes[w.To].ID))+`"` // its words are its name
	}
	d.write(`<%s class="%s"%s><text x="%d" y="%d">%s</text></%s>`, tag, class, is, w.X, w.Y, text(strings.Join(w.Lines, " ")), tag)
}

func (d *drawing) box(b Box) {
	class := "step " + b.Kind
	says := b.Does + ": " + b.Name
	if b.About != "" {
		says += ", " + b.About
	}
	if d.lit[b.ID] || b.Start != "" && b.Start == d.look.From && len(d.look.Lit) > 0 {
		class += " lit"
		says += "; this call came by here"
	}
	if b.ID != 0 && b.ID == d.look.Now {
		class += " now"
		says += "; this call is here"
	}
	wrong := ""
	if b.ID != 0 {
		wrong = d.look.Broken[b.ID]
	}
	if wrong != "" {
		class += " broken"
		says += "; to put right: " + wrong
	}
	link := ""
	if d.look.Link != nil && b.ID != 0 {
		link = d.look.Link(b.ID)
	}
	if link != "" {
		d.write(`<a class="%s" href="%s">`, class, text(link)) // its words are its name
	} else {
		d.write(`<g class="%s" role="img" tabindex="0" aria-label="%s">`, class, text(says))
	}
	x, y := b.X-b.W/2, b.Y-b.H/2
	round := 10
	if b.Kind == "number" {
		round = b.H / 2
	}
	d.write(`<rect x="%d" y="%d" width="%d" height="%d" rx="%d"/>`, x, y, b.W, b.H, round)
	if b.Kind == "number" {
		d.write(`<text class="title" x="%d" y="%d" text-anchor="middle">%s</text>`, b.X, b.Y+5, text(b.Name))
	} else {
		d.write(`<path class="icon" transform="translate(%d %d)" d="%s"/>`, x+11, y+11, icons[b.Kind])
		for i, line := range b.Title {
			d.write(`<text class="title" x="%d" y="%d">%s</text>`, x+37, y+20+i*lineHigh, text(line))
		}
		below := b.Does
		if b.About != "" {
			below = b.About
		}
		if wrong != "" {
			below = "✗ " + strings.Join(wrapped(wrong, titleLetters+4, 1), "")
		}
		d.write(`<text class="does" x="%d" y="%d">%s</text>`, x+37, y+20+len(b.Title)*lineHigh+1, text(below))
	}
	if link != "" {
		d.b.WriteString("</a>")
	} else {
		d.b.WriteString("</g>")
	}
}

// icons are drawn in a square of 18.
var icons = map[string]string{
	"play":    "M3 7v4h3l4 4V3L6 7zM13 6a4 4 0 0 1 0 6M15 4a7 7 0 0 1 0 10",
	"collect": "M4 3h2v2H4zM8 3h2v2H8zM12 3h2v2h-2zM4 8h2v2H4zM8 8h2v2H8zM12 8h2v2h-2zM4 13h2v2H4zM8 13h2v2H8zM12 13h2v2h-2z",
	"ring":    "M9 2a4.5 4.5 0 0 1 4.500 4.500V10l1.500 2.500H3L4.500 10V6.500A4.500 4.500 0 0 1 9 2zM7.500 15h3",
	"record":  "M4.500 6a3 3 0 1 0 .1 0zM13.500 6a3 3 0 1 0 .1 0zM4.500 12h9",
	"queue":   "M3 5h3M9 5h6M3 9h3M9 9h6M3 13h3M9 13h6",
	"hours":   "M9 2.500a6.500 6.500 0 1 0 .1 0zM9 5.500V9l2.500 2",
	"end":     "M2.500 11c3.500-4 9.500-4 13 0l-2 2-3-1.500V9.500h-3v2L4.500 13z",
	"ask":     "M6.500 6.500a2.500 2.500 0 1 1 3.700 2.200C9.400 9.100 9 9.600 9 10.500V11M9 13.500v.5",
	"spell":   "M3 13 6.500 4 10 13M4.200 10h4.600M12 5h3.500M12 9h3.500M12 13h3.500",
	"leg":     "M5 3h8v12H5zM8 13h2",
	"nothing": "M9 6v6M6 9h6",
}

// Style is the look of a picture that stands alone, in light and in dark.
const Style = `.picture{font:500 13px system-ui,-apple-system,"Segoe UI",sans-serif;background:#fff}` +
	`.step rect{fill:#fff;stroke:#9aa4b5;stroke-width:1.25}.step .title{fill:#1b2330;font-weight:600}.step .does{fill:#5a6475;font-size:11px}` +
	`.step .icon{fill:none;stroke:#3a4a63;stroke-width:1.5;stroke-linejoin:round;stroke-linecap:round}.step.number rect{fill:#1b2330;stroke:#1b2330}.step.number .title{fill:#fff}` +
	`.step.end rect{fill:#f3f4f7}.way path{fill:none;stroke:#9aa4b5;stroke-width:1.4}.way.back path{stroke-dasharray:5 4}.way rect{fill:#fff}.way text{fill:#3b4555;font-size:11px;text-anchor:middle}` +
	`.tip{fill:#9aa4b5}.row text{fill:#3b4555;font-size:11px}.row.lit text{fill:#0b6e4f;font-weight:700}.step.lit rect{stroke:#0b6e4f;stroke-width:2.5}.way.lit path{stroke:#0b6e4f;stroke-width:2.5}.tip.lit{fill:#0b6e4f}` +
	`@media(prefers-color-scheme:dark){.picture{background:#12161d}.step rect{fill:#1b212b;stroke:#5b6679}.step .title{fill:#eef1f6}.step .does{fill:#a7b0c0}.step .icon{stroke:#c3cad8}` +
	`.step.number rect{fill:#eef1f6;stroke:#eef1f6}.step.number .title{fill:#12161d}.step.end rect{fill:#232a36}.way path{stroke:#6b7689}.way rect{fill:#12161d}.way text,.row text{fill:#c3cad8}.tip{fill:#6b7689}}`

// text is what XML would read as its own, written by its code; what XML cannot hold
// is left out.
func text(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' || r == 0xfffe || r == 0xffff || r == '\ufffd' {
			return -1
		}
		return r
	}, s)
	return escaper.Replace(s)
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;", "\n", " ")
