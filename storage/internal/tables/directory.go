package tables

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
)

// directory is the store as storage.Directory. What an agent's row and the calls
// make of an answer is package extension's to say. Changes are in put.go.
type directory Store

// An agent is read with its duty, and with how many calls other than $2 ring one of
// its places, through whomever. To SQLite a CROSS JOIN says what to read first: the few
// places that the agent has, and not all of the account.
const (
	agentColumns = `a.agent, a.extension, a.rev, a.doc, d.presence, d.reason, d.held_by, d.held_until, d.rest_until, d.idle_since, d.misses,
		(SELECT COUNT(*) FROM extflow_endpoints e CROSS JOIN extflow_places p
			WHERE e.account = a.account AND e.agent = a.agent AND p.account = a.account AND p.place = e.place AND p.call <> '' AND p.call <> $2)`
	joinDuty = `JOIN extflow_duties d ON d.account = a.account AND d.agent = a.agent`

	selectAgent   = `SELECT ` + agentColumns + ` FROM extflow_agents a ` + joinDuty + ` WHERE a.account = $1 AND a.agent = $3`
	selectAgents  = `SELECT ` + agentColumns + ` FROM extflow_agents a ` + joinDuty + ` WHERE a.account = $1 AND a.extension > $3 ORDER BY a.extension LIMIT $4`
	selectClaimed = `SELECT ` + agentColumns + `, c.agent FROM extflow_claims c
		JOIN extflow_agents a ON a.account = c.account AND (a.agent = c.agent OR a.agent = c.successor) ` + joinDuty + `
		WHERE c.account = $1 AND c.extension = $3 AND (c.until = 0 OR c.until > $4)`
	selectLike = `SELECT a.doc, (SELECT COUNT(*) FROM extflow_claims c WHERE c.account = a.account AND c.extension = $2 AND (c.until = 0 OR c.until > $4)),
		(SELECT COUNT(*) FROM (SELECT 1 FROM extflow_claims c WHERE c.account = $1 AND c.extension > $2 AND c.extension <= $3 LIMIT 1) AS l)
		FROM extflow_accounts a WHERE a.account = $1`
	selectReached = `SELECT call FROM extflow_places WHERE account = $1 AND place = $2 AND call <> ''`
)

// longest makes of an extension the last of all that begin with it: they are digits.
var longest = strings.Repeat("9", extension.MaxLength)

// person is an agent, and whether a call rings one of its endpoints elsewhere.
type person struct {
	extension.Agent
	elsewhere bool
}

// people are those that a query for agentColumns finds. More are its arguments from
// $3 on.
func people(ctx context.Context, c Conn, sql, account, call string, more ...any) (all []person, err error) {
	err = each(ctx, c, sql, append([]any{account, call}, more...), func(scan func(...any) error) error {
		p, err := personOf(scan)
		all = append(all, p)
		return err
	})
	return all, err
}

func personOf(scan func(...any) error, more ...any) (p person, err error) {
	var id, ext, doc, presence, reason, heldBy string
	var rev uint64
	var until, rest, idle, misses, elsewhere int64
	err = scan(append([]any{&id, &ext, &rev, &doc, &presence, &reason, &heldBy, &until, &rest, &idle, &misses, &elsewhere}, more...)...)
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal([]byte(doc), &p.Agent); err != nil {
		return p, fmt.Errorf("agent %s: %w", id, err)
	}
	p.ID, p.Extension, p.Rev, p.Presence, p.Reason = id, ext, rev, extension.Presence(presence), reason
	p.Duty = extension.Duty{
		HeldBy: heldBy, HeldUntil: instant(until), RestUntil: instant(rest), IdleSince: instant(idle), Misses: int(misses),
	}
	p.elsewhere = elsewhere > 0
	return p, nil
}

// closed is the question that extension asks, from the one that storage does.
func closed(open func(hours string) bool) func(string) bool {
	if open == nil {
		return nil
	}
	return func(hours string) bool { return !open(hours) }
}

// Find reads first and asks for hours afterwards: Open may use the store.
func (s *directory) Find(ctx context.Context, account string, l storage.Lookup) (class extension.Class, party *extension.Party, err error) {
	now, err := s.Now(ctx)
	if err != nil {
		return 0, nil, err
	}
	var found *person
	err = s.View(ctx, func(c Conn) error {
		if found, err = claimed(ctx, c, account, l, now); err != nil || found != nil {
			return err
		}
		class, err = unclaimed(ctx, c, account, l.Entry, now)
		return err
	})
	if err != nil || found == nil {
		return class, nil, err
	}
	q := extension.Inquiry{Call: l.Call, Caller: l.Caller, Carrier: l.Carrier, Now: now, Closed: closed(l.Open)}
	return found.Class(q, found.elsewhere), found.PartyVia(l.Carrier), nil
}

// claimed is the agent whose extension an entry is, or the successor of one who is
// gone; nil where there is none.
func claimed(ctx context.Context, c Conn, account string, l storage.Lookup, now time.Time) (found *person, err error) {
	args := []any{account, l.Call, l.Entry, now.UnixNano()}
	err = each(ctx, c, selectClaimed, args, func(scan func(...any) error) error {
		var holder string
		p, err := personOf(scan, &holder)
		if found == nil || p.ID == holder {
			found = &p
		}
		return err
	})
	return found, err
}

// unclaimed is what an entry is that finds nobody: it may be that of somebody who is
// gone, or longer ones begin with it.
func unclaimed(ctx context.Context, c Conn, account, entry string, now time.Time) (extension.Class, error) {
	var a storage.Account
	var doc string
	var gone, longer int64
	known, err := one(ctx, c, selectLike, []any{account, entry, entry + longest, now.UnixNano()}, &doc, &gone, &longer)
	switch {
	case err != nil:
		return 0, err
	case !known:
		return 0, fmt.Errorf("account %q: %w", account, storage.ErrNotFound)
	case gone > 0:
		return extension.ClassUnknown, nil
	}
	err = json.Unmarshal([]byte(doc), &a)
	return a.Range.Unclaimed(entry, longer > 0), err
}

func (s *directory) Agent(ctx context.Context, account, id string) (extension.Agent, error) {
	var all []person
	err := s.View(ctx, func(c Conn) (err error) {
		all, err = people(ctx, c, selectAgent, account, "", id)
		return err
	})
	if err != nil {
		return extension.Agent{}, err
	}
	if len(all) == 0 {
		return extension.Agent{}, fmt.Errorf("agent %q: %w", id, storage.ErrNotFound)
	}
	return all[0].Agent, nil
}

// Agents yields the agents by extension, read a page at a time.
func (s *directory) Agents(ctx context.Context, account string) iter.Seq2[extension.Agent, error] {
	return func(yield func(extension.Agent, error) bool) {
		for after := ""; ; {
			var some []person
			err := s.View(ctx, func(c Conn) (err error) {
				some, err = people(ctx, c, selectAgents, account, "", after, page)
				return err
			})
			if err != nil {
				yield(extension.Agent{}, err)
				return
			}
			for _, p := range some {
				if after = p.Extension; !yield(p.Agent, nil) {
					return
				}
			}
			if len(some) < page {
				return
			}
		}
	}
}

func (s *directory) Reached(ctx context.Context, account string, address number.E164) (reached bool, err error) {
	if address == "" {
		return false, ctx.Err()
	}
	place := extension.Endpoint{Address: string(address)}.Place()
	err = s.View(ctx, func(c Conn) error {
		var call string
		reached, err = one(ctx, c, selectReached, []any{account, place}, &call)
		return err
	})
	return reached, err
}

// SetPresence refuses who is no agent, with extension.ErrNoAgent too, and a presence
// that there is not.
func (s *directory) SetPresence(ctx context.Context, account, id string, p extension.Presence, reason string) error {
	if !p.Valid() {
		return fmt.Errorf("%w: presence %q; there are %v", extension.ErrAgent, p, extension.Presences())
	}
	return s.Update(ctx, func(c Conn) error {
		var found int64
		if ok, err := one(ctx, c, findAgent, []any{account, id}, &found); err != nil {
			return err
		} else if !ok {
			return noAgent(id)
		}
		a, _, err := loadDuty(ctx, c, s.Dialect, account, id)
		if err != nil {
			return err
		}
		return storeDuty(ctx, c, account, a.Turned(p, reason))
	})
}

func noAgent(id string) error {
	return fmt.Errorf("%w: %w: %s", storage.ErrNotFound, extension.ErrNoAgent, id)
}
