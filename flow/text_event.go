package flow

import (
	"strconv"
	"time"
)

// Event is what happened, in a line: "ada answers".
func (s Script) Event(e Event) string {
	w := &e.What
	if e.taken() {
		return "the supervisor takes " + s.caller() + " to " + s.agent(w)
	}
	switch w.Kind {
	case 0:
		return "the carrier asks what stands"
	case Arrived:
		return s.arrived(w)
	case Pressed:
		return s.caller() + " presses " + s.digits(w.Digits)
	case Found:
		if w.Named.count() > 0 {
			return "directory names " + w.Named.ids()
		}
		if w.Party != nil {
			return "directory says " + plain(w.Party.Agent) + " is " + plain(w.Class.String())
		}
		return "directory says " + plain(w.Class.String())
	case Answered:
		return s.agent(w) + " answers" + s.cause(w)
	case FoundBusy:
		return s.agent(w) + "'s line is busy" + s.cause(w)
	case Unanswered:
		return s.agent(w) + " does not answer" + s.cause(w)
	case Declined:
		return s.agent(w) + " declines" + s.cause(w)
	case Unreachable:
		return s.agent(w) + " cannot be reached" + s.cause(w)
	case AgentHungUp:
		return s.agent(w) + " hangs up" + s.cause(w)
	case HungUp:
		return s.caller() + " hangs up" + s.cause(w)
	case Recorded:
		if w.Ref == "" {
			return "no recording comes"
		}
		return "a recording of " + w.Length.String() + " comes"
	case Beeped:
		return "the recording begins"
	case Transcribed: // what they are is nobody's business here
		return "the words of a recording come"
	case Woke:
		return s.woke(w)
	}
	return s.inside(w)
}

// inside is what comes from the engine and from other calls.
func (s Script) inside(w *What) string {
	switch w.Kind {
	case Told:
		switch w.News {
		case Moved:
			return s.moved(w)
		case Advised:
			return s.advised(w)
		}
		line := "told " + word(newsWords, uint8(w.News), "news")
		if w.Leg != "" {
			line += " by " + plain(w.Leg)
		}
		return line
	case Replied:
		return "the other call says " + yes(w.Yes)
	case Opened:
		if w.Yes {
			return "hours are open"
		}
		return "hours are closed"
	case Failed:
		return "the carrier refuses" + s.cause(w)
	case Exhausted:
		return "no more " + word(budgetWords, uint8(w.Budget), "budget")
	case Placing:
		return "the call to " + s.agent(w) + " is placed"
	case NotPlaced:
		return "the call to " + s.agent(w) + " cannot be placed now" + s.cause(w)
	case Began:
		return "the call to " + s.agent(w) + " begins"
	}
	return "event " + strconv.Itoa(int(w.Kind))
}

func (s Script) arrived(w *What) string {
	i := w.Start
	switch {
	case i == nil:
		return s.caller() + " dials"
	case i.callback():
		return plain(i.Queue) + " is to call " + s.number(i.From) + " back"
	case i.outward():
		return "the product has " + s.agent(w) + " call " + s.number(i.From) + " from " + s.number(i.To)
	case i.Peer != "" && i.Queue != "":
		return plain(i.Queue) + " offers a caller to " + s.agent(w)
	case i.Peer != "":
		return "a call is placed to " + s.agent(w)
	}
	line := s.caller() + " dials " + s.number(i.To)
	if i.From == "" {
		line += ", number withheld"
	} else {
		line += " from " + s.number(i.From)
	}
	if i.ForwardedFrom != "" {
		line += ", forwarded from " + s.number(i.ForwardedFrom)
	}
	return line
}

// woke is a clock, and what was found when it went off.
func (s Script) woke(w *What) string {
	line := "the " + word(clockWords, uint8(w.Clock), "clock") + " clock goes off"
	if w.Report != 0 {
		line += ", the call is " + word(reportWords, uint8(w.Report), "report")
	}
	if w.Class != 0 {
		line += ", members are " + plain(w.Class.String())
	}
	if w.Position != 0 {
		line += ", place " + strconv.Itoa(int(w.Position))
	}
	if w.Length != 0 {
		line += ", wait " + w.Length.String()
	}
	return line
}

// Post is what the product may want to know, in a line.
func (s Script) Post(p Post) string {
	box := plain(p.Mailbox)
	switch p.Kind {
	case PostMessagePending:
		return "voicemail begins to " + box
	case PostMessageLeft:
		return "voicemail left to " + box + ", " + p.Length.String()
	case PostMessageDropped:
		return "voicemail dropped to " + box
	case PostMessageLost:
		return "voicemail lost to " + box
	case PostMessageMarked:
		return "voicemail marked in " + box
	case PostMessageForwarded:
		return "voicemail forwarded to " + box
	case PostMessageDeleted:
		return "voicemail deleted from " + box
	case PostMessageTranscribed:
		return "voicemail in words in " + box
	case PostMissed:
		return plain(p.Agent) + " missed a call" + queued(p, " of ") + rest(p, "rests")
	case PostFreed:
		return plain(p.Agent) + " is free again"
	case PostTalked:
		return plain(p.Agent) + " talked" + queued(p, " for ") + rest(p, "wraps up")
	case PostWaiting:
		return "waits in " + plain(p.Queue)
	case PostServed:
		return "leaves " + plain(p.Queue)
	case PostAway:
		return plain(p.Agent) + " is away, having missed too often"
	case PostCallbackWanted:
		return "callback wanted from " + plain(p.Queue)
	case PostCallbackGivenUp:
		return "callback given up by " + plain(p.Queue)
	case PostCapped:
		return "no more calls of ours are allowed"
	case PostEnded:
		return "ends " + p.Result.word()
	}
	return "post " + strconv.Itoa(int(p.Kind))
}

func queued(p Post, joint string) string {
	if p.Queue == "" {
		return ""
	}
	return joint + plain(p.Queue)
}

func rest(p Post, verb string) string {
	if p.Length == 0 {
		return ""
	}
	return ", " + verb + " " + p.Length.Round(time.Second).String()
}

func (s Script) caller() string {
	if s.Caller == "" {
		return "caller"
	}
	return s.Caller
}

func (s Script) agent(w *What) string {
	switch {
	case w.Party != nil && w.Party.Agent != "":
		return plain(w.Party.Agent)
	case s.Agent != "":
		return s.Agent
	}
	return "agent"
}
