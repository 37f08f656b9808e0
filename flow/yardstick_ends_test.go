package flow

// How calls of the yardstick end, and what its backup clocks find out.

// handGone ends the call with what it had reached; a recording may still come.
func handGone(s handState) (handState, handEffects, bool) {
	s.held = false
	if s.result == NoResult {
		s.result = ResultAbandoned
	}
	if s.at == handRecording {
		s.at, s.armed = handPending, LifeClock.Of()
		return s, handEffects{{do: handArm, arg: uint8(LifeClock), time: recLife}}, true
	}
	s.at, s.armed = handOver, 0
	return s, handEffects{}, true
}

func handAfter(s handState, w *What) (handState, handEffects, bool) {
	switch {
	case w.Kind == Recorded && w.Ref != "" && w.Length >= shortest:
		s.result = ResultVoicemail
	case w.Kind == Recorded:
	case w.Kind == Woke && w.Clock == LifeClock:
		s.found = true
	default:
		return s, handEffects{}, false
	}
	s.at, s.armed = handOver, 0
	return s, handEffects{}, true
}

// handGiveUp is when the carrier cannot, or a budget ran out.
func handGiveUp(s handState, w *What) (handState, handEffects, bool) {
	switch {
	case w.Kind == Exhausted && w.Budget == Guesses:
		if s.at != handFinding {
			return s, handEffects{}, false
		}
		return handEnd(s, handGoodbye, ResultGoodbye)
	case s.at == handEnding, w.Kind == Exhausted && w.Budget == Outlay:
		return s, handEffects{}, false
	case w.Kind == Exhausted:
		return handEnd(s, handSorry, ResultLimit)
	}
	return handEnd(s, handSorry, ResultFailed)
}

// handProbed is a backup clock that asked the carrier.
func handProbed(s handState, w *What) (handState, handEffects, bool) {
	switch {
	case w.Report == Unknown && (w.Clock == LifeClock || s.at == handEnding):
		s.found = true
		return handGone(s)
	case w.Clock == LifeClock:
		return s, handEffects{{do: handArm, arg: uint8(LifeClock), time: callLife}}, true
	case w.Report == Unknown || s.at == handTalking || s.at == handTalkingMember:
		return s, handEffects{{do: handArm, arg: uint8(StepClock), time: nextProbe}}, true
	}
	return s, handEffects{{do: handArm, arg: uint8(StepClock), time: nextProbe}, {do: handAgain}}, true
}
