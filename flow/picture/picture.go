// Package picture lays a book's chart out and draws it: as SVG for pages, documents
// and README files, and in words for those who do not see it. The same chart is
// always the same picture.
//
// Calls run from top to bottom. A way that leads back up is drawn as such. Every way
// has its words on a place of their own, so that nothing covers anything. Where there
// are more ways than an eye can follow, only the first to each step is a line; the
// others stand in the box that they leave, with the step that they lead to.
//
// The package is pure.
package picture

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/extflow/extflow/flow"
)

// Picture is a chart that was laid out. Lengths are in pixels at its natural size,
// from the left and from the top.
type Picture struct {
	Width, Height int
	Boxes         []Box // numbers first, then steps, as in the chart
	Ways          []Way
}

// Box is a number or a step.
type Box struct {
	ID         flow.StepID // 0 is a number
	Start      string      // the number
	Kind       string      // "number", or the step's action
	Does       string      // what it does, in words for people
	Title      []string    // its name, in lines that fit
	About      string
	Name       string // its name in full
	X, Y, W, H int    // the middle, and the size

	rows int // ways that stand in it
}

// Way leads from one box to another.
type Way struct {
	From, To int // in Boxes
	On       string
	Lines    []string // On, in lines that fit
	X, Y     int      // the middle of the words
	Path     string   // as in SVG
	Back     bool     // it leads up
	Row      bool     // it stands in its box: X is the left of its one line, and there is no path
}

// New lays a chart out.
func New(c flow.Chart) Picture {
	g := newGraph(c)
	if len(g.ways) > mostLines {
		g.thin()
	} else {
		g.rank()
	}
	g.fill()
	g.order()
	g.place()
	return g.picture()
}

// does is what an action does, in words for people.
var does = map[string]string{
	"number": "A call comes in", "play": "Says something", "collect": "Asks for keys", "ring": "Rings the agent",
	"record": "Takes a message", "queue": "Waits in line", "hours": "Looks at the hours", "end": "Hangs up", "leg": "Rings a member",
	"ask": "Asks the product", "spell": "Asks for a name",
}

// The sizes of what is drawn.
const (
	boxWide, boxHigh = 168, 50
	lineHigh         = 16
	letterWide       = 7.4 // of a title, on the average
	smallWide        = 6.3 // of a way's words
	gapWide          = 26
	gapHigh          = 16
	margin           = 14
	titleLetters     = 17
	wordLetters      = 20
	rowLetters       = 30
	wideBox          = 236
	mostLines        = 30 // ways that an eye can follow
)

// wrapped breaks text into lines of at most so many letters, and shortens what is
// longer than the lines that there may be.
func wrapped(text string, letters, lines int) []string {
	var out []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		for utf8.RuneCountInString(word) > letters {
			r := []rune(word)
			if line != "" {
				out, line = append(out, line), ""
			}
			out, word = append(out, string(r[:letters])), string(r[letters:])
		}
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) <= letters:
			line += " " + word
		default:
			out, line = append(out, line), word
		}
	}
	if line != "" {
		out = append(out, line)
	}
	if len(out) > lines {
		last := []rune(out[lines-1])
		out = append(slices.Clone(out[:lines-1]), string(last[:min(len(last), letters-1)])+"…")
	}
	return out
}

// widest is the width of the longest of some lines.
func widest(lines []string, letter float64) int {
	most := 0
	for _, l := range lines {
		most = max(most, utf8.RuneCountInString(l))
	}
	return int(float64(most)*letter) + 1
}

// Line is a step in words: the text twin of a box.
type Line struct {
	ID   flow.StepID
	Text string
	Ways []string
}

// Outline tells the picture in words, box by box, in the order in which a call comes
// by them. Steps are numbered, and ways name the step that they lead to.
func Outline(c flow.Chart) []Line {
	names := map[flow.StepID]string{}
	for i, s := range c.Steps {
		names[s.ID] = fmt.Sprintf("%d, %s", i+1, s.Name)
	}
	var lines []Line
	for _, s := range c.Starts {
		lines = append(lines, Line{Text: fmt.Sprintf("A call to %s begins at step %s.", s.Name, names[s.To])})
	}
	for _, s := range c.Steps {
		l := Line{ID: s.ID, Text: fmt.Sprintf("Step %s: %s", names[s.ID], lower(does[s.Action]))}
		if len(s.About) > 0 {
			l.Text += " (" + strings.Join(s.About, ", ") + ")"
		}
		for _, w := range s.Ways {
			l.Ways = append(l.Ways, fmt.Sprintf("%s: step %s", w, names[w.To]))
		}
		lines = append(lines, l)
	}
	return lines
}

func lower(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
