package memory

import (
	"cmp"
	"context"
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
		p := s.part(*r.key)
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
	out.Keys = append(out.Keys, s.purse(id, n, false)...)
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
	a.over = slices.DeleteFunc(a.over, func(r ended) bool {
		if !mine[*r.key] {
			return false
		}
		a.calls[r.serial-a.first] = nil
		return true
	})
	deleted := a.recordings(calls)
	a.feed = slices.DeleteFunc(slices.Clone(a.feed), func(e storage.Entry) bool { return mine[e.Call] })
	for _, m := range a.left(n, calls) {
		a.boxes.take(m.Call)
		deleted = append(deleted, storage.Entry{Call: flow.Key{Account: id, ID: m.Call}, Post: m.Deleted()})
		gone.Messages++
	}
	for _, e := range deleted {
		e.At = s.now()
		a.publish(e)
	}
	a.mu.Unlock()
	for k := range mine {
		s.forget([]bygone{{key: k}})
	}
	gone.Calls = len(calls)
	gone.Keys = len(s.purse(id, n, true))
	return gone, nil
}

// recordings are those that calls made and that are no messages, as deleted ones.
func (a *account) recordings(calls []flow.Call) (deleted []storage.Entry) {
	for _, e := range a.feed {
		i := slices.IndexFunc(calls, func(c flow.Call) bool { return c.Key == e.Call })
		if i < 0 {
			continue
		}
		if post, is := storage.DeletedTape(&e, calls[i].Carrier); is {
			deleted = append(deleted, storage.Entry{Call: e.Call, Post: post})
		}
	}
	return deleted
}

// purse is the keys that name a number, which are forgotten where that is asked for.
func (s *Store) purse(account string, n number.E164, forget bool) (keys []string) {
	for i := range s.purses {
		part := &s.purses[i]
		part.mu.Lock()
		for who, p := range part.byKey {
			if who.account != account || !storage.Names(who.key, n) {
				continue
			}
			keys = append(keys, who.key)
			if forget {
				part.ends.remove(p)
				delete(part.byKey, who)
			}
		}
		part.mu.Unlock()
	}
	slices.Sort(keys)
	return keys
}
