package sim

import (
	"cmp"
	"strings"
	"time"

	"github.com/extflow/extflow/flow"
)

// Keys. A key counts where something listens for it, and stops the words that are
// being said, unless they may not be stopped. All others are lost.

// press is a key pressed at the line.
func (l *line) press(key byte) error {
	if l.state == Over {
		return ErrOver
	}
	if l.phone == nil || l.waits != nil || !l.counts(key) {
		l.note(Happening{What: Dropped, Note: string(key)})
	}
	return nil
}

// counts does what a key does here, and reports whether it does anything.
func (l *line) counts(key byte) bool {
	do := l.turn.Move.Do
	keyed := func() { l.note(Happening{What: Keyed, Note: string(key)}) }
	switch {
	case do.Kind == flow.Listen && (l.state == Listening || l.state == Hearing && !do.NoBarge):
		keyed()
		l.digit(do, key)
	case do.Kind == flow.Hold && (l.state == Holding || l.state == Hearing) && strings.ContainsRune(do.Keys, rune(key)):
		keyed()
		if l.state == Hearing { // the words stop, the music does not
			l.clocks.Stop("words")
			l.state = Holding
		}
		l.control(flow.What{Kind: flow.Pressed, Digits: flow.Digits(key)})
	case do.Kind == flow.Record && l.greeted() && strings.ContainsRune(do.Keys, rune(key)):
		keyed()
		l.tape = nil
		l.pressed(string(key))
	case do.Kind == flow.Record && l.state == Recording && do.Finish != "" && do.Finish[0] == key:
		keyed()
		l.recorded()
	default:
		return false
	}
	return true
}

// greeted reports whether a key still counts as pressed during the greeting: also at
// the very instant of the beep, since words may take no time here.
func (l *line) greeted() bool {
	return l.state == Hearing || l.state == Recording && l.tape.since.Equal(l.c.Now()) && !l.talked.After(l.c.Now())
}

// listen waits for the first key.
func (l *line) listen() {
	l.state = Listening
	do := l.turn.Move.Do
	first := cmp.Or(do.First, do.Inter, 5*time.Second)
	l.clocks.Start("first digit", first, func() { l.timedOut("first digit") })
	if l.own != nil && l.own.agent.manner == Takes && strings.ContainsRune(do.Keys, '1') {
		l.clocks.Start("presses 1", 0, func() { _ = l.press('1') })
	}
}

// digit is a key of an entry: the last one, or one after which others may follow.
func (l *line) digit(do flow.Command, key byte) {
	l.clocks.Clear()
	l.state = Listening
	if do.Finish != "" && do.Finish[0] == key {
		l.pressed(l.entry)
		return
	}
	l.entry += string(key)
	if key == '*' && do.Star || do.Digits > 0 && len(l.entry) >= int(do.Digits) {
		l.pressed(l.entry)
		return
	}
	next := cmp.Or(do.Inter, do.First, 5*time.Second)
	l.clocks.Start("next digit", next, func() { l.timedOut("next digit") })
}

// timedOut is silence for as long as the carrier waits for a key.
func (l *line) timedOut(which string) {
	l.note(Happening{What: Fired, Note: which})
	l.pressed(l.entry)
}

// pressed reports an entry.
func (l *line) pressed(entry string) {
	l.clocks.Clear()
	l.entry = ""
	l.state = Waiting
	l.control(flow.What{Kind: flow.Pressed, Digits: flow.Digits(entry)})
}
