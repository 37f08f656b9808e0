package flow

import "github.com/extflow/extflow/extension"

// What the yardstick's switch does in each place.

// handCollect says words and listens for an extension.
func handCollect(s handState, words handText) (handState, handEffects) {
	s.at = handCollecting
	s.armed = s.armed&LifeClock.Of() | StepClock.Of()
	return s, handEffects{
		{do: handSay, text: words},
		{do: handListen, arg: 4, time: handDigit, inter: handDigit, text: handPound},
		{do: handArm, arg: uint8(StepClock), time: firstProbe},
	}
}

// handEntry is rules d, e and g, and the way to the directory.
func handEntry(s handState, e string) (handState, handEffects, bool) {
	if e != "" && e[len(e)-1] == '#' {
		e = e[:len(e)-1]
	}
	if e == "" {
		return handFail(s, handNoInput)
	}
	valid := true
	for i := range len(e) {
		if e[i] == '*' {
			return handQueue(s)
		}
		valid = valid && e[i] >= '0' && e[i] <= '9'
	}
	if !valid {
		return handFail(s, handWrong)
	}
	s.at = handFinding
	return s, handEffects{{do: handFind, text: handKeyed}}, true
}

// handFail says what was wrong and collects again, three times.
func handFail(s handState, words handText) (handState, handEffects, bool) {
	if s.tries >= 3 {
		return handEnd(s, handGoodbye, ResultGoodbye)
	}
	s.tries++
	next, eff := handCollect(s, words)
	return next, eff, true
}

// handFound is rules a and c, or the ring.
func handFound(s handState, class extension.Class) (handState, handEffects, bool) {
	switch class {
	case extension.ClassAvailable:
		s.at, s.held = handRinging, true
		s.armed = s.armed&LifeClock.Of() | StepClock.Of()
		return s, handEffects{
			{do: handConnect, time: handRing},
			{do: handArm, arg: uint8(StepClock), time: handRing + handMargin},
		}, true
	case extension.ClassBusy:
		return handToMenu(s)
	case extension.ClassAway:
		return handVoicemail(s)
	}
	return handFail(s, handWrong)
}

// handKey is the menu.
func handKey(s handState, key string) (handState, handEffects, bool) {
	switch key {
	case "1":
		return handQueue(s)
	case "2":
		return handVoicemail(s)
	case "9":
		return handPrompt(s)
	}
	if s.tries >= 2 {
		return handEnd(s, handGoodbye, ResultGoodbye)
	}
	s.tries++
	words := handWrong
	if key == "" || key == "#" {
		words = handNoInput
	}
	next, eff, _ := handPrompt(s)
	return next, handEffects{{do: handSay, text: words}, eff[0], eff[1], eff[2]}, true
}

func handToMenu(s handState) (handState, handEffects, bool) {
	s.at, s.held, s.tries = handInMenu, false, 0
	return handPrompt(s)
}

func handPrompt(s handState) (handState, handEffects, bool) {
	s.armed = s.armed&LifeClock.Of() | StepClock.Of()
	return s, handEffects{
		{do: handSay, text: handMenu},
		{do: handListen, arg: 1, time: handDigit, inter: handDigit},
		{do: handArm, arg: uint8(StepClock), time: firstProbe},
	}, true
}

// handQueue asks for a place in the line.
func handQueue(s handState) (handState, handEffects, bool) {
	s.at, s.held, s.alone, s.overdue, s.tries = handJoining, false, false, false, 0
	return s, handEffects{{do: handFind, text: handSupport}}, true
}

func handVoicemail(s handState) (handState, handEffects, bool) {
	s.at, s.held, s.tries = handRecording, false, 0
	s.armed = s.armed&LifeClock.Of() | StepClock.Of()
	return s, handEffects{
		{do: handSay, text: handGreeting},
		{do: handRecord, text: handTeam, time: handLength, inter: handDigit},
		{do: handArm, arg: uint8(StepClock), time: handLength + firstProbe},
	}, true
}

// handEnd says words and hangs up.
func handEnd(s handState, words handText, r Result) (handState, handEffects, bool) {
	s.at, s.held, s.taping = handEnding, false, false
	if s.result == NoResult || r >= ResultRejected {
		s.result = r
	}
	s.armed = s.armed&LifeClock.Of() | StepClock.Of()
	return s, handEffects{
		{do: handSay, text: words},
		{do: handHangup},
		{do: handArm, arg: uint8(StepClock), time: firstProbe},
	}, true
}

// handInRing is a direct ring, of the agent keyed or of a member, and the talk.
func handInRing(s handState, w *What) (handState, handEffects, bool) {
	failed, member := NoOutcome, s.at == handOffered || s.at == handTalkingMember
	switch w.Kind {
	case FoundBusy:
		failed = OnBusy
	case Unanswered, Declined:
		failed = OnUnanswered
	case Unreachable:
		failed = OnUnavailable
	case Woke:
		switch {
		case w.Clock == StepClock && w.Report != Talking:
			failed = OnUnanswered
		case w.Clock == StepClock:
			return handTalk(s)
		case w.Clock == WaitClock && member:
			s.overdue = true
			s.armed &^= WaitClock.Of()
			return s, handEffects{}, true
		case w.Clock == NoticeClock && s.at == handOffered:
			return s, handEffects{{do: handArm, arg: uint8(NoticeClock), time: handNotice}}, true
		}
	case Answered:
		if s.at == handRinging || s.at == handOffered {
			return handTalk(s)
		}
	case AgentHungUp:
		s.at, s.held, s.result = handEnding, false, ResultAnswered
		s.armed = s.armed&LifeClock.Of() | StepClock.Of()
		return s, handEffects{{do: handHangup}, {do: handArm, arg: uint8(StepClock), time: firstProbe}}, true
	}
	switch {
	case failed == NoOutcome:
		return s, handEffects{}, false
	case member && s.overdue:
		s.result = NoResult // a fact may have claimed a talk
		return handVoicemail(s)
	case member:
		s.at, s.held, s.result = handInLine, false, NoResult
		s.armed |= StepClock.Of() | NoticeClock.Of()
		return s, handEffects{
			{do: handHold},
			{do: handArm, arg: uint8(StepClock), time: firstProbe},
			{do: handArm, arg: uint8(NoticeClock), time: handNotice},
		}, true
	}
	s.result = NoResult
	switch failed {
	case OnBusy:
		return handToMenu(s)
	case OnUnanswered:
		return handQueue(s)
	}
	return handVoicemail(s)
}

func handTalk(s handState) (handState, handEffects, bool) {
	if s.at == handOffered { // the longest wait runs on: the talk may prove to be none
		s.at = handTalkingMember
		s.armed = s.armed&(LifeClock.Of()|WaitClock.Of()) | StepClock.Of()
	} else {
		s.at = handTalking
		s.armed = s.armed&LifeClock.Of() | StepClock.Of()
	}
	s.result = ResultAnswered
	return s, handEffects{{do: handArm, arg: uint8(StepClock), time: nextProbe}}, true
}

// handWaiting is the line.
func handWaiting(s handState, w *What) (handState, handEffects, bool) {
	switch {
	case w.Kind == Pressed && w.Digits == "*":
		return handVoicemail(s)
	case w.Kind == Woke && w.Clock == WaitClock:
		return handVoicemail(s)
	case w.Kind == Woke && w.Clock == NoticeClock && w.Class == extension.ClassAway:
		if s.alone {
			return handVoicemail(s)
		}
		return handDeserted(s)
	case w.Kind == Woke && w.Clock == NoticeClock:
		s.alone = false
		s.armed |= NoticeClock.Of()
		return s, handEffects{{do: handArm, arg: uint8(NoticeClock), time: handNotice}}, true
	case w.Kind == Told && w.News == Deserted && !s.alone:
		return handDeserted(s)
	case w.Kind == Told && w.News == Dialled && w.Party != nil:
		s.at, s.held = handOffered, true
		s.armed |= StepClock.Of()
		return s, handEffects{
			{do: handConnect, time: handOffer},
			{do: handArm, arg: uint8(StepClock), time: handOffer + handMargin},
		}, true
	}
	return s, handEffects{}, false
}

func handDeserted(s handState) (handState, handEffects, bool) {
	s.alone = true
	s.armed |= NoticeClock.Of()
	return s, handEffects{{do: handArm, arg: uint8(NoticeClock), time: noMembers}}, true
}
