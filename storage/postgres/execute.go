package postgres

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/internal/tables"
)

// batch is the parameters of a statement that stores several plans.
type batch struct {
	node string
	has  shape
	rows map[string]*rows
}

// rows are the columns of a part.
type rows struct {
	ints  [][]int64
	texts [][]string
}

func (b *batch) add(name string, ints []int64, texts ...string) {
	r := b.rows[name]
	if r == nil {
		r = &rows{ints: make([][]int64, len(ints)), texts: make([][]string, len(texts))}
		b.rows[name] = r
	}
	for i, n := range ints {
		r.ints[i] = append(r.ints[i], n)
	}
	for i, t := range texts {
		r.texts[i] = append(r.texts[i], t)
	}
}

// args are the parameters in the order of the parts.
func (b *batch) args(atoms int) []any {
	args := []any{int64(atoms)}
	for _, p := range parts {
		if b.has&p.in == 0 {
			continue
		}
		r := b.rows[p.name]
		if r == nil { // its twin has rows, it has none
			r = &rows{ints: make([][]int64, columns(p.ints)), texts: make([][]string, columns(p.texts))}
		}
		for _, c := range r.ints {
			args = append(args, slices.Clip(c))
		}
		for _, c := range r.texts {
			args = append(args, slices.Clip(c))
		}
	}
	return args
}

// batched is what plans write, as parameters.
func batched(node string, plans []plan) *batch {
	b := &batch{node: node, rows: map[string]*rows{}}
	for i := range plans {
		b.plan(int64(i), &plans[i])
	}
	for _, p := range parts {
		if b.rows[p.name] != nil {
			b.has |= p.in
		}
	}
	return b
}

func (b *batch) plan(atom int64, p *plan) {
	w := p.w
	for i := range w.Calls {
		c := &w.Calls[i]
		b.call(atom, w.Account, c)
		if c.Moved && !slices.ContainsFunc(p.moves, func(m move) bool { return m.Call.ID == c.ID }) {
			b.add("offer", []int64{atom, int64(c.Offers)}, w.Account, c.ID)
		}
	}
	for _, t := range w.Turns {
		b.add("turn", []int64{atom, int64(t.Seq)}, w.Account, t.Call, t.Doc)
	}
	for _, e := range w.Events {
		b.add("event", []int64{atom}, w.Account, e.Call, e.ID)
	}
	for _, d := range p.agents {
		b.add("agent", []int64{atom, d.until, d.miss, d.counts, d.talk, d.rest, d.idle}, w.Account, d.agent, d.frees, d.takes)
	}
	for _, x := range p.places {
		b.add("place", []int64{atom}, w.Account, x.place, x.agent, x.frees, x.takes)
	}
	for i, x := range p.posts {
		b.add("post", []int64{atom, int64(i), int64(x.Seq), x.At}, w.Account, x.Call.ID, x.Doc, x.away)
	}
	for i := range p.moves {
		b.move(atom, w.Account, &p.moves[i])
	}
	for i := range p.boxes {
		b.message(atom, w.Account, &p.boxes[i])
	}
}

func (b *batch) call(atom int64, account string, c *tables.Call) {
	owed := int64(bit(c.Owed))
	if c.Was == 0 {
		b.add("new", []int64{atom, int64(c.Rev), owed, c.Begun, c.Closed}, account, c.ID, c.Caller, c.Called, c.State, c.Result, c.Taker)
	} else {
		b.add("old", []int64{atom, int64(c.Was), int64(c.Rev), owed, c.Closed}, account, c.ID, c.State, c.Result, c.Taker)
	}
	switch {
	case c.At != tables.Never:
		b.add("due", []int64{atom, c.At, c.Wake}, account, c.ID, b.node)
	case c.Was != 0:
		b.add("over", []int64{atom}, account, c.ID)
	}
}

// move has a caller join a line or leave one.
func (b *batch) move(atom int64, account string, m *move) {
	if m.Kind == flow.PostWaiting {
		b.add("line", []int64{atom, int64(m.ord), m.Since(), int64(m.Call.Offered())}, account, m.Call.ID, m.Queue, string(m.Call.From), m.Call.Carrier)
		return
	}
	answered := int64(bit(m.Call.State.Result == flow.ResultAnswered))
	b.add("leaver", []int64{atom, int64(m.ord), m.At, answered}, account, m.Call.ID, m.Queue)
}

// message says what became of one; the empty state is that there is none.
func (b *batch) message(atom int64, account string, p *tables.Post) {
	state, ref, length := storage.MessageState(""), "", int64(0)
	switch p.Kind {
	case flow.PostMessagePending:
		state = storage.Pending
	case flow.PostMessageLost:
		state = storage.Lost
	case flow.PostMessageLeft:
		state, ref, length = storage.Left, p.Ref, int64(p.Length)
	}
	b.add("message", []int64{atom, p.At, length}, account, p.Call.ID, p.Mailbox, string(p.Call.From), string(p.Call.To), p.Call.Carrier, ref, string(state))
}

// execute stores plans and says of each what became of it. The error is that of the
// statement: then nothing was stored, or nobody knows.
func (s *Store) execute(ctx context.Context, plans []plan) ([]error, error) {
	errs := make([]error, len(plans))
	left := make([]int, len(plans)) // those that are to be stored yet
	for i := range left {
		left[i] = i
	}
	for try := 1; len(left) > 0; try++ {
		some := make([]plan, len(left))
		for i, at := range left {
			some[i] = plans[at]
		}
		verdicts, err := s.store(ctx, some)
		if err != nil {
			return nil, err
		}
		var again []int
		for i, v := range verdicts {
			if v.why == missing && try < tries {
				again = append(again, left[i])
				continue
			}
			errs[left[i]] = v.err(plans[left[i]].w)
		}
		if left = again; len(left) > 0 {
			if err := s.furnish(ctx, plans, left); err != nil {
				return nil, err
			}
		}
	}
	return errs, nil
}

// verdict is what became of a plan.
type verdict struct {
	why    int
	agents []string
}

func (v verdict) err(w *tables.Write) error {
	switch v.why {
	case written:
		return nil
	case seen:
		return storage.ErrSeen
	case stale:
		return storage.ErrConflict
	case nobodys:
		return fmt.Errorf("account %q: %w", w.Account, storage.ErrNotFound)
	case taken:
		return &storage.TakenError{Agents: v.agents}
	}
	return fmt.Errorf("agents %v cannot be reserved: their rows come and go", v.agents)
}

// store runs the statement once.
func (s *Store) store(ctx context.Context, plans []plan) ([]verdict, error) {
	b := batched(s.node, plans)
	verdicts := make([]verdict, len(plans))
	sent := time.Now()
	found, err := s.pool.Query(ctx, s.names.in(statement(b.has)), b.args(len(plans))...)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	for found.Next() {
		var atom, now int64
		var why int
		var agent string
		if err := found.Scan(&atom, &why, &agent, &now); err != nil {
			return nil, err
		}
		verdicts[atom].add(why, agent)
		s.clock.learn(sent, time.Now(), now)
	}
	return verdicts, found.Err()
}

// add takes a reason into account: the least counts, and every agent of it.
func (v *verdict) add(why int, agent string) {
	if why == written || v.why != written && why > v.why {
		return
	}
	if why != v.why {
		v.why, v.agents = why, nil
	}
	if !slices.Contains(v.agents, agent) {
		v.agents = append(v.agents, agent)
	}
}

// furnish makes the rows that reservations are kept in, for agents and telephones
// that never had one. None is ever removed.
func (s *Store) furnish(ctx context.Context, plans []plan, of []int) error {
	for _, i := range of {
		p := plans[i]
		for _, d := range p.agents {
			if _, err := s.pool.Exec(ctx, s.names.in(`INSERT INTO extflow_duties (account, agent) VALUES ($1, $2) ON CONFLICT DO NOTHING`), p.w.Account, d.agent); err != nil {
				return err
			}
		}
		for _, x := range p.places {
			if _, err := s.pool.Exec(ctx, s.names.in(`INSERT INTO extflow_places (account, place, call) VALUES ($1, $2, '') ON CONFLICT DO NOTHING`), p.w.Account, x.place); err != nil {
				return err
			}
		}
	}
	return nil
}
