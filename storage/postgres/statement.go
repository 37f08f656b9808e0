package postgres

import (
	"strconv"
	"strings"
	"sync"
)

// The statement of a commit. It locks what it goes by, in one order for everybody;
// sees of each plan (an atom) whether anything speaks against it; and writes those
// of which nothing does. It is made of parts, and has only those that have something
// to write: the server plans each of the few shapes once for a connection.

// shape is which parts a statement has.
type shape uint16

const (
	hasOld      shape = 1 << iota // calls that are there already
	hasNew                        // calls that are not
	hasTurns                      // turns, and when their calls need attention
	hasOver                       // calls that need no more attention
	hasEvents                     // ids of events
	hasAgents                     // agents freed, taken, or left with something
	hasPlaces                     // telephones freed or taken
	hasPosts                      // the feed
	hasOffers                     // members who ring for callers in line
	hasLines                      // callers who join a line
	hasLeavers                    // callers who leave one
	hasMessages                   // what became of voicemail
)

// Why an atom is not written: the least that applies.
const (
	written = iota
	seen
	stale
	nobodys // there is no such account
	taken
	missing // a row to reserve by is not there yet
)

// part is a parameter of the statement: a table, each of its columns an array.
type part struct {
	in    shape
	name  string
	ints  string
	texts string
}

var parts = []part{
	{hasOld, "old", "atom, was, rev, owed, closed", "account, call, state, result, taken_by"},
	{hasNew, "new", "atom, rev, owed, begun, closed", "account, call, caller, called, state, result, taken_by"},
	{hasTurns, "turn", "atom, seq", "account, call, doc"},
	{hasTurns, "due", "atom, at, wake", "account, call, owner"},
	{hasOver, "over", "atom", "account, call"},
	{hasEvents, "event", "atom", "account, call, event"},
	{hasAgents, "agent", "atom, until, miss, counts, talk, rest, idle", "account, agent, frees, takes"},
	{hasPlaces, "place", "atom", "account, place, agent, frees, takes"},
	{hasPosts, "post", "atom, ord, seq, at", "account, call, doc, away"},
	{hasOffers, "offer", "atom, offers", "account, call"},
	{hasLines, "line", "atom, ord, since, offers", "account, call, queue, caller, carrier"},
	{hasLeavers, "leaver", "atom, ord, at, answered", "account, call, queue"},
	{hasMessages, "message", "atom, at, length", "account, call, mailbox, caller, called, carrier, ref, state"},
}

func columns(names string) int {
	return strings.Count(names, ",") + 1
}

// statements are those made so far, by their shape.
var statements sync.Map

// statement is the one with the parts of a shape. Its parameters are how many atoms
// there are, and then the columns of each part.
func statement(has shape) string {
	if sql, ok := statements.Load(has); ok {
		return sql.(string)
	}
	var with []string
	n := 1
	for _, p := range parts {
		if has&p.in != 0 {
			with = append(with, p.table(&n))
		}
	}
	b := builder{has: has, with: with}
	b.compare()
	b.reserve()
	b.begin()
	b.write()
	b.publish()
	b.queue()
	b.keep()
	sql := "WITH " + strings.Join(b.with, ",\n") + "\n" + b.verdict()
	statements.Store(has, sql)
	return sql
}

// table is a part as a table, its arrays the parameters after n.
func (p part) table(n *int) string {
	var arrays []string
	add := func(columns int, kind string) {
		for range columns {
			*n++
			arrays = append(arrays, "$"+strconv.Itoa(*n)+"::"+kind)
		}
	}
	add(columns(p.ints), "bigint[]")
	add(columns(p.texts), "text[]")
	return p.name + " AS MATERIALIZED (SELECT * FROM unnest(" + strings.Join(arrays, ", ") + ") AS t(" + p.ints + ", " + p.texts + "))"
}

// builder puts the tables of a statement one after another.
type builder struct {
	has  shape
	with []string
	bad  []string // tables of what speaks against atoms
}

func (b *builder) add(in shape, sql string) {
	if in == 0 || b.has&in != 0 {
		b.with = append(b.with, sql)
	}
}

// against adds a table of atoms that are not written, why, and for which agent.
func (b *builder) against(name string, reasons ...string) {
	if len(reasons) > 0 {
		b.with = append(b.with, name+` AS MATERIALIZED (`+strings.Join(reasons, ` UNION ALL `)+`)`)
		b.bad = append(b.bad, `SELECT atom, why, agent FROM `+name)
	}
}

// good is a condition: nothing speaks against the atom so far.
func (b *builder) good(atom string) string {
	if len(b.bad) == 0 {
		return `TRUE`
	}
	return atom + ` NOT IN (SELECT atom FROM (` + strings.Join(b.bad, ` UNION ALL `) + `) AS bad)`
}
