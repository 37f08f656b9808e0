package tables

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/storage"
)

// Agents are added, changed and removed by extension.Directory, which is made here of
// the few rows that bear on the change: the agent, whoever is in its way, its
// successor. Where such a change is refused it is tried again in a Directory of the
// whole account, for that has the words: what is free instead, when a quarantine
// ends. Whoever changes agents keeps others of the account from it meanwhile.

const (
	claimColumns = `SELECT extension, agent, name, successor, until FROM extflow_claims WHERE account = $1`
	selectNear   = claimColumns + ` AND extension >= $2 AND extension <= $3 UNION ` + claimColumns + ` AND extension IN
		(SUBSTR($2, 1, 2), SUBSTR($2, 1, 3), SUBSTR($2, 1, 4), SUBSTR($2, 1, 5), SUBSTR($2, 1, 6), SUBSTR($2, 1, 7))`
	selectOwn      = claimColumns + ` AND (agent = $2 OR successor = $2)`
	selectAll      = claimColumns + ` ORDER BY extension`
	selectFrom     = `SELECT extension, until FROM extflow_claims WHERE account = $1 AND extension >= $2 ORDER BY extension LIMIT $3`
	selectStub     = `SELECT agent, extension, successor FROM extflow_agents WHERE account = $1 AND agent = $2`
	selectAgentDoc = `SELECT doc FROM extflow_agents WHERE account = $1 AND agent = $2`
	selectNamedBy  = `SELECT agent, extension, successor FROM extflow_agents WHERE account = $1 AND successor = $2`
	selectStubs    = `SELECT agent, extension, successor FROM extflow_agents WHERE account = $1`

	upsertAgent = `INSERT INTO extflow_agents (account, agent, extension, successor, rev, doc) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (account, agent) DO UPDATE SET extension = excluded.extension, successor = excluded.successor,
		rev = excluded.rev, doc = excluded.doc`
	deleteAgent    = `DELETE FROM extflow_agents WHERE account = $1 AND agent = $2`
	deletePlaces   = `DELETE FROM extflow_endpoints WHERE account = $1 AND agent = $2`
	insertPlace    = `INSERT INTO extflow_endpoints (account, agent, place) VALUES ($1, $2, $3)`
	insertDuty     = `INSERT INTO extflow_duties (account, agent) VALUES ($1, $2) ON CONFLICT (account, agent) DO NOTHING`
	deleteFreeDuty = `DELETE FROM extflow_duties WHERE account = $1 AND agent = $2 AND held_by = ''`
	deleteMember   = `DELETE FROM extflow_members WHERE account = $1 AND agent = $2`
	deleteClaim    = `DELETE FROM extflow_claims WHERE account = $1 AND extension = $2`
	upsertClaim    = `INSERT INTO extflow_claims (account, extension, agent, name, successor, until) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (account, extension) DO UPDATE SET agent = excluded.agent, name = excluded.name, successor = excluded.successor, until = excluded.until`
)

// staff is the part of an account's directory that a change concerns.
type staff struct {
	Conn
	account string
	config  extension.Config
	now     time.Time
	agents  map[string]extension.Agent
	resting map[string]extension.Claim
}

func (s *directory) staff(ctx context.Context, c Conn, account string) (*staff, error) {
	a, err := loadAccount(ctx, c, account, s.ForUpdate)
	if err != nil {
		return nil, err
	}
	now, err := s.Now(ctx)
	return &staff{
		Conn: c, account: account, config: extension.Config{Range: a.Range, Quarantine: a.Quarantine}, now: now,
		agents: map[string]extension.Agent{}, resting: map[string]extension.Claim{},
	}, err
}

// claims reads claims. Who holds one comes with it, as far as a claim knows.
func (s *staff) claims(ctx context.Context, sql string, args ...any) error {
	return each(ctx, s, sql, append([]any{s.account}, args...), func(scan func(...any) error) error {
		var c extension.Claim
		var until int64
		if err := scan(&c.Extension, &c.Agent, &c.Name, &c.Successor, &until); err != nil {
			return err
		}
		if c.Until = instant(until); until != 0 {
			s.resting[c.Extension] = c
			return nil
		}
		s.meet(extension.Agent{ID: c.Agent, Name: c.Name, Extension: c.Extension})
		return nil
	})
}

// stubs reads agents, as far as they may be in the way.
func (s *staff) stubs(ctx context.Context, sql string, args ...any) error {
	return each(ctx, s, sql, append([]any{s.account}, args...), func(scan func(...any) error) error {
		var a extension.Agent
		err := scan(&a.ID, &a.Extension, &a.Successor)
		s.meet(a)
		return err
	})
}

// meet keeps what is known of an agent.
func (s *staff) meet(a extension.Agent) {
	if was, ok := s.agents[a.ID]; ok {
		if was.Rev != 0 {
			return // known whole
		}
		if a.Name == "" {
			a.Name = was.Name
		}
		if a.Successor == "" {
			a.Successor = was.Successor
		}
	}
	s.agents[a.ID] = a
}

// agent reads one whole; false where there is none.
func (s *staff) agent(ctx context.Context, id string) (extension.Agent, bool, error) {
	all, err := people(ctx, s, selectAgent, s.account, "", id)
	if err != nil || len(all) == 0 {
		return extension.Agent{}, false, err
	}
	s.agents[id] = all[0].Agent
	return all[0].Agent, true, nil
}

func (s *staff) directory() (*extension.Directory, error) {
	var agents []extension.Agent
	for _, a := range s.agents {
		a.Duty = extension.Duty{} // of no concern: who is on a call may be changed
		agents = append(agents, a)
	}
	var resting []extension.Claim
	for _, c := range s.resting {
		resting = append(resting, c)
	}
	return extension.Restore(s.config, agents, resting)
}

// whole reads every claim and agent of the account.
func (s *staff) whole(ctx context.Context) error {
	if err := s.stubs(ctx, selectStubs); err != nil {
		return err
	}
	return s.claims(ctx, selectAll)
}

func (s *directory) Put(ctx context.Context, account string, a extension.Agent) (put extension.Agent, err error) {
	err = s.Update(ctx, func(c Conn) error {
		st, err := s.staff(ctx, c, account)
		if err != nil {
			return err
		}
		put, err = st.put(ctx, a)
		return err
	})
	switch {
	case errors.Is(err, extension.ErrConflict):
		return extension.Agent{}, fmt.Errorf("%w: %w", storage.ErrConflict, err)
	case err != nil:
		return extension.Agent{}, err
	}
	return put, nil
}

func (s *staff) put(ctx context.Context, a extension.Agent) (extension.Agent, error) {
	was, there, err := s.agent(ctx, a.ID)
	if err != nil {
		return a, err
	}
	wanted := a
	if a.Extension == "" && !there {
		if wanted.Extension, err = s.free(ctx); err != nil {
			return a, err
		}
	}
	if a.Successor != "" {
		if err := s.stubs(ctx, selectStub, a.Successor); err != nil {
			return a, err
		}
	}
	if ext := wanted.Extension; ext != "" && ext != was.Extension {
		if err := s.claims(ctx, selectNear, ext, ext+longest); err != nil {
			return a, err
		}
	}
	dir, put, err := s.tried(wanted)
	if err != nil || wanted.Extension == "" && !there {
		if err := s.whole(ctx); err != nil {
			return a, err
		}
		if dir, put, err = s.tried(a); err != nil {
			return a, err
		}
	}
	return s.store(ctx, dir, was, put[0], there)
}

// tried is what becomes of an agent in a Directory of what is known.
func (s *staff) tried(a extension.Agent) (*extension.Directory, []extension.Agent, error) {
	dir, err := s.directory()
	if err != nil {
		return nil, nil, err
	}
	put, err := dir.Put(s.now, a)
	return dir, put, err
}

// free is the next extension that nobody has, found by walking along the claims;
// empty where there is none.
func (s *staff) free(ctx context.Context) (string, error) {
	const step = 512
	ext, more := s.config.Range.After("")
	for more {
		used, n := map[string]bool{}, 0
		err := each(ctx, s, selectFrom, []any{s.account, ext, step}, func(scan func(...any) error) error {
			var claim string
			var until int64
			err := scan(&claim, &until)
			used[claim] = until == 0 || until > s.now.UnixNano()
			n++
			return err
		})
		if err != nil {
			return "", err
		}
		walked := false
		for more && used[ext] {
			ext, more = s.config.Range.After(ext)
			walked = true
		}
		if more && (n < step || !walked) {
			return ext, nil
		}
	}
	return "", nil
}

// store writes what a change made of an agent, and of the extensions that it had and
// has. It returns the agent with its duty.
func (s *staff) store(ctx context.Context, dir *extension.Directory, was, a extension.Agent, there bool) (extension.Agent, error) {
	row := a
	row.Presence, row.Reason, row.Duty, row.Rev = "", "", extension.Duty{}, 0
	before := ""
	if there {
		if _, err := one(ctx, s, selectAgentDoc, []any{s.account, a.ID}, &before); err != nil {
			return a, err
		}
	}
	doc, err := kept(row, before)
	if err != nil {
		return a, err
	}
	if _, err := s.Exec(ctx, upsertAgent, s.account, a.ID, a.Extension, a.Successor, a.Rev, doc); err != nil {
		return a, err
	}
	if there && was.Extension != a.Extension {
		if err := s.rest(ctx, dir, was.Extension); err != nil {
			return a, err
		}
	}
	if _, err := s.Exec(ctx, upsertClaim, s.account, a.Extension, a.ID, a.Name, "", 0); err != nil {
		return a, err
	}
	if err := s.settle(ctx, was, a, there); err != nil {
		return a, err
	}
	if err := s.spell(ctx, was, a, there); err != nil {
		return a, err
	}
	if there {
		a.Duty = was.Duty
		return a, nil
	}
	if _, err := s.Exec(ctx, insertDuty, s.account, a.ID); err != nil {
		return a, err
	}
	if err := storeDuty(ctx, s, s.account, a); err != nil {
		return a, err
	}
	stored, _, err := s.agent(ctx, a.ID) // who was deleted may still be on the line
	return stored, err
}

// rest keeps an extension that was given up from others, if the account does that.
func (s *staff) rest(ctx context.Context, dir *extension.Directory, ext string) error {
	for c := range dir.Quarantined() {
		if c.Extension == ext {
			_, err := s.Exec(ctx, upsertClaim, s.account, ext, c.Agent, c.Name, c.Successor, nanos(c.Until))
			return err
		}
	}
	_, err := s.Exec(ctx, deleteClaim, s.account, ext)
	return err
}

// settle writes the places of an agent's endpoints, where they changed.
func (s *staff) settle(ctx context.Context, was, a extension.Agent, there bool) error {
	now := places(a.Endpoints)
	if there && slices.Equal(places(was.Endpoints), now) {
		return nil
	}
	if _, err := s.Exec(ctx, deletePlaces, s.account, a.ID); err != nil {
		return err
	}
	for _, place := range now {
		if _, err := s.Exec(ctx, insertPlace, s.account, a.ID, place); err != nil {
			return err
		}
	}
	return nil
}

// Remove refuses, with extension.ErrNamed, an agent who is another's successor.
func (s *directory) Remove(ctx context.Context, account, id string) error {
	return s.Update(ctx, func(c Conn) error {
		st, err := s.staff(ctx, c, account)
		if err != nil {
			return err
		}
		return st.remove(ctx, id)
	})
}

func (s *staff) remove(ctx context.Context, id string) error {
	if _, there, err := s.agent(ctx, id); err != nil {
		return err
	} else if !there {
		return noAgent(id)
	}
	if err := s.stubs(ctx, selectNamedBy, id); err != nil {
		return err
	}
	if err := s.claims(ctx, selectOwn, id); err != nil {
		return err
	}
	dir, err := s.directory()
	if err != nil {
		return err
	}
	was, err := dir.Remove(s.now, id)
	if err != nil {
		return err
	}
	for ext := range s.resting {
		if err := s.rest(ctx, dir, ext); err != nil {
			return err
		}
	}
	if err := s.rest(ctx, dir, was.Extension); err != nil {
		return err
	}
	for _, sql := range []string{deleteAgent, deletePlaces, deleteSpellings, deleteMember, deleteFreeDuty} {
		if _, err := s.Exec(ctx, sql, s.account, id); err != nil {
			return err
		}
	}
	return nil
}
