package tables

import (
	"context"
	"fmt"
	"time"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// What a turn's posts change beside the feed: the line, the agent and the mailbox
// that they concern.

const (
	nextCursor = `UPDATE extflow_cursors SET feed = feed + $2 WHERE account = $1 RETURNING feed`
	insertPost = `INSERT INTO extflow_feed (account, cursor, call, seq, at, post) VALUES ($1, $2, $3, $4, $5, $6)`

	findDuty   = `SELECT presence, reason, rest_until, idle_since, misses FROM extflow_duties WHERE account = $1 AND agent = $2`
	updateDuty = `UPDATE extflow_duties SET presence = $3, reason = $4, rest_until = $5, idle_since = $6, misses = $7
		WHERE account = $1 AND agent = $2`

	upsertLine = `INSERT INTO extflow_lines (account, call, queue, since, joined, rank, offers, caller, carrier)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (account, call) DO UPDATE SET queue = excluded.queue, since = excluded.since, joined = excluded.joined,
		rank = excluded.rank, offers = excluded.offers`
	deleteLine = `DELETE FROM extflow_lines WHERE account = $1 AND call = $2 AND queue = $3 RETURNING since, rank`
	insertWait = `INSERT INTO extflow_waits (account, queue, served, at, place) VALUES ($1, $2, $3, $4, $5)`
	trimWaits  = `DELETE FROM extflow_waits WHERE account = $1 AND queue = $2 AND served <=
		(SELECT served FROM extflow_waits WHERE account = $1 AND queue = $2 ORDER BY served DESC LIMIT 1 OFFSET $3)`

	upsertMessage = `INSERT INTO extflow_messages (account, call, mailbox, caller, called, at, length, carrier, ref, state, heard, kept)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0)
		ON CONFLICT (account, call) DO UPDATE SET length = excluded.length, ref = excluded.ref, state = excluded.state
		WHERE excluded.state = 'left'`
	dropMessage = `DELETE FROM extflow_messages WHERE account = $1 AND call = $2`
	loseMessage = `UPDATE extflow_messages SET state = 'lost' WHERE account = $1 AND call = $2`
)

// Lately is by how many callers the wait in a line is estimated: the last who were
// served, where that was within Recent.
const (
	Lately = 20
	Recent = time.Hour
)

// storePosts writes the feed and what belongs to it. Whether a miss was one too many
// is known first, for the feed says so next to it.
func (w *Write) storePosts(ctx context.Context, c Conn, d Dialect) error {
	if len(w.Posts) == 0 {
		return nil
	}
	feed := make([]Post, 0, len(w.Posts)+1)
	for _, p := range w.Posts {
		feed = append(feed, p)
		away, err := w.duty(ctx, c, d, p)
		if err != nil {
			return err
		}
		if away {
			gone, err := posted(flow.Post{Kind: flow.PostAway, Agent: p.Agent, Queue: p.Queue}, p.Call, p.Seq, p.At)
			if err != nil {
				return err
			}
			feed = append(feed, gone)
		}
	}
	last, err := cursors(ctx, c, w.Account, len(feed))
	if err != nil {
		return err
	}
	for i, p := range feed {
		cursor := last - int64(len(feed)-1-i)
		if _, err := c.Exec(ctx, insertPost, w.Account, cursor, p.Call.ID, p.Seq, p.At, p.Doc); err != nil {
			return err
		}
		if err := w.apply(ctx, c, p, cursor); err != nil {
			return err
		}
	}
	return nil
}

// cursors takes the next n cursors of an account's feed, and returns the last.
func cursors(ctx context.Context, c Conn, account string, n int) (last int64, err error) {
	ok, err := one(ctx, c, nextCursor, []any{account, n}, &last)
	if err == nil && !ok {
		err = fmt.Errorf("account %q: %w", account, storage.ErrNotFound)
	}
	return last, err
}

// duty writes what a miss or a talk leaves on an agent, and reports whether that
// made it away.
func (w *Write) duty(ctx context.Context, c Conn, d Dialect, p Post) (away bool, err error) {
	miss := p.Kind == flow.PostMissed && p.Queue != "" && p.Length > 0 && p.Cause != "" // else the caller left, or it was no offer
	if !miss && p.Kind != flow.PostTalked {
		return false, nil
	}
	a, ok, err := loadDuty(ctx, c, d, w.Account, p.Agent)
	if err != nil || !ok {
		return false, err
	}
	if miss {
		a, away = a.Missed(p.Cause, instant(p.At))
	} else {
		a.Duty = a.Duty.Talked(instant(p.At), p.Length)
	}
	return away, storeDuty(ctx, c, w.Account, a)
}

// storeDuty writes an agent's presence and duty, but for what calls reserve.
func storeDuty(ctx context.Context, c Conn, account string, a extension.Agent) error {
	_, err := c.Exec(ctx, updateDuty, account, a.ID, string(a.Presence), a.Reason, nanos(a.Duty.RestUntil), nanos(a.Duty.IdleSince), a.Duty.Misses)
	return err
}

// loadDuty is an agent's presence and duty, for a change: nothing else of it.
func loadDuty(ctx context.Context, c Conn, d Dialect, account, agent string) (a extension.Agent, ok bool, err error) {
	var presence string
	var rest, idle int64
	ok, err = one(ctx, c, findDuty+d.ForUpdate, []any{account, agent}, &presence, &a.Reason, &rest, &idle, &a.Duty.Misses)
	a.ID, a.Presence = agent, extension.Presence(presence)
	a.Duty.RestUntil, a.Duty.IdleSince = instant(rest), instant(idle)
	return a, ok, err
}

// apply writes to the line or the mailbox that a post concerns.
func (w *Write) apply(ctx context.Context, c Conn, p Post, cursor int64) (err error) {
	switch p.Kind {
	case flow.PostWaiting:
		return w.join(ctx, c, p, cursor)
	case flow.PostServed:
		return w.serve(ctx, c, p, cursor)
	case flow.PostMessagePending, flow.PostMessageLeft:
		state := storage.Pending
		if p.Kind == flow.PostMessageLeft {
			state = storage.Left
		} else {
			p.Length, p.Ref = 0, ""
		}
		_, err = c.Exec(ctx, upsertMessage, w.Account, p.Call.ID, p.Mailbox, string(p.Call.From), string(p.Call.To), p.At,
			int64(p.Length), p.Call.Carrier, p.Ref, string(state))
	case flow.PostMessageDropped:
		_, err = c.Exec(ctx, dropMessage, w.Account, p.Call.ID)
	case flow.PostMessageLost:
		_, err = c.Exec(ctx, loseMessage, w.Account, p.Call.ID)
	}
	return err
}

// countLine is how many joined a line no later than a call that may be in it already.
var countLine = `SELECT ` + Ahead("$1", "$2", "CAST($3 AS BIGINT)", "y.since <= $3") +
	` - (SELECT COUNT(*) FROM extflow_lines WHERE account = $1 AND call = $4 AND queue = $2 AND since <= $3)`

// join gives a call the last place in a line: behind everybody who joined no later.
func (w *Write) join(ctx context.Context, c Conn, p Post, cursor int64) error {
	var before int64
	if _, err := one(ctx, c, countLine, []any{w.Account, p.Queue, p.Since(), p.Call.ID}, &before); err != nil {
		return err
	}
	_, err := c.Exec(ctx, upsertLine, w.Account, p.Call.ID, p.Queue, p.Since(), cursor, before+1, p.Call.Offered(),
		string(p.Call.From), p.Call.Carrier)
	return err
}

// serve takes a call out of a line. One that a member took tells how long it
// waited for each place that it had before it.
func (w *Write) serve(ctx context.Context, c Conn, p Post, cursor int64) error {
	var since, rank int64
	ok, err := one(ctx, c, deleteLine, []any{w.Account, p.Call.ID, p.Queue}, &since, &rank)
	if err != nil || !ok || p.Call.State.Result != flow.ResultAnswered {
		return err
	}
	if _, err := c.Exec(ctx, insertWait, w.Account, p.Queue, cursor, p.At, (p.At-since)/rank); err != nil {
		return err
	}
	_, err = c.Exec(ctx, trimWaits, w.Account, p.Queue, Lately)
	return err
}
