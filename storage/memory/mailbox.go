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
}

// put has a message lie in its mailbox.
func (b *boxes) put(m *storage.Message) {
	b.byCall[m.Call] = m
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
	delete(b.byName[m.Mailbox], call)
	if len(b.byName[m.Mailbox]) == 0 {
		delete(b.byName, m.Mailbox)
	}
	return m
}

// message writes what became of a call's message.
func (a *account) message(r *record, t *flow.Turn, p flow.Post) {
	m := a.boxes.byCall[r.key.ID]
	switch p.Kind {
	case flow.PostMessageDropped:
		a.boxes.take(r.key.ID)
		return
	case flow.PostMessageLost:
		if m != nil {
			m.State = storage.Lost
		}
		return
	}
	if m == nil {
		info := r.call.Info
		m = &storage.Message{
			Mailbox: p.Mailbox, Call: r.key.ID, From: info.From, To: info.To, Carrier: info.Carrier,
			At: t.Event.At, State: storage.Pending,
		}
		a.boxes.put(m)
	}
	if p.Kind == flow.PostMessageLeft {
		m.State, m.Ref, m.Length = storage.Left, p.Ref, p.Length
	}
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

func (c *mailboxes) Mark(ctx context.Context, id, mailbox, call string, read bool) error {
	return c.change(ctx, id, mailbox, call, func(_ *boxes, m *storage.Message) { m.Read = read })
}

// Forward moves the message, and whoever has the mailbox has not read it.
func (c *mailboxes) Forward(ctx context.Context, id, mailbox, call, to string) error {
	return c.change(ctx, id, mailbox, call, func(b *boxes, m *storage.Message) {
		b.take(m.Call)
		m.Mailbox, m.Read = to, false
		b.put(m)
	})
}

// Delete removes the message. If its recording was still to come, the message is
// back when it comes.
func (c *mailboxes) Delete(ctx context.Context, id, mailbox, call string) error {
	return c.change(ctx, id, mailbox, call, func(b *boxes, m *storage.Message) { b.take(m.Call) })
}

func (c *mailboxes) change(ctx context.Context, id, mailbox, call string, to func(*boxes, *storage.Message)) error {
	a, err := (*Store)(c).reach(ctx, id)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	m := a.boxes.byCall[call]
	if m == nil || m.Mailbox != mailbox {
		return fmt.Errorf("message of call %s in the mailbox %q: %w", call, mailbox, storage.ErrNotFound)
	}
	to(&a.boxes, m)
	return nil
}
