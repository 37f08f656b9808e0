package memory

import (
	"time"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// apply writes what a turn posts: to the feed, and to the line, the agent or the
// mailbox that it concerns.
func (a *account) apply(r *record, t *flow.Turn, p flow.Post) {
	a.publish(storage.Entry{Call: *r.key, Seq: t.Seq, At: t.Event.At, Post: p})
	switch p.Kind {
	case flow.PostWaiting:
		a.join(r, p.Queue, t.Event.At.Add(-p.Length))
	case flow.PostServed:
		a.serve(r, p.Queue, t.Event.At)
	case flow.PostMissed:
		if p.Queue != "" && p.Length > 0 && p.Cause != "" { // else the caller left, or it was no offer
			if away := a.dir.Missed(p.Agent, p.Cause, t.Event.At); away {
				gone := flow.Post{Kind: flow.PostAway, Agent: p.Agent, Queue: p.Queue}
				a.publish(storage.Entry{Call: *r.key, Seq: t.Seq, At: t.Event.At, Post: gone})
			}
		}
	case flow.PostTalked:
		a.dir.Talked(p.Agent, t.Event.At, p.Length)
	case flow.PostMessagePending, flow.PostMessageLeft, flow.PostMessageDropped, flow.PostMessageLost:
		a.message(r, t, p)
	}
}

// publish writes an entry to the feed.
func (a *account) publish(e storage.Entry) {
	a.cursor++
	e.Cursor = a.cursor
	a.feed = append(a.feed, e)
}

// enrol counts a new call among the account's.
func (a *account) enrol(r *record) {
	r.serial = a.first + uint64(len(a.calls))
	a.calls = append(a.calls, r)
	a.live[r.serial] = r
}

// atOnce bounds what one commit forgets, so that none takes long.
const atOnce = 8

// memento is a call that was removed, and until when its id is remembered.
type memento struct {
	key   flow.Key
	until int64
}

// bygone is a call that is to be forgotten: all but its id where that is known still.
type bygone struct {
	key   flow.Key
	known bool
}

// outlived takes the oldest calls and entries of the feed off the account once
// they have been kept for long enough, and returns the calls.
func (a *account) outlived(now time.Time) (past []bygone) {
	until := now.Add(-a.settings.Kept())
	for range atOnce {
		if len(a.past) == 0 || a.past[0].until > now.UnixNano() {
			break
		}
		past = append(past, bygone{key: a.past[0].key})
		a.past = a.past[1:]
	}
	for range atOnce {
		if len(a.over) == 0 || a.over[0].closed >= until.UnixNano() {
			break
		}
		r := a.over[0]
		a.over[0], a.over = ended{}, a.over[1:]
		a.calls[r.serial-a.first] = nil
		m := memento{key: *r.key, until: r.closed + int64(storage.Remembered)}
		known := m.until > now.UnixNano()
		if known {
			a.past = append(a.past, m)
		}
		past = append(past, bygone{key: *r.key, known: known})
	}
	for len(a.calls) > 0 && a.calls[0] == nil {
		a.calls = a.calls[1:]
		a.first++
	}
	for range atOnce {
		if len(a.feed) == 0 || !a.feed[0].At.Before(until) {
			break
		}
		a.feed = a.feed[1:]
	}
	return past
}

// forget removes calls that were kept for long enough.
func (s *Store) forget(past []bygone) {
	for _, b := range past {
		p := s.part(b.key)
		p.mu.Lock()
		if delete(p.calls, b.key); b.known {
			p.past[b.key] = true
		} else {
			delete(p.past, b.key)
		}
		p.mu.Unlock()
	}
}
