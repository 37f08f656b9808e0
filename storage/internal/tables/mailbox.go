package tables

import (
	"context"
	"fmt"
	"time"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
)

// mailboxes is the store as storage.Mailboxes.
type mailboxes Store

const (
	messageColumns = `SELECT mailbox, call, caller, called, at, length, carrier, ref, state, heard, kept, words FROM extflow_messages`
	selectMessages = messageColumns + ` WHERE account = $1 AND mailbox = $2 ORDER BY at DESC, call`
	selectMessage  = messageColumns + ` WHERE account = $1 AND mailbox = $2 AND call = $3`
	selectLeftBy   = messageColumns + ` WHERE account = $1 AND call = $2`
	countMessages  = `SELECT COUNT(*) FROM extflow_messages WHERE account = $1 AND mailbox = $2`
	countUnread    = `SELECT COUNT(*) FROM extflow_messages WHERE account = $1 AND mailbox = $2 AND heard = 0 AND state = 'left'`
	updateMessage  = `UPDATE extflow_messages SET mailbox = $3, heard = $4 WHERE account = $1 AND call = $2`
	updateWords    = `UPDATE extflow_messages SET words = $3 WHERE account = $1 AND call = $2`
	keepMessage    = `UPDATE extflow_messages SET kept = 1 WHERE account = $1 AND call = $2`
)

func (s *mailboxes) Messages(ctx context.Context, account, mailbox string) (all []storage.Message, err error) {
	err = s.View(ctx, func(c Conn) error {
		all, err = messages(ctx, c, selectMessages, account, mailbox)
		return err
	})
	return all, err
}

func (s *mailboxes) Message(ctx context.Context, account, mailbox, call string) (m storage.Message, err error) {
	err = s.View(ctx, func(c Conn) error {
		m, err = message(ctx, c, account, mailbox, call, "")
		return err
	})
	return m, err
}

// message is one message. The error is storage.ErrNotFound.
func message(ctx context.Context, c Conn, account, mailbox, call, forUpdate string) (storage.Message, error) {
	all, err := messages(ctx, c, selectMessage+forUpdate, account, mailbox, call)
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("message of call %s in the mailbox %q: %w", call, mailbox, storage.ErrNotFound)
	}
	if err != nil {
		return storage.Message{}, err
	}
	return all[0], nil
}

func messages(ctx context.Context, c Conn, sql string, args ...any) (all []storage.Message, err error) {
	err = each(ctx, c, sql, args, func(scan func(...any) error) error {
		var m storage.Message
		var from, to, state string
		var at, length, heard, kept int64
		if err := scan(&m.Mailbox, &m.Call, &from, &to, &at, &length, &m.Carrier, &m.Ref, &state, &heard, &kept, &m.Words); err != nil {
			return err
		}
		m.From, m.To, m.State = number.E164(from), number.E164(to), storage.MessageState(state)
		m.At, m.Length, m.Read, m.Kept = instant(at), time.Duration(length), heard != 0, kept != 0
		all = append(all, m)
		return nil
	})
	return all, err
}

func (s *mailboxes) Count(ctx context.Context, account, mailbox string) (n storage.Count, err error) {
	err = s.View(ctx, func(c Conn) error {
		if _, err := one(ctx, c, countMessages, []any{account, mailbox}, &n.Messages); err != nil {
			return err
		}
		_, err := one(ctx, c, countUnread, []any{account, mailbox}, &n.Unread)
		return err
	})
	return n, err
}

func (s *mailboxes) Mark(ctx context.Context, account, mailbox, call string, read bool) error {
	return s.change(ctx, account, mailbox, call, func(m *storage.Message) flow.Post {
		if m.Read == read {
			return flow.Post{}
		}
		m.Read = read
		return flow.Post{Kind: flow.PostMessageMarked, Mailbox: mailbox}
	})
}

// Forward moves the message, and whoever has the mailbox has not read it.
func (s *mailboxes) Forward(ctx context.Context, account, mailbox, call, to string) error {
	return s.change(ctx, account, mailbox, call, func(m *storage.Message) flow.Post {
		m.Mailbox, m.Read = to, false
		return flow.Post{Kind: flow.PostMessageForwarded, Mailbox: to}
	})
}

// Delete removes the message. If its recording was still to come, the message is
// back when it comes.
func (s *mailboxes) Delete(ctx context.Context, account, mailbox, call string) error {
	return s.change(ctx, account, mailbox, call, (*storage.Message).Deleted)
}

// change has a message become another, or none, and posts what is to be known of it.
func (s *mailboxes) change(ctx context.Context, account, mailbox, call string, to func(*storage.Message) flow.Post) error {
	now, err := s.Now(ctx)
	if err != nil {
		return err
	}
	return s.Update(ctx, func(c Conn) error {
		m, err := message(ctx, c, account, mailbox, call, s.ForUpdate)
		if err != nil {
			return err
		}
		post := to(&m)
		switch post.Kind {
		case 0:
			return nil
		case flow.PostMessageDeleted:
			_, err = c.Exec(ctx, dropMessage, account, call)
		default:
			_, err = c.Exec(ctx, updateMessage, account, call, m.Mailbox, bit(m.Read))
		}
		if err != nil {
			return err
		}
		return publish(ctx, c, account, call, post, now.UnixNano())
	})
}

// publish writes what somebody did to the feed: it is of no turn.
func publish(ctx context.Context, c Conn, account, call string, p flow.Post, at int64) error {
	doc, err := document(p)
	if err != nil {
		return err
	}
	cursor, err := cursors(ctx, c, account, 1)
	if err != nil {
		return err
	}
	_, err = c.Exec(ctx, insertPost, account, cursor, call, 0, at, doc)
	return err
}

func (s *mailboxes) Keep(ctx context.Context, account, call string) error {
	return s.Update(ctx, func(c Conn) error {
		n, err := c.Exec(ctx, keepMessage, account, call)
		if err == nil && n == 0 {
			return fmt.Errorf("message of call %s: %w", call, storage.ErrNotFound)
		}
		return err
	})
}

// Transcribe gives the message its words.
func (s *mailboxes) Transcribe(ctx context.Context, account, call, ref, words string) error {
	now, err := s.Now(ctx)
	if err != nil {
		return err
	}
	return s.Update(ctx, func(c Conn) error {
		all, err := messages(ctx, c, selectLeftBy+s.ForUpdate, account, call)
		if err == nil && len(all) == 0 {
			err = fmt.Errorf("message of call %s: %w", call, storage.ErrNotFound)
		}
		if err != nil {
			return err
		}
		post, ok := all[0].Transcribe(ref, words)
		if !ok {
			return nil
		}
		if _, err := c.Exec(ctx, updateWords, account, call, words); err != nil {
			return err
		}
		return publish(ctx, c, account, call, post, now.UnixNano())
	})
}
