package flowtest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Story is a .call file: acts at the margin, beneath each what is answered, and
// before the first one what the story is about.
//
//	# Ada does not pick up, so the caller leaves a message.
//	proves: rule b
//
//	caller dials +12025550100 from +14155550100
//	    say "Welcome to Acme. Please enter the extension of the person you would like to reach."
//	    listen for 4 digits, 5s
//
//	caller presses 1001
//	    ring client:ada, tel:+12025550111 for 20s
//
//	...20s
//	    say "Please leave a message after the tone."
//	    record to team, 2m0s
//
// An answer without a name is for the caller who dialled first; "ada: " and
// "second caller: " stand before what others are to do. Lines that begin with #
// are comments. "account: acme.yaml" names the document that the story is played
// with, beside the story; lines indented under "account:" are laid over it.
type Story struct {
	Name    string   // the file's path, or what the test calls it
	About   string   // the first comment, in one line
	Proves  []string // what of the rules the story shows
	Account string   // the document's file; empty is the one that Run was given
	Over    string   // what is laid over the document, in YAML
	Scenes  []Scene

	lines   []string // the file
	layover bool     // indented lines are to be laid over the document
}

// Scene is an act and what is answered.
type Scene struct {
	Line    int // of the act, from 1
	Act     Act
	Answers []string
}

// ErrStory is in every error that ParseStory and ParseAct return.
var ErrStory = errors.New("not a story")

// ParseStory reads a story. The error tells every line that makes no sense, and
// what to write instead.
func ParseStory(name, text string) (Story, error) {
	s := Story{Name: name, lines: strings.Split(strings.TrimRight(text, " \t\r\n"), "\n")}
	var faults []error
	for i, line := range s.lines {
		if err := s.read(i+1, line); err != nil {
			faults = append(faults, fmt.Errorf("%s:%d: %w", name, i+1, err))
		}
	}
	if len(faults) == 0 && len(s.Scenes) == 0 {
		faults = append(faults, fmt.Errorf("%s: %w: nothing happens; begin with %q", name, ErrStory, "caller dials +12025550100 from +14155550100"))
	}
	return s, errors.Join(faults...)
}

// read takes a line of the file.
func (s *Story) read(number int, line string) error {
	text := strings.TrimSpace(line)
	head, rest, directive := strings.Cut(text, ":")
	switch {
	case text == "":
	case line[0] == ' ' || line[0] == '\t':
		if len(s.Scenes) > 0 {
			last := &s.Scenes[len(s.Scenes)-1]
			last.Answers = append(last.Answers, text)
			return nil
		}
		if !s.layover {
			return fmt.Errorf("%w: an answer before the first act; acts stand at the margin", ErrStory)
		}
		s.Over += strings.TrimRight(line, " \t\r") + "\n"
	case text[0] == '#':
		if number == 1 || strings.HasPrefix(s.lines[number-2], "#") && s.About != "" {
			s.About = strings.TrimSpace(s.About + " " + strings.TrimSpace(strings.TrimLeft(text, "#")))
		}
	case directive && head == "proves" && len(s.Scenes) == 0:
		s.Proves = append(s.Proves, list(rest)...)
	case directive && head == "account" && len(s.Scenes) == 0:
		s.Account = strings.TrimSpace(rest)
		s.layover = s.Account == ""
	default:
		act, err := ParseAct(text)
		if err != nil {
			return err
		}
		s.Scenes = append(s.Scenes, Scene{Line: number, Act: act})
	}
	return nil
}

// list are the items of a line between commas.
func list(line string) []string {
	var items []string
	for item := range strings.SplitSeq(line, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// Told is the story's text with other answers, by scene. Comments, empty lines and
// acts stay as they are.
func (s Story) Told(answers [][]string) string {
	var b strings.Builder
	scene := 0
	for i, line := range s.lines {
		begins := scene < len(s.Scenes) && s.Scenes[scene].Line == i+1
		if old := scene > 0 && line != "" && (line[0] == ' ' || line[0] == '\t'); old && !begins {
			continue
		}
		b.WriteString(strings.TrimRight(line, " \t\r") + "\n")
		if begins {
			for _, answer := range answers[scene] {
				b.WriteString(indent + answer + "\n")
			}
			scene++
		}
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

const indent = "    "

// Differs tells where other answers differ from the story's: the scenes concerned,
// with - before lines that the story has alone and + before those that came
// instead. It is empty where they are the same.
func (s Story) Differs(answers [][]string) string {
	var b strings.Builder
	for i, scene := range s.Scenes {
		if slices.Equal(scene.Answers, answers[i]) {
			continue
		}
		fmt.Fprintf(&b, "%s:%d:\n  %s\n", s.Name, scene.Line, s.lines[scene.Line-1])
		for _, line := range difference(scene.Answers, answers[i]) {
			b.WriteString(line[:1] + " " + indent + line[1:] + "\n")
		}
	}
	return b.String()
}

// difference is two lists in one: what both have marked with a space, what only
// the first has with -, what only the second has with +.
func difference(want, got []string) []string {
	common := make([][]int, len(want)+1) // the most lines in common from i and j on
	for i := range common {
		common[i] = make([]int, len(got)+1)
	}
	for i := len(want) - 1; i >= 0; i-- {
		for j := len(got) - 1; j >= 0; j-- {
			if common[i][j] = max(common[i+1][j], common[i][j+1]); want[i] == got[j] {
				common[i][j] = common[i+1][j+1] + 1
			}
		}
	}
	var lines []string
	i, j := 0, 0
	for i < len(want) || j < len(got) {
		switch {
		case i < len(want) && j < len(got) && want[i] == got[j]:
			lines = append(lines, " "+want[i])
			i, j = i+1, j+1
		case j == len(got) || i < len(want) && common[i+1][j] >= common[i][j+1]:
			lines = append(lines, "-"+want[i])
			i++
		default:
			lines = append(lines, "+"+got[j])
			j++
		}
	}
	return lines
}

// at is an error with where in the story it came up.
func (s Story) at(scene Scene, err error) error {
	return fmt.Errorf("%s:%d: %s\n%w", s.Name, scene.Line, s.lines[scene.Line-1], err)
}
