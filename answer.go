package extflow

import (
	"errors"
	"slices"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
)

// What the book asks of the engine on an event's way, and how it is found out: who has an
// extension, whether a line or a mailbox has room.

// answer is what the engine finds out for the book.
func (w *work) answer(b *flow.Book, c flow.Call, do flow.Command, ev *flow.Event) (flow.What, error) {
	switch {
	case do.Kind == flow.AskHours:
		return w.e.opened(b, c, do.Name, w.now)
	case do.Kind == flow.Vet:
		what, _, err := w.vet(c)
		return what, err
	case do.Kind == flow.StandIn:
		return w.standIn(b, c)
	case do.Kind == flow.Spell:
		return w.findByName(c, do.Entry)
	case do.Kind == flow.Tell:
		news := flow.What{Kind: flow.Told, News: do.News, Leg: c.ID, Party: c.Party}
		m, err := w.happen(c.Info.Peer, w.event(c.Info.Peer, news))
		if errors.Is(err, storage.ErrNotFound) {
			return flow.What{Kind: flow.Replied}, nil
		}
		return flow.What{Kind: flow.Replied, Yes: m.Ignored == 0}, err
	case do.Mailbox != "":
		return w.findMailbox(b, do.Mailbox)
	case do.Name != "":
		return w.findQueue(b, c, do.Name)
	}
	return w.findAgent(b, c, do.Entry, ev.Kind == flow.Pressed)
}

// guess is one wrong entry of a caller's, across calls.
func (e *Engine) guess(caller number.E164) spend {
	return spend{"guess " + string(caller), e.Guesses.Entries, e.Guesses.Per}
}

// findAgent looks an entry up. What callers key is refused once they have guessed too
// often.
func (w *work) findAgent(b *flow.Book, c flow.Call, entry flow.Digits, keyed bool) (flow.What, error) {
	if keyed {
		if may, err := w.mayGuess(c.From); !may || err != nil {
			return flow.What{Kind: flow.Exhausted, Budget: flow.Guesses}, err
		}
	}
	class, party, err := w.e.Store.Directory().Find(w.ctx, w.account, storage.Lookup{
		Call: c.ID, Entry: string(entry), Caller: c.From, Carrier: c.Carrier, Open: w.e.opener(b, w.now),
	})
	if err != nil {
		return flow.What{}, err
	}
	if class == extension.ClassAvailable && slices.Contains(w.taken, party.Agent) {
		class = extension.ClassBusy
	}
	return flow.What{Kind: flow.Found, Class: class, Party: party}, nil
}

// findByName looks up who is listed by the letters of a name.
func (w *work) findByName(c flow.Call, keyed flow.Digits) (flow.What, error) {
	if may, err := w.mayGuess(c.From); !may || err != nil {
		return flow.What{Kind: flow.Exhausted, Budget: flow.Guesses}, err
	}
	found, err := w.e.Store.Directory().Spelled(w.ctx, w.account, string(keyed), flow.MaxChoices+1)
	return flow.Spelled(keyed, found), err
}

// mayGuess reports whether a caller has not yet keyed too much that was wrong. Who
// withholds the number shares no count with others who do.
func (w *work) mayGuess(caller number.E164) (bool, error) {
	if caller == "" {
		return true, nil
	}
	return w.spend(w.e.guess(caller), 0)
}

// findQueue sees whether a line has room and anybody at work whom the call's
// carrier reaches.
func (w *work) findQueue(b *flow.Book, c flow.Call, name string) (flow.What, error) {
	q, ok := b.Queue(name)
	line, err := w.e.Store.Queues().Waiting(w.ctx, w.account, name, 0, w.e.opener(b, w.now))
	if err != nil || !ok {
		return flow.What{Kind: flow.Found, Class: extension.ClassAway}, err
	}
	class := extension.ClassAvailable
	switch {
	case line.Size >= q.MaxSize:
		class = extension.ClassBusy
	case !line.AtWork(c.Carrier):
		class = extension.ClassAway
	}
	return flow.What{Kind: flow.Found, Class: class}, nil
}

// findMailbox sees whether a mailbox has room.
func (w *work) findMailbox(b *flow.Book, name string) (flow.What, error) {
	box, _ := b.Mailbox(name)
	count, err := w.e.Store.Mailboxes().Count(w.ctx, w.account, name)
	class := extension.ClassAvailable
	if box.MaxMessages > 0 && count.Messages >= box.MaxMessages {
		class = extension.ClassBusy
	}
	return flow.What{Kind: flow.Found, Class: class}, err
}
