package postgres

import (
	"strconv"
	"strings"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/storage/internal/tables"
)

// compare locks the calls that are there, and finds those that are not at the
// revision that their atom goes by, that exist already, or whose event is known.
func (b *builder) compare() {
	b.add(hasOld, `locked AS MATERIALIZED (
	SELECT o.account, o.call FROM old o JOIN extflow_calls c ON c.account = o.account AND c.call = o.call
	WHERE c.rev = o.was ORDER BY o.account, o.call FOR UPDATE OF c)`)
	var why []string
	if b.has&hasEvents != 0 {
		why = append(why, `SELECT e.atom, 1 AS why, '' AS agent FROM event e
		JOIN extflow_events x ON x.account = e.account AND x.call = e.call AND x.event = e.event`)
	}
	if b.has&hasOld != 0 {
		why = append(why, `SELECT atom, 2 AS why, '' AS agent FROM old WHERE (account, call) NOT IN (SELECT account, call FROM locked)`)
	}
	if b.has&hasNew != 0 {
		why = append(why, `SELECT n.atom, 1 AS why, '' AS agent FROM new n JOIN extflow_past p ON p.account = n.account AND p.call = n.call`,
			`SELECT n.atom, 2 AS why, '' AS agent FROM new n JOIN extflow_calls c ON c.account = n.account AND c.call = n.call`,
			`SELECT n.atom, 3 AS why, '' AS agent FROM new n WHERE NOT EXISTS (SELECT 1 FROM extflow_accounts a WHERE a.account = n.account)`)
	}
	b.against("refused", why...)
}

// reserve locks agents and then telephones, and finds those that other calls have.
func (b *builder) reserve() {
	if b.has&hasAgents != 0 {
		b.add(0, `kept AS MATERIALIZED (
	SELECT a.*, d.held_by, d.presence, d.misses FROM agent a JOIN extflow_duties d ON d.account = a.account AND d.agent = a.agent
	WHERE `+b.good("a.atom")+` ORDER BY a.account, a.agent FOR UPDATE OF d)`)
		here := b.good("a.atom")
		b.against("engaged", `SELECT atom, 4 AS why, agent FROM kept WHERE takes <> '' AND held_by NOT IN ('', takes, frees)`,
			`SELECT a.atom, 5 AS why, a.agent FROM agent a WHERE a.takes <> '' AND `+here+`
		AND (a.account, a.agent) NOT IN (SELECT account, agent FROM kept)`)
	}
	if b.has&hasPlaces != 0 {
		then := `TRUE`
		if b.has&hasAgents != 0 { // the order of locks: who is engaged is known before any telephone is looked at
			then = `(SELECT count(*) FROM engaged) >= 0`
		}
		b.add(0, `rung AS MATERIALIZED (
	SELECT p.*, x.call AS held_by FROM place p JOIN extflow_places x ON x.account = p.account AND x.place = p.place
	WHERE `+then+` AND p.atom NOT IN (SELECT atom FROM refused) ORDER BY p.account, p.place FOR UPDATE OF x)`)
		b.against("in_use", `SELECT atom, 4 AS why, agent FROM rung WHERE takes <> '' AND held_by NOT IN ('', takes, frees)`,
			`SELECT p.atom, 5 AS why, p.agent FROM place p WHERE p.takes <> '' AND p.atom NOT IN (SELECT atom FROM refused)
		AND (p.account, p.place) NOT IN (SELECT account, place FROM rung)`)
	}
}

// begin adds new calls, which somebody else may just have added; what is left is
// written.
func (b *builder) begin() {
	atoms := `SELECT atom FROM generate_series(0, $1::bigint - 1) AS g(atom) WHERE `
	if b.has&hasNew == 0 {
		b.add(0, `ok AS MATERIALIZED (`+atoms+b.good("atom")+`)`)
		return
	}
	b.add(0, `able AS MATERIALIZED (`+atoms+b.good("atom")+`)`)
	b.add(0, `begun AS (
	INSERT INTO extflow_calls (account, call, rev, owed, begun, closed, caller, called, state, result, taken_by)
	SELECT account, call, rev, owed, begun, closed, caller, called, state, result, taken_by FROM new
	WHERE atom IN (SELECT atom FROM able) ORDER BY account, call
	ON CONFLICT (account, call) DO NOTHING RETURNING account, call)`)
	b.against("beaten", `SELECT n.atom, 2 AS why, '' AS agent FROM new n WHERE n.atom IN (SELECT atom FROM able)
		AND (n.account, n.call) NOT IN (SELECT account, call FROM begun)`)
	b.add(0, `ok AS MATERIALIZED (SELECT atom FROM able WHERE atom NOT IN (SELECT atom FROM beaten))`)
}

const isOK = ` IN (SELECT atom FROM ok)`

// write writes calls, turns, and what calls reserve.
func (b *builder) write() {
	b.add(hasOld, `moved AS (
	UPDATE extflow_calls c SET rev = o.rev, owed = o.owed, state = o.state, result = o.result, taken_by = o.taken_by,
		closed = CASE WHEN c.closed > 0 THEN c.closed ELSE o.closed END
	FROM old o WHERE o.atom`+isOK+` AND c.account = o.account AND c.call = o.call)`)
	b.add(hasTurns, `told AS (
	INSERT INTO extflow_turns (account, call, seq, doc) SELECT account, call, seq, doc FROM turn WHERE atom`+isOK+`)`)
	b.add(hasTurns, `timed AS (
	INSERT INTO extflow_due (account, call, at, wake, owner) SELECT account, call, at, wake, owner FROM due WHERE atom`+isOK+`
	ON CONFLICT (account, call) DO UPDATE SET at = excluded.at, wake = excluded.wake, owner = excluded.owner)`)
	b.add(hasOver, `rested AS (
	DELETE FROM extflow_due d USING over o WHERE o.atom`+isOK+` AND d.account = o.account AND d.call = o.call)`)
	b.add(hasEvents, `known AS (
	INSERT INTO extflow_events (account, call, event) SELECT account, call, event FROM event WHERE atom`+isOK+`)`)
	b.add(hasAgents, `served AS (
	UPDATE extflow_duties d SET
		held_by = CASE WHEN k.takes <> '' THEN k.takes WHEN k.frees = d.held_by THEN '' ELSE d.held_by END,
		held_until = CASE WHEN k.takes <> '' THEN k.until WHEN k.frees = d.held_by THEN 0 ELSE d.held_until END,
		rest_until = GREATEST(d.rest_until, k.rest), idle_since = GREATEST(d.idle_since, k.idle),
		misses = CASE WHEN k.talk = 1 THEN 0 ELSE k.misses + k.counts END,
		presence = CASE WHEN `+away("k")+` THEN '`+string(extension.Away)+`' ELSE d.presence END,
		reason = CASE WHEN `+away("k")+` THEN '`+extension.ReasonMissed+`' ELSE d.reason END
	FROM kept k WHERE k.atom`+isOK+` AND d.account = k.account AND d.agent = k.agent)`)
	b.add(hasPlaces, `freed AS (
	UPDATE extflow_places x SET call = CASE WHEN r.takes <> '' THEN r.takes WHEN r.frees = x.call THEN '' ELSE x.call END
	FROM rung r WHERE r.atom`+isOK+` AND x.account = r.account AND x.place = r.place)`)
	b.add(hasOffers, `offered AS (
	UPDATE extflow_lines l SET offers = o.offers FROM offer o WHERE o.atom`+isOK+` AND l.account = o.account AND l.call = o.call)`)
}

// away is a condition: the agent, as it was kept, has missed once too often.
func away(k string) string {
	return k + `.miss = 1 AND ` + k + `.misses + ` + k + `.counts >= ` + strconv.Itoa(extension.MaxMisses) +
		` AND ` + k + `.presence = '` + string(extension.Available) + `'`
}

// publish writes the feed: entries get their cursors from the account's row, which
// is locked until all of them can be read.
func (b *builder) publish() {
	which := `p.away = ''`
	if b.has&hasAgents != 0 {
		which = `(p.away = '' OR (p.atom, p.away) IN (SELECT k.atom, k.agent FROM kept k WHERE ` + away("k") + `))`
	}
	b.add(hasPosts, `entry AS MATERIALIZED (
	SELECT p.*, row_number() OVER (PARTITION BY p.account ORDER BY p.atom, p.ord) AS n FROM post p
	WHERE p.atom`+isOK+` AND `+which+`)`)
	b.add(hasPosts, `cursor AS (
	UPDATE extflow_cursors c SET feed = c.feed + e.n FROM (SELECT account, count(*) AS n FROM entry GROUP BY account ORDER BY account) e
	WHERE c.account = e.account RETURNING c.account, c.feed - e.n AS before)`)
	b.add(hasPosts, `published AS (
	INSERT INTO extflow_feed (account, cursor, call, seq, at, post)
	SELECT e.account, c.before + e.n, e.call, e.seq, e.at, e.doc FROM entry e JOIN cursor c ON c.account = e.account)`)
}

// queue has callers join and leave lines. Who joins stands behind everybody who
// joined no later; who was served tells how long each place took.
func (b *builder) queue() {
	b.add(hasLines, `joined AS (
	INSERT INTO extflow_lines (account, call, queue, since, joined, rank, offers, caller, carrier)
	SELECT x.account, x.call, x.queue, x.since, c.before + e.n, 1
		+ `+tables.Ahead("x.account", "x.queue", "x.since", "y.since <= x.since")+`
		- (SELECT count(*) FROM extflow_lines l WHERE l.account = x.account AND l.call = x.call AND l.queue = x.queue AND l.since <= x.since)
		+ (SELECT count(*) FROM line y WHERE y.account = x.account AND y.queue = x.queue AND y.since <= x.since AND y.atom < x.atom),
		x.offers, x.caller, x.carrier
	FROM line x JOIN entry e ON e.atom = x.atom AND e.ord = x.ord JOIN cursor c ON c.account = x.account
	WHERE x.atom`+isOK+`
	ON CONFLICT (account, call) DO UPDATE SET queue = excluded.queue, since = excluded.since, joined = excluded.joined,
		rank = excluded.rank, offers = excluded.offers)`)
	b.add(hasLeavers, `gone AS (
	DELETE FROM extflow_lines l USING leaver x
	WHERE x.atom`+isOK+` AND l.account = x.account AND l.call = x.call AND l.queue = x.queue
	RETURNING x.atom, x.ord, x.account, x.queue, x.at, x.answered, l.since, l.rank)`)
	b.add(hasLeavers, `waited AS (
	INSERT INTO extflow_waits (account, queue, served, at, place)
	SELECT g.account, g.queue, c.before + e.n, g.at, (g.at - g.since) / g.rank
	FROM gone g JOIN entry e ON e.atom = g.atom AND e.ord = g.ord JOIN cursor c ON c.account = g.account WHERE g.answered = 1)`)
	b.add(hasLeavers, `trimmed AS (
	DELETE FROM extflow_waits w USING gone g WHERE g.answered = 1 AND w.account = g.account AND w.queue = g.queue
		AND w.served <= (SELECT o.served FROM extflow_waits o WHERE o.account = g.account AND o.queue = g.queue
		ORDER BY o.served DESC LIMIT 1 OFFSET `+strconv.Itoa(tables.Lately-1)+`))`)
}

// keep writes what became of messages. One that was left is completed wherever it
// has been forwarded to.
func (b *builder) keep() {
	b.add(hasMessages, `kept_message AS (
	INSERT INTO extflow_messages (account, call, mailbox, caller, called, at, length, carrier, ref, state, heard, kept)
	SELECT account, call, mailbox, caller, called, at, length, carrier, ref, state, 0, 0 FROM message
	WHERE atom`+isOK+` AND state IN ('pending', 'left')
	ON CONFLICT (account, call) DO UPDATE SET length = excluded.length, ref = excluded.ref, state = excluded.state
	WHERE excluded.state = 'left')`)
	b.add(hasMessages, `dropped AS (
	DELETE FROM extflow_messages m USING message x WHERE x.atom`+isOK+` AND x.state = '' AND m.account = x.account AND m.call = x.call)`)
	b.add(hasMessages, `lost AS (
	UPDATE extflow_messages m SET state = 'lost' FROM message x
	WHERE x.atom`+isOK+` AND x.state = 'lost' AND m.account = x.account AND m.call = x.call)`)
}

// verdict says of each atom what became of it, and what time it is.
func (b *builder) verdict() string {
	now := `(extract(epoch FROM clock_timestamp()) * 1000000)::bigint * 1000`
	if len(b.bad) == 0 {
		return `SELECT atom, 0 AS why, '' AS agent, ` + now + ` FROM ok`
	}
	return `SELECT g.atom, COALESCE(x.why, 0), COALESCE(x.agent, ''), ` + now + `
FROM generate_series(0, $1::bigint - 1) AS g(atom) LEFT JOIN (` + strings.Join(b.bad, ` UNION ALL `) + `) AS x ON x.atom = g.atom`
}
