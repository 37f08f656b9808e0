package memory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// mailboxes is the store as storage.Mailboxes.
type mailboxes Store

// boxes are an account's messages. A call leaves one at the most, so that its
// recording finds the message also after somebody forwarded it.
type boxes struct {
	byCall map[string]*storage.Message
	byName map[string]map[string]*storage.Message // by the mailbox, then by call
	unread map[string]int                         // by the mailbox
}

func unread(m *storage.Message) int {
	if m.State == storage.Left && !m.Read {
		return 1
	}
	return 0
}

// put has a message lie in its mailbox. It is changed by taking it and putting
// another.
func (b *boxes) put(m *storage.Message) {
	b.byCall[m.Call] = m
	b.unread[m.Mailbox] += unread(m)
	box := b.byName[m.Mailbox]
	if box == nil {
		box = map[string]*storage.Message{}
		b.byName[m.Mailbox] = box
	}
	box[m.Call] = m
}

// take takes the message of a call away; nil where there is none.
func (b *boxes) take(call string) *storage.Message {
	m := b.byCall[call]
	if m == nil {
		return nil
	}
	delete(b.byCall, call)
	if b.unread[m.Mailbox] -= unread(m); b.unread[m.Mailbox] == 0 {
		delete(b.unread, m.Mailbox)
	}
	delete(b.byName[m.Mailbox], call)
	if len(b.byName[m.Mailbox]) == 0 {
		delete(b.byName, m.Mailbox)
	}
	return m
}

// message writes what became of a call's message.
func (a *account) message(r *record, t *flow.Turn, p flow.Post) {
	m := a.boxes.take(r.key.ID)
	if p.Kind == flow.PostMessageDropped || m == nil && p.Kind == flow.PostMessageLost {
		return
	}
	if m == nil {
		info := r.call.Info
		m = &storage.Message{
			Mailbox: p.Mailbox, Call: r.key.ID, From: info.From, To: info.To, Carrier: info.Carrier,
			At: t.Event.At, State: storage.Pending,
		}
	}
	switch p.Kind {
	case flow.PostMessageLost:
		m.State = storage.Lost
	case flow.PostMessageLeft:
		m.State, m.Ref, m.Length = storage.Left, p.Ref, p.Length
	}
	a.boxes.put(m)
}

func (c *mailboxes) Messages(ctx context.Context, id, mailbox string) ([]storage.Message, error) {
	a, err := (*Store)(c).reach(ctx, id)
	if err != nil {
		return nil, err
	}
	var all []storage.Message
	a.mu.RLock()
	for _, m := range a.boxes.byName[mailbox] {
		all = append(all, *m)
	}
	a.mu.RUnlock()
	slices.SortFunc(all, func(x, y storage.Message) int {
		if at := y.At.Compare(x.At); at != 0 {
			return at
		}
		return strings.Compare(x.Call, y.Call)
	})
	return all, nil
}

func (c *mailboxes) Message(ctx context.Context, id, mailbox, call string) (storage.Message, error) {
	a, err := (*Store)(c).reach(ctx, id)
	if err != nil {
		return storage.Message{}, err
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	m := a.boxes.byName[mailbox][call]
	if m == nil {
		return storage.Message{}, noMessage(mailbox, call)
	}
	return *m, nil
}

func noMessage(mailbox, call string) error {
	return fmt.Errorf("message of call %s in the mailbox %q: %w", call, mailbox, storage.ErrNotFound)
}

func (c *mailboxes) Count(ctx context.Context, id, mailbox string) (storage.Count, error) {
	a, err := (*Store)(c).reach(ctx, id)
	if err != nil {
		return storage.Count{}, err
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	return storage.Count{Messages: len(a.boxes.byName[mailbox]), Unread: a.boxes.unread[mailbox]}, nil
}

func (c *mailboxes) Mark(ctx context.Context, id, mailbox, call string, read bool) error {
	return c.change(ctx, id, mailbox, call, func(m storage.Message) (storage.Message, flow.Post) {
		if m.Read == read {
			return m, flow.Post{}
		}
		m.Read = read
		return m, flow.Post{Kind: flow.PostMessageMarked, Mailbox: m.Mailbox}
	})
}

// Forward moves the message, and whoever has the mailbox has not read it.
func (c *mailboxes) Forward(ctx context.Context, id, mailbox, call, to string) error {
	return c.change(ctx, id, mailbox, call, func(m storage.Message) (storage.Message, flow.Post) {
		m.Mailbox, m.Read = to, false
		return m, flow.Post{Kind: flow.PostMessageForwarded, Mailbox: to}
	})
}

// Delete removes the message. If its recording was still to come, the message is
// back when it comes.
func (c *mailboxes) Delete(ctx context.Context, id, mailbox, call string) error {
	return c.change(ctx, id, mailbox, call, func(m storage.Message) (storage.Message, flow.Post) {
		return storage.Message{}, m.Deleted()
	})
}

// change has a message become another, or none, and posts what is to be known of it.
func (c *mailboxes) change(ctx context.Context, id, mailbox, call string, to func(storage.Message) (storage.Message, flow.Post)) error {
	s := (*Store)(c)
	a, err := s.reach(ctx, id)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	m := a.boxes.byName[mailbox][call]
	if m == nil {
		return noMessage(mailbox, call)
	}
	next, post := to(*m)
	a.boxes.take(call)
	if next.Call != "" {
		a.boxes.put(&next)
	}
	if post.Kind != 0 {
		a.publish(storage.Entry{Call: flow.Key{Account: id, ID: call}, At: s.now(), Post: post})
	}
	return nil
}

func (c *mailboxes) Keep(ctx context.Context, id, call string) error {
	return c.of(ctx, id, call, func(_ *account, m *storage.Message) { m.Kept = true })
}

// Transcribe gives the message its words.
func (c *mailboxes) Transcribe(ctx context.Context, id, call, ref, words string) error {
	return c.of(ctx, id, call, func(a *account, m *storage.Message) {
		if post, ok := m.Transcribe(ref, words); ok {
			a.publish(storage.Entry{Call: flow.Key{Account: id, ID: call}, At: (*Store)(c).now(), Post: post})
		}
	})
}

// of does something with the message of a call, in whichever mailbox it is.
func (c *mailboxes) of(ctx context.Context, id, call string, do func(*account, *storage.Message)) error {
	a, err := (*Store)(c).reach(ctx, id)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	m := a.boxes.byCall[call]
	if m == nil {
		return fmt.Errorf("message of call %s: %w", call, storage.ErrNotFound)
	}
	do(a, m)
	return nil
}
