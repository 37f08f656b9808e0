package memory

import (
	"cmp"
	"context"
	"hash/maphash"
	"maps"
	"slices"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
)

// subjects is the store as storage.Subjects.
type subjects Store

// concerned are the calls of a number, by id, as they are now.
func (c *subjects) concerned(a *account, n number.E164) (calls []flow.Call) {
	s := (*Store)(c)
	for r := range a.newest(false) {
		p := s.part(r.key)
		p.mu.Lock()
		call := r.call
		p.mu.Unlock()
		if storage.Concerns(&call, n) {
			calls = append(calls, call)
		}
	}
	slices.SortFunc(calls, func(x, y flow.Call) int { return cmp.Compare(x.ID, y.ID) })
	return calls
}

// left are the messages of a number's calls, and those of which the call is gone.
func (a *account) left(n number.E164, calls []flow.Call) (all []storage.Message) {
	for _, id := range slices.Sorted(maps.Keys(a.boxes.byCall)) {
		m := a.boxes.byCall[id]
		if m.From == n || slices.ContainsFunc(calls, func(c flow.Call) bool { return c.ID == id }) {
			all = append(all, *m)
		}
	}
	return all
}

func (c *subjects) Export(ctx context.Context, id string, n number.E164) (storage.Subject, error) {
	s := (*Store)(c)
	out := storage.Subject{Number: n, At: s.now(), Calls: []storage.SubjectCall{}, Messages: []storage.Message{}, Keys: []string{}}
	a, err := s.account(id)
	if ctx.Err() != nil || err != nil || n == "" {
		return out, ctx.Err()
	}
	calls := c.concerned(a, n)
	for _, call := range calls {
		turns, err := s.Calls().Turns(ctx, call.Key, 0)
		if err != nil {
			return out, err
		}
		out.Calls = append(out.Calls, storage.SubjectCall{Call: call, Turns: turns})
	}
	a.mu.RLock()
	for _, e := range a.feed {
		for i := range out.Calls {
			if out.Calls[i].Call.Key == e.Call {
				out.Calls[i].Entries = append(out.Calls[i].Entries, e)
			}
		}
	}
	out.Messages = append(out.Messages, a.left(n, calls)...)
	a.mu.RUnlock()
	if s.purse(id, string(n), false) {
		out.Keys = append(out.Keys, string(n))
	}
	return out, nil
}

func (c *subjects) Erase(ctx context.Context, id string, n number.E164) (gone storage.Erased, err error) {
	s := (*Store)(c)
	a, err := s.account(id)
	if ctx.Err() != nil || err != nil || n == "" {
		return gone, ctx.Err()
	}
	calls := c.concerned(a, n)
	var live storage.LiveError
	for _, call := range calls {
		if !call.Has(flow.Closed) {
			live.Calls = append(live.Calls, call.ID)
		}
	}
	if len(live.Calls) > 0 {
		return gone, &live
	}
	a.mu.Lock()
	mine := map[flow.Key]bool{}
	for _, call := range calls {
		mine[call.Key] = true
	}
	a.over = slices.DeleteFunc(a.over, func(r *record) bool {
		if !mine[r.key] {
			return false
		}
		a.calls[r.serial-a.first] = nil
		return true
	})
	a.feed = slices.DeleteFunc(slices.Clone(a.feed), func(e storage.Entry) bool { return mine[e.Call] })
	for _, m := range a.left(n, calls) {
		a.boxes.take(m.Call)
		post := flow.Post{Kind: flow.PostMessageDeleted, Mailbox: m.Mailbox, Ref: m.Ref, Carrier: m.Carrier, Length: m.Length}
		a.publish(storage.Entry{Call: flow.Key{Account: id, ID: m.Call}, At: s.now(), Post: post})
		gone.Messages++
	}
	a.mu.Unlock()
	s.forget(slices.Collect(maps.Keys(mine)))
	gone.Calls = len(calls)
	if s.purse(id, string(n), true) {
		gone.Keys = 1
	}
	return gone, nil
}

// purse reports whether a key has spent anything, and forgets it where that is asked for.
func (s *Store) purse(account, key string, forget bool) bool {
	who := spender{account, key}
	part := &s.purses[maphash.Comparable(s.seed, who)%uint64(len(s.purses))]
	part.mu.Lock()
	defer part.mu.Unlock()
	p := part.byKey[who]
	if p != nil && forget {
		part.ends.remove(p)
		delete(part.byKey, who)
	}
	return p != nil
}
