package vonage

import (
	"net/http"
	"strconv"
	"time"

	"github.com/extflow/extflow/adapter/internal/webhook"
	"github.com/extflow/extflow/flow"
)

// What a turn waits on, command by command.

// listen is words that a key may stop, and one input for the whole entry. Silence is
// an entry of nothing.
func (v *view) listen(n *ncco, t *flow.Turn) {
	do := &t.Move.Do
	v.words(n, t, !do.NoBarge)
	n.keys(int(do.Digits), max(do.First, do.Inter), do.Finish == "#", v.url(t.Call, t.Seq, atInput, ""))
}

// keys takes an entry.
func (n *ncco) keys(most int, wait time.Duration, hash bool, to string) {
	if most <= 0 {
		most = Limits.Digits
	}
	n.add(input{
		Action: "input", Type: []string{"dtmf"},
		DTMF:     inputDTMF{TimeOut: seconds(wait, 1, 10), MaxDigits: min(most, Limits.Digits), SubmitOnHash: hash},
		EventURL: []string{to}, EventMethod: http.MethodPost,
	})
}

// hold is a lap of music. A key that means something ends it.
func (v *view) hold(n *ncco, t *flow.Turn) {
	do := &t.Move.Do
	barge := do.Keys != ""
	v.words(n, t, barge)
	wait := time.Second
	switch m := do.Music; {
	case m != nil && m.Play != "":
		n.add(stream{Action: "stream", StreamURL: []string{v.media(t.Call.Account, m)}, BargeIn: barge})
	case v.cfg.HoldMusic != "":
		n.add(stream{Action: "stream", StreamURL: []string{v.cfg.HoldMusic}, BargeIn: barge})
	default:
		if m != nil && m.Say != "" {
			n.say(m, v.cfg.Name, barge)
		}
		wait = Limits.Keys.Most
	}
	n.keys(1, wait, false, v.url(t.Call, t.Seq, atHold, ""))
}

// record greets, and records. A key of the mailbox ends the greeting; any other skips
// it. That it is over is told before the beep, since afterwards nobody can say whether
// there was anything to be lost; what is answered is what is left to do. What follows
// the recording asks whether it is there: Vonage goes on before it tells.
func (v *view) record(n *ncco, t *flow.Turn) {
	do := &t.Move.Do
	if v.laps > 0 {
		n.pause(1)
		n.goOn(v.url(t.Call, t.Seq, atRecord, "n="+strconv.Itoa(v.laps)), nil)
		return
	}
	if do.Keys != "" && len(t.Move.Say) > 0 && !v.said {
		v.words(n, t, true)
		n.keys(1, time.Second, false, v.url(t.Call, t.Seq, atKey, ""))
		return
	}
	v.words(n, t, false)
	if !v.begun {
		n.goOn(v.url(t.Call, t.Seq, atBeep, ""), nil)
	}
	finish := do.Finish
	if len(finish) > 1 {
		finish = finish[:1]
	}
	r := record{
		Action: "record", Format: "mp3", EndOnKey: finish, TimeOut: seconds(do.Time, 3, 7200), BeepStart: true,
		EventURL: []string{v.url(t.Call, t.Seq, atTaped, "")}, EventMethod: http.MethodPost,
	}
	if do.Silence > 0 {
		r.EndOnSilence = seconds(do.Silence, 3, 10)
	}
	if do.Transcribe != "" {
		r.Transcription = &transcription{Language: do.Transcribe, EventURL: []string{v.url(t.Call, t.Seq, atWords, "")}, EventMethod: http.MethodPost}
	}
	n.add(r)
	n.goOn(v.url(t.Call, t.Seq, atRecord, ""), nil)
}

// mostLaps is how often a caller waits a second for a recording to be known.
const mostLaps = 6

// rejoins is how often somebody whose talk has ended waits a second for the news of
// it, before the call ends.
const rejoins = 4

// join is a conversation of two, which ends when either leaves.
func (v *view) join(n *ncco, t *flow.Turn) {
	v.words(n, t, false)
	if v.ends > rejoins {
		return
	}
	if v.ends > 0 {
		n.pause(1)
	} else {
		n.meet(t.Call.Account, t.Move.Do.Room)
	}
	n.goOn(v.url(t.Call, t.Seq, atJoin, "n="+strconv.Itoa(v.ends)), nil)
}

func (n *ncco) meet(account, room string) {
	n.add(conversation{Action: "conversation", Name: webhook.Room(account, room), StartOnEnter: true, EndOnExit: true})
}
