package flow

import (
	"time"

	"github.com/extflow/extflow/extension"
)

// The yardstick: the flow of bench_test.go written out by hand, for this one flow
// alone. One switch takes the state by value and returns the next state and up to
// four effects by value, which name all that a carrier needs. It reads the same
// events as step and decides the same: TestHand_decidesWhatTheBookDecides.

// handState is all that decides where a call of the hand-written flow goes.
type handState struct {
	at      handAt
	tries   uint8
	result  Result
	armed   ClockSet
	held    bool // an agent is reserved
	alone   bool // no member was at work when last looked
	overdue bool // the longest wait passed while a member rang
	found   bool // the end was found by asking, not told
	taping  bool // the carrier told that the recording has begun
}

// handAt is where a call is.
type handAt uint8

const (
	handIdle handAt = iota
	handCollecting
	handFinding
	handInMenu
	handRinging
	handTalking
	handTalkingMember
	handJoining
	handInLine
	handOffered
	handRecording
	handEnding
	handPending
	handOver
)

// handEffect is one thing to be done.
type handEffect struct {
	do    handDo
	arg   uint8 // digits to listen for; the clock to arm
	text  handText
	time  time.Duration // how long
	inter time.Duration // between keys
}

type handEffects [4]handEffect

type handDo uint8

const (
	handSay handDo = iota + 1
	handListen
	handFind
	handConnect
	handHold
	handRecord
	handHangup
	handArm
	handAgain // what stands is to be delivered once more
)

// handText is what an effect says or names, by its place in handTexts.
type handText uint16

const (
	handNone handText = iota
	handWelcome
	handNoInput
	handWrong
	handMenu
	handPlease
	handGreeting
	handThanks
	handGoodbye
	handSorry
	handTeam    // the mailbox
	handSupport // the queue
	handKeyed   // what the caller keyed
	handPound   // the key that ends an entry
)

var handTexts = [...]string{
	handWelcome:  "Welcome to Acme. Please enter the extension of the person you would like to reach.",
	handNoInput:  "Sorry, I did not hear anything.",
	handWrong:    "Sorry, that is not a valid extension.",
	handMenu:     "For support press 1. To leave a message press 2. To hear this again press 9.",
	handPlease:   "Please hold.",
	handGreeting: "Please leave a message after the tone.",
	handThanks:   "Thank you. Your message has been recorded. Goodbye.",
	handGoodbye:  "Goodbye.",
	handSorry:    "Sorry, we cannot complete your call. Please try again later. Goodbye.",
	handTeam:     "team",
	handSupport:  "support",
	handPound:    "#",
}

// String is the text itself.
func (t handText) String() string { return handTexts[t] }

// The times of the flow that are not those of every flow.
const (
	handDigit  = 5 * time.Second
	handRing   = 20 * time.Second
	handOffer  = 15 * time.Second
	handNotice = time.Minute
	handWait   = 5 * time.Minute
	handLength = 2 * time.Minute
	handMargin = screenSaid*screenTime + ringMargin
)

// handStep is the yardstick. False is an event that changes nothing.
func handStep(s handState, w *What) (handState, handEffects, bool) {
	switch {
	case s.at == handOver:
		return s, handEffects{}, false
	case s.at == handIdle:
		if w.Kind != Arrived || w.Start == nil {
			return s, handEffects{}, false
		}
		s.armed = LifeClock.Of()
		next, eff := handCollect(s, handWelcome)
		eff[3] = handEffect{do: handArm, arg: uint8(LifeClock), time: callLife}
		return next, eff, true
	case s.at == handPending:
		return handAfter(s, w)
	}
	switch w.Kind {
	case HungUp:
		return handGone(s)
	case Failed, Exhausted:
		return handGiveUp(s, w)
	case Woke:
		if w.Report == Gone {
			s.found = true
			return handGone(s)
		}
		if w.Clock == LifeClock || w.Clock == StepClock && s.at != handRinging && s.at != handOffered {
			return handProbed(s, w)
		}
	}
	switch s.at {
	case handCollecting:
		if w.Kind == Pressed {
			return handEntry(s, string(w.Digits))
		}
	case handFinding:
		if w.Kind == Found {
			return handFound(s, w.Class)
		}
	case handInMenu:
		if w.Kind == Pressed {
			return handKey(s, string(w.Digits))
		}
	case handRinging, handOffered, handTalking, handTalkingMember:
		return handInRing(s, w)
	case handJoining:
		if w.Kind == Found {
			if w.Class != extension.ClassAvailable {
				return handVoicemail(s)
			}
			s.at = handInLine
			s.armed = s.armed&LifeClock.Of() | StepClock.Of() | NoticeClock.Of() | WaitClock.Of()
			return s, handEffects{
				{do: handHold, text: handPlease},
				{do: handArm, arg: uint8(StepClock), time: firstProbe},
				{do: handArm, arg: uint8(NoticeClock), time: handNotice},
				{do: handArm, arg: uint8(WaitClock), time: handWait},
			}, true
		}
	case handInLine:
		return handWaiting(s, w)
	case handRecording:
		if w.Kind == Beeped && !s.taping {
			s.taping = true
			return s, handEffects{}, true
		}
		if w.Kind == Recorded {
			if w.Ref != "" && w.Length >= shortest {
				s.result = ResultVoicemail
				return handEnd(s, handThanks, ResultVoicemail)
			}
			return handEnd(s, handGoodbye, ResultGoodbye)
		}
	}
	return s, handEffects{}, false
}
