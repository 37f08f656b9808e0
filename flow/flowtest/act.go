package flowtest

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
)

// Act is what happens: something that a person does, time that passes, or
// something that goes wrong. Does says which of the other fields mean something.
type Act struct {
	Does Deed
	Who  string // "caller", "second caller"; an agent's id; an endpoint's address

	To, From, Forwarded number.E164        // Dials; Calls has no Forwarded
	Keys                flow.Digits        // Presses
	For                 time.Duration      // Waits, Speaks, Tells, Late
	At                  time.Time          // Reaches: by the clock on the account's wall
	Presence            extension.Presence // Turns
	Dest                flow.Dest          // Moves
	Agent               string             // Picks, Calls
	Word                string             // Says, Tells
}

// Deed is what kind of act it is.
type Deed uint8

// The deeds.
const (
	Waits       Deed = iota + 1 // ...20s
	Skips                       // ...
	Reaches                     // at 2026-11-22 09:00
	Dials                       // caller dials +12025550100 from +14155550100
	Presses                     // caller presses 1001
	HangsUp                     // caller hangs up
	Speaks                      // caller speaks for 12s
	Answers                     // ada answers
	Declines                    // ada declines
	LetsRing                    // ada lets it ring
	Engaged                     // ada's line is busy
	Unreachable                 // ada cannot be reached
	Machine                     // ada's mobile voicemail picks up
	Turns                       // ada is away
	Refuses                     // the carrier refuses the next turn
	Twice                       // the next event comes twice
	Lost                        // the next event gets lost
	Late                        // the next event comes 3s late
	Drops                       // the product drops caller
	Moves                       // the supervisor moves caller to queue sales
	Picks                       // the supervisor takes caller to grace
	SaysGoodbye                 // the supervisor says goodbye to caller
	LosesTape                   // the carrier loses the recording
	Calls                       // the product has mary call +14155550199 from +12025550100
	Says                        // the product says gold to caller
	SaysNothing                 // the product has no answer for caller
	Tells                       // caller speaks for 12s: "Please call me back."
)

// form is how a deed is written: its words, with {parts} between them.
type form struct {
	does    Deed
	words   string
	pattern *regexp.Regexp
}

var knownForms = []form{
	written(Waits, "...{for}"),
	written(Skips, "..."),
	written(Reaches, "at {at}"),
	written(Refuses, "the carrier refuses the next turn"),
	written(LosesTape, "the carrier loses the recording"),
	written(Twice, "the next event comes twice"),
	written(Lost, "the next event gets lost"),
	written(Late, "the next event comes {for} late"),
	written(Drops, "the product drops {who}"),
	written(Calls, "the product has {agent} call {to} from {from}"),
	written(Moves, "the supervisor moves {who} to {dest}"),
	written(Picks, "the supervisor takes {who} to {agent}"),
	written(SaysGoodbye, "the supervisor says goodbye to {who}"),
	written(Says, "the product says {word} to {who}"),
	written(SaysNothing, "the product has no answer for {who}"),
	written(Dials, "{who} dials {to} from {from}, forwarded from {forwarded}"),
	written(Dials, "{who} dials {to}, number withheld, forwarded from {forwarded}"),
	written(Dials, "{who} dials {to} from {from}"),
	written(Dials, "{who} dials {to}, number withheld"),
	written(Presses, "{who} presses {keys}"),
	written(HangsUp, "{who} hangs up"),
	written(Speaks, "{who} speaks for {for}"),
	written(Tells, "{who} speaks for {for}: {said}"),
	written(Answers, "{who} answers"),
	written(Declines, "{who} declines"),
	written(LetsRing, "{who} lets it ring"),
	written(Engaged, "{who}'s line is busy"),
	written(Unreachable, "{who} cannot be reached"),
	written(Machine, "{who}'s mobile voicemail picks up"),
	written(Turns, "{who} is {presence}"),
}

// parts are what may stand in a form: as a pattern, and as an example.
var parts = map[string][2]string{
	"who":       {`[^",]+?`, "caller"},
	"to":        {`[^\s,]+`, "+12025550100"},
	"from":      {`[^\s,]+`, "+14155550100"},
	"forwarded": {`[^\s,]+`, "+12025550150"},
	"for":       {`\d\S*`, "20s"},
	"at":        {`\d{4}-\d\d-\d\d \d\d:\d\d`, "2026-11-22 09:00"},
	"keys":      {`[0-9*#?]+|nothing|".*"`, "1001"},
	"dest":      {`(?:queue|voicemail|menu|flow|extension) \S+`, "queue sales"},
	"agent":     {`\S+`, "grace"},
	"said":      {`".+"`, `"Please call me back."`},
	"word":      {`[^\s"]+|".*"`, "gold"},
	"presence":  {`available|busy|away|offline`, "away"},
}

func written(d Deed, words string) form {
	pattern := regexp.QuoteMeta(words)
	for name, part := range parts {
		pattern = strings.ReplaceAll(pattern, `\{`+name+`\}`, "(?P<"+name+">"+part[0]+")")
	}
	return form{d, words, regexp.MustCompile("^" + pattern + "$")}
}

// example is the form with something in its parts.
func (f form) example() string {
	return f.fill(func(part string) string { return parts[part][1] })
}

func (f form) fill(with func(part string) string) string {
	var gaps []string
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		gaps = append(gaps, "{"+name+"}", with(name))
	}
	return strings.NewReplacer(gaps...).Replace(f.words)
}

// ParseAct reads a line at the margin. The error matches ErrStory.
func ParseAct(line string) (Act, error) {
	for _, f := range knownForms {
		found := f.pattern.FindStringSubmatch(line)
		if found == nil {
			continue
		}
		a := Act{Does: f.does}
		for i, name := range f.pattern.SubexpNames() {
			if err := a.set(name, found[i]); err != nil {
				return Act{}, fmt.Errorf("%w: %q: %w", ErrStory, line, err)
			}
		}
		return a, nil
	}
	var examples []string
	for _, f := range knownForms {
		examples = append(examples, f.example())
	}
	return Act{}, fmt.Errorf("%w: %q is nothing that happens; lines at the margin are like %s", ErrStory, line, strings.Join(examples, "; "))
}

// set takes a part of the line.
func (a *Act) set(part, text string) (err error) {
	switch part {
	case "who":
		a.Who = text
	case "to":
		a.To = number.E164(text)
	case "from":
		a.From = number.Caller(text)
	case "forwarded":
		a.Forwarded = number.Caller(text)
	case "for":
		a.For, err = time.ParseDuration(text)
		if err == nil && a.For < 0 {
			err = fmt.Errorf("time does not go back by %s", text)
		}
	case "at":
		a.At, err = time.Parse(wallClock, text)
	case "presence":
		a.Presence = extension.Presence(text)
	case "dest":
		to, name, _ := strings.Cut(text, " ")
		a.Dest = flow.Dest{To: flow.Target(to), Name: name}
	case "agent":
		a.Agent = text
	case "word", "said":
		if a.Word = text; strings.HasPrefix(text, `"`) {
			a.Word, err = strconv.Unquote(text)
		}
	case "keys":
		if strings.HasPrefix(text, `"`) {
			text, err = strconv.Unquote(text)
		} else if text == "nothing" {
			text = ""
		}
		a.Keys = flow.Digits(text)
	}
	return err
}

// String is the act as a line at the margin. ParseAct reads it.
func (a Act) String() string {
	for _, f := range knownForms {
		if f.does == a.Does && (a.Does != Dials || a.has(f)) {
			return f.fill(a.part)
		}
	}
	return "deed " + strconv.Itoa(int(a.Does))
}

// has reports whether the form says as much of a caller's number as is known.
func (a Act) has(f form) bool {
	return strings.Contains(f.words, "{from}") == (a.From != "") && strings.Contains(f.words, "{forwarded}") == (a.Forwarded != "")
}

func (a Act) part(name string) string {
	switch name {
	case "to":
		return string(a.To)
	case "from":
		return string(a.From)
	case "forwarded":
		return string(a.Forwarded)
	case "for":
		return a.For.String()
	case "at":
		return a.At.Format(wallClock)
	case "presence":
		return string(a.Presence)
	case "dest":
		return string(a.Dest.To) + " " + a.Dest.Name
	case "agent":
		return a.Agent
	case "said":
		return strconv.Quote(a.Word)
	case "word":
		said := flow.Event{What: flow.What{Kind: flow.Told, News: flow.Advised, Entry: a.Word}}
		return strings.TrimSuffix(strings.TrimPrefix(said.Text(), "the product says "), " to caller")
	case "keys":
		pressed := flow.Event{What: flow.What{Kind: flow.Pressed, Digits: a.Keys}}
		return strings.TrimPrefix(pressed.Text(), "caller presses ")
	}
	return a.Who
}

const wallClock = "2006-01-02 15:04"
