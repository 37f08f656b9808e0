package tables

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
)

// queues is the store as storage.Queues.
type queues Store

const (
	selectHead = `SELECT call, caller, carrier, since, offers FROM extflow_lines
		WHERE account = $1 AND queue = $2 ORDER BY since, joined LIMIT $3`
	selectMembers = `SELECT ` + agentColumns + ` FROM extflow_members m
		JOIN extflow_agents a ON a.account = m.account AND a.agent = m.agent ` + joinDuty + `
		WHERE m.account = $1 AND m.queue = $3 ORDER BY m.ordinal`
	selectWaits = `SELECT place FROM extflow_waits WHERE account = $1 AND queue = $2 AND at >= $3 ORDER BY served DESC LIMIT $4`

	nextLine      = `SELECT account, queue FROM extflow_lines WHERE (account, queue) > ($1, $2) ORDER BY account, queue LIMIT 1`
	selectServing = `SELECT DISTINCT m.queue FROM (SELECT CAST($2 AS TEXT) AS agent UNION
		SELECT o.agent FROM extflow_endpoints e CROSS JOIN extflow_endpoints o
		WHERE e.account = $1 AND e.agent = $2 AND o.account = $1 AND o.place = e.place) a
		CROSS JOIN extflow_members m WHERE m.account = $1 AND m.agent = a.agent ORDER BY m.queue`
	deleteMembers = `DELETE FROM extflow_members WHERE account = $1 AND queue = $2`
	insertMember  = `INSERT INTO extflow_members (account, queue, agent, ordinal) VALUES ($1, $2, $3, $4)`
	findAgent     = `SELECT 1 FROM extflow_agents WHERE account = $1 AND agent = $2`
)

// What is counted is counted in whole spans of time, as far as those go: see the
// third step of the schema.
var selectSize = `SELECT ` + waiting("$1", "$2")

// PlaceSQL finds where a call stands in a line ($1 account, $2 call, $3 queue), and how
// many stand there.
var PlaceSQL = `SELECT ` + Ahead("l.account", "l.queue", "l.since", "(y.since, y.joined) <= (l.since, l.joined)") + `,
		` + waiting("l.account", "l.queue") + `
		FROM (SELECT account, queue, since, joined FROM extflow_lines WHERE account = $1 AND call = $2 LIMIT 1) l WHERE l.queue = $3`

// waiting is, in SQL, how many callers a line has.
func waiting(account, queue string) string {
	return spans(account, queue, `w.width = 42`)
}

func spans(account, queue, which string) string {
	return `(SELECT CAST(COALESCE(SUM(w.n), 0) AS BIGINT) FROM extflow_line_counts w
		WHERE w.account = ` + account + ` AND w.queue = ` + queue + ` AND ` + which + `)`
}

// Ahead is, in SQL, how many callers y of a line joined before an instant's span, and
// those of the span that a condition admits. It reads at most 127 spans of each of the
// lesser widths, however many callers there are.
func Ahead(account, queue, since, admits string) string {
	return `(` + spans(account, queue, `w.width = 42 AND w.span < (`+since+` >> 42)`) + `
		+ ` + spans(account, queue, `w.width = 35 AND w.span >= ((`+since+` >> 42) << 7) AND w.span < (`+since+` >> 35)`) + `
		+ ` + spans(account, queue, `w.width = 28 AND w.span >= ((`+since+` >> 35) << 7) AND w.span < (`+since+` >> 28)`) + `
		+ (SELECT COUNT(*) FROM extflow_lines y WHERE y.account = ` + account + ` AND y.queue = ` + queue + `
		AND y.since >= ((` + since + ` >> 28) << 28) AND ` + admits + `))`
}

// Waiting reads first and asks for hours afterwards: open may use the store.
func (s *queues) Waiting(ctx context.Context, account, queue string, n int, open func(hours string) bool) (flow.Waiting, error) {
	now, err := s.Now(ctx)
	if err != nil {
		return flow.Waiting{}, err
	}
	w := flow.Waiting{Queue: queue}
	var members []person
	err = s.View(ctx, func(c Conn) error {
		if err := head(ctx, c, account, n, &w); err != nil {
			return err
		}
		members, err = people(ctx, c, selectMembers, account, "", queue)
		return err
	})
	if err != nil {
		return flow.Waiting{}, err
	}
	q := extension.Inquiry{Now: now, Closed: closed(open)}
	for _, p := range members {
		w.Members = append(w.Members, p.member(q))
	}
	return w, nil
}

func head(ctx context.Context, c Conn, account string, n int, w *flow.Waiting) error {
	w.Callers, w.Size = nil, 0
	if _, err := one(ctx, c, selectSize, []any{account, w.Queue}, &w.Size); err != nil || n <= 0 || w.Size == 0 {
		return err
	}
	return each(ctx, c, selectHead, []any{account, w.Queue, n}, func(scan func(...any) error) error {
		var caller flow.Waiter
		var from string
		var since int64
		err := scan(&caller.Call, &from, &caller.Carrier, &since, &caller.Legs)
		caller.From, caller.Since = number.E164(from), instant(since)
		w.Callers = append(w.Callers, caller)
		return err
	})
}

// member is the agent as a member of a queue.
func (p *person) member(q extension.Inquiry) flow.Member {
	m := flow.Member{
		Party:     p.Party(),
		Free:      p.Free(q, p.elsewhere),
		AtWork:    p.AtWork(q),
		IdleSince: p.Duty.IdleSince,
		Hours:     p.Hours,
	}
	if p.Duty.Resting(q.Now) {
		m.Rest = p.Duty.RestUntil
	}
	return m
}

func (s *queues) Place(ctx context.Context, account, queue, call string) (p storage.Place, err error) {
	now, err := s.Now(ctx)
	if err != nil {
		return p, err
	}
	err = s.View(ctx, func(c Conn) error {
		ok, err := one(ctx, c, PlaceSQL, []any{account, call, queue}, &p.Position, &p.Size)
		if err != nil {
			return err
		}
		if !ok {
			return fmt.Errorf("call %s in the queue %q: %w", call, queue, storage.ErrNotFound)
		}
		p.Wait, err = estimate(ctx, c, account, queue, p.Position, now)
		return err
	})
	if err != nil {
		return storage.Place{}, err
	}
	return p, nil
}

// estimate is how long the caller at a position will wait: as long for each place
// as the callers who were served lately waited for each of theirs, on average. It
// is 0 where nobody was served lately.
func estimate(ctx context.Context, c Conn, account, queue string, position int, now time.Time) (time.Duration, error) {
	var sum, n int64
	args := []any{account, queue, now.Add(-Recent).UnixNano(), Lately}
	err := each(ctx, c, selectWaits, args, func(scan func(...any) error) error {
		var place int64
		err := scan(&place)
		sum, n = sum+place, n+1
		return err
	})
	if err != nil || n == 0 {
		return 0, err
	}
	return time.Duration(sum / n * int64(position)), nil
}

// SetMembers refuses who is no agent: the error is extension.ErrNoAgent and
// storage.ErrNotFound.
func (s *queues) SetMembers(ctx context.Context, account, queue string, agents []string) error {
	return s.Update(ctx, func(c Conn) error {
		if _, err := loadAccount(ctx, c, account, s.ForUpdate); err != nil {
			return err
		}
		if _, err := c.Exec(ctx, deleteMembers, account, queue); err != nil {
			return err
		}
		for i, agent := range agents {
			if slices.Contains(agents[:i], agent) {
				return fmt.Errorf("queue %s: %w: %s is a member twice", queue, extension.ErrAgent, agent)
			}
			var found int64
			if ok, err := one(ctx, c, findAgent, []any{account, agent}, &found); err != nil {
				return err
			} else if !ok {
				return fmt.Errorf("queue %s: %w: %w: %s", queue, storage.ErrNotFound, extension.ErrNoAgent, agent)
			}
			if _, err := c.Exec(ctx, insertMember, account, queue, agent, i); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *queues) Serving(ctx context.Context, account, agent string) (queues []string, err error) {
	err = s.View(ctx, func(c Conn) error {
		queues = nil
		return each(ctx, c, selectServing, []any{account, agent}, func(scan func(...any) error) error {
			var queue string
			err := scan(&queue)
			queues = append(queues, queue)
			return err
		})
	})
	return queues, err
}

// Lines goes from one queue to the next by the index, whoever waits in them.
func (s *queues) Lines(ctx context.Context) iter.Seq2[storage.Line, error] {
	return func(yield func(storage.Line, error) bool) {
		for l := (storage.Line{}); ; {
			var some bool
			err := s.View(ctx, func(c Conn) (err error) {
				some, err = one(ctx, c, nextLine, []any{l.Account, l.Queue}, &l.Account, &l.Queue)
				return err
			})
			if err == nil && !some || !yield(l, err) || err != nil {
				return
			}
		}
	}
}
