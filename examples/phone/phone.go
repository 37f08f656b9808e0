package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/flow/flowtest"
)

// phone is the telephone, and the story of what was done with it.
type phone struct {
	ctx    context.Context
	stage  *flowtest.Stage
	out    io.Writer
	script bool     // lines come from a file
	story  []string // acts and answers so far
}

const help = `What you can type:
    dial                     call the first number, as +1 415 555 0100
    1001   *   12#           press keys
    hang up                  put the phone down
    skip                     let time pass until something happens
    20s                      let that much time pass
    speak 12s                talk, as into a voicemail
    ada answers              or: declines, hangs up, presses 1, lets it ring
    ada is busy              or: available, away, offline
    ada's line is busy       or: ada cannot be reached, ada's mobile voicemail picks up
    phones                   what rings, who talks, which timers run
    save FILE                write the story so far, to be a test
    help   quit
Any line of a story works too, as in: second caller dials +12025550100 from +14155550199`

// demoCaller is who calls unless somebody says otherwise.
const demoCaller = "+14155550100"

func (p *phone) welcome() {
	d := p.stage.Document()
	p.say("Simulated carrier, account %s. The engine is the real one.", d.Account)
	for _, n := range d.Numbers {
		p.say("    %s  %s", string(n.Number), n.Label)
	}
	for _, a := range d.Agents {
		var at []string
		for _, e := range a.Endpoints {
			at = append(at, e.Address)
		}
		p.say("    %s  %s (%s), %s at %s", a.Extension, a.Name, a.ID, a.Presence, strings.Join(at, ", "))
	}
	p.say("Type dial, then an extension. Help shows the rest.")
}

func (p *phone) say(format string, args ...any) { fmt.Fprintf(p.out, format+"\n", args...) }

func (p *phone) prompt() {
	fmt.Fprintf(p.out, "\n%s> ", p.stage.Carrier().Now().Format(time.TimeOnly))
}

// line does what a line says.
func (p *phone) line(text string) (quit bool, err error) {
	text = strings.TrimSpace(text)
	word, rest, _ := strings.Cut(text, " ")
	switch {
	case text == "" || strings.HasPrefix(text, "#"):
		return false, nil
	case text == "quit" || text == "exit":
		return true, nil
	case text == "help" || text == "?":
		p.say("%s", help)
		return false, nil
	case text == "phones":
		p.phones()
		return false, nil
	case word == "save":
		return false, p.save(strings.TrimSpace(rest))
	}
	act, err := flowtest.ParseAct(p.meant(text))
	if err != nil {
		return false, fmt.Errorf("%q is nothing that can happen here; help shows what is", text)
	}
	if act.Does == flowtest.Dials && p.onCall(string(act.From)) {
		return false, errors.New("that phone is on a call: hang up first, or let somebody else call, as in: second caller dials +12025550100 from +14155550199")
	}
	answers, err := p.stage.Do(p.ctx, act)
	if err != nil {
		return false, err
	}
	p.story = append(p.story, "", act.String())
	for _, a := range answers {
		p.say("    %s", a)
		p.story = append(p.story, "    "+a)
	}
	if len(answers) == 0 {
		p.phones()
	}
	return false, nil
}

// onCall reports whether somebody calls from the number now.
func (p *phone) onCall(from string) bool {
	return slices.ContainsFunc(p.stage.Carrier().Phones(), func(c *sim.Phone) bool { return c.View().Phone == from })
}

// meant is a short form, written in full as stories have it.
func (p *phone) meant(text string) string {
	word, rest, _ := strings.Cut(text, " ")
	switch {
	case text == "dial" && len(p.stage.Document().Numbers) > 0:
		return "caller dials " + string(p.stage.Document().Numbers[0].Number) + " from " + demoCaller
	case word == "dial":
		return "caller dials " + rest + " from " + demoCaller
	case text == "skip" || text == "...":
		return "..."
	case word == "wait" || word == "skip":
		return "..." + rest
	case word == "speak":
		return "caller speaks for " + rest
	case text == "hang up" || text == "hangup":
		return "caller hangs up"
	case strings.Trim(text, "0123456789*#") == "":
		return "caller presses " + text
	}
	if _, err := time.ParseDuration(text); err == nil {
		return "..." + text
	}
	return text
}

// phones shows every telephone that is off the hook or rings.
func (p *phone) phones() {
	now := p.stage.Carrier().Now()
	show := func(v sim.View) {
		line := "    " + v.Phone + " is " + string(v.State)
		if len(v.With) > 0 {
			line += ", with " + strings.Join(v.With, " and ")
		}
		for _, t := range v.Timers {
			line += fmt.Sprintf(", %s in %s", t.Name, t.At.Sub(now))
		}
		p.say("%s", line)
	}
	quiet := true
	for _, c := range p.stage.Carrier().Phones() {
		show(c.View())
		quiet = false
	}
	for _, a := range p.stage.Carrier().Agents() {
		if v := a.View(); v.State != sim.Idle {
			show(v)
			quiet = false
		}
	}
	if quiet {
		p.say("    every phone is on the hook")
	}
}

// save writes the story so far.
func (p *phone) save(file string) error {
	if file == "" {
		return fmt.Errorf("write where to: save ada-does-not-answer.call")
	}
	text := "# A call from the terminal phone.\n" + strings.Join(p.story, "\n") + "\n"
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		return err
	}
	p.say("    saved; flowtest.Run plays it as a test")
	return nil
}
