package flow

import (
	"strings"
	"time"

	"github.com/extflow/extflow/extension"
)

// What of a story stands at the margin: acts, from the events of turns.

// happened begins the scene of an event, if somebody did something or time passed.
func (n *narrator) happened(v *voice, e *Event) {
	s := n.script
	if s.Agent == "" {
		s.Agent = v.party
	}
	s.Caller = v.who
	if first := n.voices[0]; first.stood.Kind == Hold {
		n.wait(first, e.At.Sub(first.at).Round(time.Second))
	}
	switch e.Kind {
	case Arrived:
		if !v.leg && !e.Start.callback() {
			n.act(s.Event(*e))
		}
	case Pressed:
		n.pressed(v, s, e)
	case Found:
		n.found(e)
	case Answered:
		n.answered(v, s, e)
	case FoundBusy:
		n.ring(v, "'s line is busy")
	case Unreachable:
		n.ring(v, " cannot be reached")
	case Unanswered:
		n.wait(v, v.stood.Time)
	case Declined, AgentHungUp:
		n.act(s.Event(*e))
	case HungUp:
		if !v.over {
			n.act(v.who + " hangs up")
		}
		v.over = true
	case Recorded:
		n.recorded(v, e)
	case Woke:
		n.wait(v, e.At.Sub(v.at).Round(time.Second))
	case Told:
		switch {
		case e.News == Dropped:
			n.act("the product drops " + v.who)
		case e.News == Moved, e.News == Advised, e.taken():
			n.act(s.Event(*e))
		}
	}
}

// pressed is an entry; the time that ends one passes after it.
func (n *narrator) pressed(v *voice, s Script, e *Event) {
	if e.Digits == "" {
		n.wait(v, v.stood.First)
		return
	}
	line := s.Event(*e)
	if v.stood.Kind == Listen && len(e.Digits) < int(v.stood.Digits) && !strings.HasSuffix(string(e.Digits), "*") {
		if v.stood.Finish != "" && len(v.stood.Keys) == 0 {
			n.act(line + v.stood.Finish)
			return
		}
		n.act(line)
		v.since = n.now
		n.wait(v, v.stood.Inter)
		return
	}
	n.act(line)
}

// found sets the presence that the directory told, before the act that asked.
func (n *narrator) found(e *Event) {
	if e.Party == nil {
		return
	}
	agent, is := plain(e.Party.Agent), string(extension.Available)
	switch e.Class {
	case extension.ClassBusy:
		is = string(extension.Busy)
	case extension.ClassAway:
		is = string(extension.Away)
	}
	if n.presence[agent] != is {
		n.presence[agent] = is
		n.before(len(n.scenes)-1, agent+" is "+is)
	}
}

// answered is the agent at the first endpoint, and pressing 1 where that is asked.
func (n *narrator) answered(v *voice, s Script, e *Event) {
	lines := []string{s.Event(Event{What: What{Kind: Answered, Party: e.Party}})}
	if p := v.stood.Party; p != nil && len(p.Endpoints) > 0 && v.stood.Screens(p.Endpoints[0]) && (!v.leg || e.Yes) {
		lines = append(lines, v.party+" presses 1")
	}
	n.act(lines...)
}

// recorded is the caller having spoken, and the recording's end: by a key, by
// silence, or after the call.
func (n *narrator) recorded(v *voice, e *Event) {
	spoke := ""
	if e.Length > 0 {
		spoke = v.who + " speaks for " + e.Length.String()
	}
	switch {
	case v.over: // the carrier had it ready a little later
		if spoke != "" {
			n.before(len(n.scenes)-1, spoke)
			n.now += e.Length
		}
		n.act("...")
	case spoke == "":
		n.wait(v, v.stood.Silence)
	default:
		n.now += e.Length
		n.act(spoke)
		if e.Length < v.stood.Time {
			n.act(v.who + " presses #")
		}
	}
}
