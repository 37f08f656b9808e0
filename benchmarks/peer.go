package benchmarks

import (
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
)

// place is where a peer's call is.
type place uint8

const (
	idle place = iota
	collecting
	finding
	inMenu
	ringing
	talking
	joining
	inLine
	offered
	recording
	ending
	pending
	over
	live // the superstate of all in which the caller is there
)

var placeNames = [...]string{
	"idle", "collecting", "finding", "menu", "ringing", "talking", "joining", "line", "offered", "recording", "ending", "pending", "over",
}

// trigger is what a peer is told. The peers' machines know names alone, so what
// was keyed and answered is sorted into names before.
type trigger uint8

const (
	none trigger = iota
	arrives
	silence
	wrongEntry
	entry
	star
	key1
	key2
	key9
	available
	busy
	away
	unknown
	unanswered
	foundBusy
	unreachable
	answered
	agentHungUp
	noticeDue
	dialled
	waitOver
	left
	recorded
	tooShort
	hungUp
	failed
)

var triggerNames = [...]string{
	"", "arrives", "silence", "wrong", "entry", "star", "key1", "key2", "key9", "available", "busy", "away", "unknown", "unanswered",
	"found_busy", "unreachable", "answered", "agent_hung_up", "notice", "dialled", "wait_over", "left", "recorded", "too_short", "hung_up", "failed",
}

// sort is the trigger that an event is, where the call is.
func sort(at place, w *flow.What) trigger {
	switch w.Kind {
	case flow.Arrived:
		return arrives
	case flow.Pressed:
		return sortEntry(at, string(w.Digits))
	case flow.Found:
		switch w.Class {
		case extension.ClassAvailable:
			return available
		case extension.ClassBusy:
			return busy
		case extension.ClassAway:
			return away
		}
		return unknown
	case flow.Answered:
		return answered
	case flow.FoundBusy:
		return foundBusy
	case flow.Unanswered, flow.Declined:
		return unanswered
	case flow.Unreachable:
		return unreachable
	case flow.AgentHungUp:
		return agentHungUp
	case flow.Recorded:
		if w.Ref == "" || w.Length < shortest {
			return tooShort
		}
		return recorded
	case flow.HungUp:
		return hungUp
	case flow.Woke:
		switch w.Clock {
		case flow.NoticeClock:
			return noticeDue
		case flow.WaitClock:
			return waitOver
		}
	case flow.Told:
		if w.News == flow.Dialled {
			return dialled
		}
	case flow.Failed:
		return failed
	}
	return none
}

func sortEntry(at place, keys string) trigger {
	switch {
	case at == inLine && keys == "*":
		return left
	case at == inLine:
		return none
	case at == inMenu && keys == "1":
		return key1
	case at == inMenu && keys == "2":
		return key2
	case at == inMenu && keys == "9":
		return key9
	}
	if keys != "" && keys[len(keys)-1] == '#' {
		keys = keys[:len(keys)-1]
	}
	if keys == "" {
		return silence
	}
	valid := at == collecting
	for i := range len(keys) {
		if keys[i] == '*' && at == collecting {
			return star
		}
		valid = valid && keys[i] >= '0' && keys[i] <= '9'
	}
	if valid {
		return entry
	}
	return wrongEntry
}
