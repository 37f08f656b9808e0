package flow

import "fmt"

// Moved: a supervisor leads a caller who waits in a queue to somewhere else. Offers
// that are out are withdrawn; a caller whom a member has taken, or whom the carrier is
// joining to one, waits no more and is not moved.

// The names of where callers can be moved that are no entries of a book.
const (
	moveAgent   = "extension"
	moveGoodbye = "goodbye"
)

func (b *Book) moved(s *State, w *What) effect {
	id, ok := b.moves[w.Entry]
	if !ok {
		id, ok = b.entries[w.Entry]
	}
	if !ok || id == s.At { // there is no such place, or it is the one where the caller is
		return effect{ignored: Meaningless}
	}
	return b.divert(s, id, w)
}

// moving makes the steps that only a supervisor leads to.
func (c *compiler) moving() {
	ring := c.fill("moved to an extension", func() node {
		n := c.ruled(Flow{}, scope{ring: c.ringing(Ringing{}, "", "")})
		n.find = &Move{Do: Command{Kind: Find}}
		return n
	})
	c.b.moves = map[string]StepID{moveAgent: ring, moveGoodbye: c.ids["goodbye"]}
}

// MovedTo is the news by which a waiting caller is moved: to a queue, a mailbox, a menu,
// a flow or a directory that the account names, to the agent of an extension as a ToExtension
// without otherwise would ring, or, by HangUp(nil), to the message "goodbye" and the
// end. The error is Faults and says why a destination is none of these.
func (b *Book) MovedTo(d Dest) (What, error) {
	w := What{Kind: Told, News: Moved, Entry: string(d.To) + " " + d.Name}
	switch {
	case d.Message != nil, d.Otherwise != nil, d.Language != "":
		return What{}, Faults{{Path: "to", Problem: "a caller is moved by name; leave out messages, languages and otherwise"}}
	case d.To == TargetHangUp:
		w.Entry = moveGoodbye
		return w, nil
	case d.To == TargetExtension:
		w.Entry, w.Digits = moveAgent, Digits(d.Name)
		return w, nil
	case d.To == TargetQueue, d.To == TargetVoicemail, d.To == TargetMenu, d.To == TargetFlow, d.To == TargetDirectory:
		if _, ok := b.entries[w.Entry]; ok {
			return w, nil
		}
		return What{}, Faults{{Path: "to", Problem: fmt.Sprintf("the caller's release has no %s %q; name one that it has", d.To, d.Name)}}
	}
	return What{}, Faults{{Path: "to", Problem: "callers can be moved to a queue, a voicemail by its name, a menu, a flow, a directory, an extension, or be hung up on"}}
}

// taken reports whether a supervisor has an agent rung for a waiting caller: an offer
// that somebody's own id tells from those of the queue.
func (e *Event) taken() bool {
	return e.ID != "" && e.Kind == Told && (e.News == Offered || e.News == Dialled)
}

// moved is a supervisor's act in a line: "the supervisor moves caller to queue sales".
func (s Script) moved(w *What) string {
	switch w.Entry {
	case moveGoodbye:
		return "the supervisor says goodbye to " + s.caller()
	case moveAgent:
		return "the supervisor moves " + s.caller() + " to extension " + s.digits(w.Digits)
	}
	return "the supervisor moves " + s.caller() + " to " + w.Entry
}
