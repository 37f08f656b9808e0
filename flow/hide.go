package flow

import "github.com/extflow/extflow/extension"

// What callers key and what finds nothing may be anything: a card's number, a PIN. It
// is not stored unless the account asks for that.

// hidden stands for a digit that is not told. To the machine it is a digit: what is
// replayed goes the same way.
const hidden = '?'

// Hide takes the digits out of the newest turns of a call where they found nothing: no
// extension, no key of the menu. Was is the call before the last of the turns. How many
// digits there were stays, and the keys * and #.
func (b *Book) Hide(was Call, turns []Turn) {
	last := len(turns) - 1
	if b.settings.Defaults.KeepEntries || last < 0 || was.Info == nil || int(was.State.At) >= len(b.nodes) || !b.nodes[was.State.At].collects() {
		return
	}
	switch w := &turns[last].Event.What; {
	case w.Kind == Pressed && was.Phase == Listening && b.nodes[was.State.At].entry(string(w.Digits)) == OnInvalid:
	case w.Kind == Pressed && was.Phase == Choosing && was.choice(w.Digits) == 0:
	case was.Phase == Finding && last > 0 && b.missed(w) && turns[last-1].Event.Kind == Pressed:
		last--
	default:
		return
	}
	t := &turns[last]
	t.Event.Digits, t.Move.Do.Entry = t.Event.Digits.hide(), t.Move.Do.Entry.hide()
}

// missed reports whether an entry that was looked up is wrong, or was one too many.
func (b *Book) missed(w *What) bool {
	return w.Kind == Found && (w.Class == extension.ClassUnknown || w.Class == extension.ClassPartial) || w.Kind == Exhausted && w.Budget == Guesses
}

func (n *node) collects() bool { return n.action == collect || n.action == spell }

func (d Digits) hide() Digits {
	text := []byte(d)
	for i, c := range text {
		if '0' <= c && c <= '9' {
			text[i] = hidden
		}
	}
	return Digits(text)
}
