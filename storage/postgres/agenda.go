package postgres

import (
	"context"
	"time"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// agenda is the store as storage.Agenda.
type agenda struct{ *Store }

// Claim asks the database only when something is known to be due, or when it is
// time to look for what other nodes left behind.
func (a agenda) Claim(ctx context.Context, n int, lease time.Duration) ([]storage.Ticket, error) {
	now := a.clock.now().UnixNano()
	if err := ctx.Err(); err != nil || n <= 0 || !a.timers.due(now) {
		return nil, err
	}
	var tickets []storage.Ticket
	got := answer{now: now, until: now + int64(max(lease, 1))}
	sent := time.Now()
	rows, err := a.pool.Query(ctx, a.names.in(claimDue), now, a.node, int64(grace), n, got.until, int64(2*sweep))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var t storage.Ticket
		var clock int64
		var account, call *string
		var fence, wake, rev, owed *int64
		if err := rows.Scan(&clock, &got.soon, &got.first, &account, &call, &fence, &wake, &rev, &owed); err != nil {
			return nil, err
		}
		a.clock.learn(sent, time.Now(), clock)
		if account == nil || rev == nil {
			continue
		}
		t.Call = flow.Key{Account: *account, ID: *call}
		t.Rev, t.Owed, t.Fence = uint32(*rev), *owed != 0 && *wake > now, uint64(*fence)
		tickets, got.claimed = append(tickets, t), append(got.claimed, t.Call)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	got.more = len(tickets) == n
	a.timers.learn(got)
	return tickets, nil
}

// claimDue claims what is due: this node's own, nobody's, and what others have let
// lie. It says too what others have coming up.
const claimDue = `WITH picked AS MATERIALIZED (
	SELECT account, call, at FROM extflow_due
	WHERE at <= $1 AND (owner = '' OR owner = $2 OR at <= $1 - $3::bigint)
	ORDER BY at LIMIT $4 FOR UPDATE SKIP LOCKED
), claimed AS (
	UPDATE extflow_due d SET at = $5, owner = $2, fence = d.fence + 1
	FROM picked p WHERE d.account = p.account AND d.call = p.call
	RETURNING d.account, d.call, d.fence, d.wake, p.at AS since
)
SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint * 1000,
	COALESCE((SELECT at + $3::bigint FROM extflow_due
		WHERE at > $1 - $3::bigint AND at < $1 + $6::bigint AND owner <> $2 ORDER BY at LIMIT 1), 9223372036854775807),
	COALESCE((SELECT CASE WHEN d.owner = $2 THEN 9223372036854775807 ELSE d.at END FROM extflow_due d
		WHERE d.at > $1 ORDER BY d.at LIMIT 1), 9223372036854775807),
	k.account, k.call, k.fence, k.wake, c.rev, c.owed
FROM (VALUES (1)) AS once LEFT JOIN claimed k ON TRUE
	LEFT JOIN extflow_calls c ON c.account = k.account AND c.call = k.call
ORDER BY k.since`

// Settle ends claims, all in one statement.
func (a agenda) Settle(ctx context.Context, tickets ...storage.Ticket) error {
	if err := ctx.Err(); err != nil || len(tickets) == 0 {
		return err
	}
	var accounts, calls []string
	var revs, owed, fences []int64
	for _, t := range tickets {
		accounts, calls = append(accounts, t.Call.Account), append(calls, t.Call.ID)
		revs, fences = append(revs, int64(t.Rev)), append(fences, int64(t.Fence))
		owed = append(owed, int64(bit(t.Owed)))
	}
	now := a.clock.now().UnixNano()
	return again(ctx, func() error {
		rows, err := a.pool.Query(ctx, a.names.in(settleDue), accounts, calls, revs, owed, fences, now, a.node)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var k flow.Key
			var at, rev int64
			var delivered bool
			if err := rows.Scan(&k.Account, &k.ID, &at, &rev, &delivered); err != nil {
				return err
			}
			a.timers.set(k, at)
			if delivered {
				a.memory.delivered(k, uint32(rev))
			}
		}
		return rows.Err()
	})
}

// settleDue has calls that are still as they were claimed come due again when their
// clocks go off, and notes what was delivered.
const settleDue = `WITH ticket AS (
	SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[]) AS t(account, call, rev, owed, fence)
), held AS MATERIALIZED (
	SELECT t.account, t.call, t.rev, t.owed = 1 AS delivered, t.fence, c.owed = 1 AS owes
	FROM ticket t JOIN extflow_calls c ON c.account = t.account AND c.call = t.call
	WHERE c.rev = t.rev ORDER BY t.account, t.call FOR UPDATE OF c
), settled AS (
	UPDATE extflow_due d SET at = CASE WHEN h.owes AND NOT h.delivered THEN LEAST(d.wake, $6) ELSE d.wake END, owner = $7
	FROM held h WHERE d.account = h.account AND d.call = h.call AND d.fence = h.fence
	RETURNING d.account, d.call, d.at, h.rev, h.owes AND h.delivered AS delivered
), cleared AS (
	UPDATE extflow_calls c SET owed = 0 FROM settled s WHERE s.delivered AND c.account = s.account AND c.call = s.call
)
SELECT account, call, at, rev, delivered FROM settled`

// Next knows of this node's own clocks to the instant, and of others' as they were
// a second ago at the most.
func (a agenda) Next(ctx context.Context) (time.Time, bool, error) {
	now := a.clock.now().UnixNano()
	at, known := a.timers.next(now)
	if !known {
		soon, err := a.look(ctx)
		if err != nil {
			return time.Time{}, false, err
		}
		at = min(at, soon)
	}
	if at == never {
		return time.Time{}, false, ctx.Err()
	}
	return time.Unix(0, at).UTC(), true, ctx.Err()
}

// look finds what comes due first of all that others have to see to.
func (a agenda) look(ctx context.Context) (at int64, err error) {
	err = again(ctx, func() error {
		return a.pool.QueryRow(ctx, a.names.in(firstDue), a.node).Scan(&at)
	})
	return at, err
}

const firstDue = `SELECT COALESCE((SELECT CASE WHEN d.owner = $1 THEN 9223372036854775807 ELSE d.at END
	FROM extflow_due d ORDER BY d.at LIMIT 1), 9223372036854775807)`

// Now is the time by the database's clock. It costs no round trip.
func (a agenda) Now(ctx context.Context) (time.Time, error) { return a.clock.now(), ctx.Err() }

func bit(so bool) int16 {
	if so {
		return 1
	}
	return 0
}
