package sim

import (
	"cmp"
	"strconv"
	"time"

	"github.com/extflow/extflow/flow"
)

// Recordings. One begins after the words, and ends by the finish key, by silence,
// at its longest, or with the call. Its length is from the beep to where the caller
// last spoke, told in whole seconds as carriers do, of at least one; one in which nobody
// spoke has neither length nor reference.

// tape is a recording.
type tape struct {
	ref    string
	seq    uint32 // the turn that it belongs to
	since  time.Time
	length time.Duration
	words  string // that were said
	scribe bool   // they are to be told
}

// tapeReady is how long after a call its recording is reported, and wordsReady after its
// end what it says.
const (
	tapeReady  = 2 * time.Second
	wordsReady = 5 * time.Second
)

func (l *line) record() {
	l.state = Recording
	l.tape = &tape{ref: l.ref + ".rec" + strconv.FormatUint(l.c.time.Serial(), 10), seq: l.seq, since: l.c.Now(), scribe: l.turn.Move.Do.Transcribe != ""}
	l.note(Happening{What: Beeped, Note: l.tape.ref})
	longest := cmp.Or(l.turn.Move.Do.Time, 2*time.Minute)
	l.clocks.Start("longest", longest, func() { l.fell("longest") })
	l.awaitSilence()
}

// awaitSilence starts the silence at whose end the recording ends, from where the
// caller stops speaking.
func (l *line) awaitSilence() {
	if l.state != Recording || l.turn.Move.Do.Silence <= 0 {
		return
	}
	d := l.turn.Move.Do.Silence + max(l.talked.Sub(l.c.Now()), 0)
	l.clocks.Start("silence", d, func() { l.fell("silence") })
}

func (l *line) fell(which string) {
	l.note(Happening{What: Fired, Note: which})
	l.recorded()
}

// recorded reports the recording that ends now.
func (l *line) recorded() {
	l.clocks.Clear()
	l.state = Waiting
	l.control(l.cut())
}

// tapeLater reports the recording that ends now once the carrier has it ready, unless
// the carrier loses it.
func (l *line) tapeLater() {
	m := l.tape.seq
	if f := &l.c.faults; f.LosesTapes > 0 {
		f.LosesTapes--
		l.tape, l.missing = nil, true
		return
	}
	w := l.cut()
	l.c.time.After(tapeReady, func() { l.fact(m, w) })
}

// stopTape ends a recording because the line does something else.
func (l *line) stopTape() {
	if l.tape != nil && l.state == Recording {
		l.tapeLater()
	}
	l.tape = nil
}

// cut ends the recording.
func (l *line) cut() flow.What {
	t := l.tape
	l.tape = nil
	end := l.c.Now()
	if l.talked.Before(end) {
		end = l.talked
	}
	spoke := end.Sub(t.since)
	if spoke <= 0 {
		return flow.What{Kind: flow.Recorded}
	}
	t.length = max(spoke.Truncate(time.Second), time.Second)
	l.newest = *t
	if t.scribe && t.words != "" {
		l.c.time.After(wordsReady, func() { l.fact(t.seq, flow.What{Kind: flow.Transcribed, Ref: t.ref, Entry: t.words}) })
	}
	return flow.What{Kind: flow.Recorded, Ref: t.ref, Length: t.length}
}
