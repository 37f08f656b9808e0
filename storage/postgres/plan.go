package postgres

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage/internal/tables"
)

// plan is what a Txn writes, in the form in which one statement can.
type plan struct {
	w      *tables.Write
	agents []duty
	places []place
	posts  []post
	moves  []move        // callers who join a line or leave one
	boxes  []tables.Post // what became of messages
	keys   []string      // what it concerns: no two plans of a statement share any
}

// duty is an agent whom a plan frees, takes, or leaves something on.
type duty struct {
	agent        string
	frees        string // the call that no longer reserves the agent
	takes        string // the call that does from now on
	until        int64
	miss, counts int64 // 1 where it missed an offer; by how much that counts towards being away
	talk         int64 // 1 where a talk ended
	rest, idle   int64 // until when it rests at least; since when it is idle
}

// place is where a plan's calls stop or begin to ring.
type place struct{ agent, place, frees, takes string }

// move is a caller who joins a line, or leaves one; ord is the entry of the feed that
// says so.
type move struct {
	tables.Post
	ord int
}

// post is an entry of the feed. One with away is written if the agent named turned
// out to have missed once too often.
type post struct {
	tables.Post
	away string
}

// planned is the plan of what a Txn writes; false where it is more than the one
// statement can say: two new calls, or a call that leaves a line and joins another.
func planned(w *tables.Write) (p plan, plain bool) {
	p = plan{w: w}
	fresh := 0
	for i := range w.Calls {
		c := &w.Calls[i]
		p.keys = append(p.keys, key("call", w.Account, c.ID))
		if c.Was == 0 {
			fresh++
		}
	}
	if fresh > 1 || !p.reserve() || !p.post() {
		return p, false
	}
	for _, d := range p.agents {
		p.keys = append(p.keys, key("agent", w.Account, d.agent))
	}
	for _, x := range p.places {
		p.keys = append(p.keys, key("place", w.Account, x.place))
	}
	slices.SortFunc(p.agents, func(a, b duty) int { return strings.Compare(a.agent, b.agent) })
	slices.SortFunc(p.places, func(a, b place) int { return strings.Compare(a.place, b.place) })
	return p, true
}

func key(kind, account, id string) string { return kind + "\x00" + account + "\x00" + id }

// reserve joins what is freed with what is taken: a row is changed once.
func (p *plan) reserve() bool {
	for _, h := range p.w.Frees {
		d := p.duty(h.Agent)
		if d.frees != "" {
			return false
		}
		d.frees = h.Call
		for _, at := range h.Places {
			x := p.place(at)
			if x.frees != "" {
				return false
			}
			x.frees, x.agent = h.Call, h.Agent
		}
	}
	for _, h := range p.w.Takes {
		d := p.duty(h.Agent)
		if d.takes != "" {
			return false
		}
		d.takes, d.until = h.Call, h.Until
		for _, at := range h.Places {
			x := p.place(at)
			if x.takes != "" {
				return false
			}
			x.takes, x.agent = h.Call, h.Agent
		}
	}
	return true
}

func (p *plan) duty(agent string) *duty {
	for i := range p.agents {
		if p.agents[i].agent == agent {
			return &p.agents[i]
		}
	}
	p.agents = append(p.agents, duty{agent: agent})
	return &p.agents[len(p.agents)-1]
}

func (p *plan) place(at string) *place {
	for i := range p.places {
		if p.places[i].place == at {
			return &p.places[i]
		}
	}
	p.places = append(p.places, place{place: at})
	return &p.places[len(p.places)-1]
}

// post writes what turns post to the feed, and to the agents, lines and mailboxes
// that it concerns.
func (p *plan) post() bool {
	for _, x := range p.w.Posts {
		p.posts = append(p.posts, post{Post: x})
		plain := true
		switch x.Kind {
		case flow.PostMissed, flow.PostTalked:
			plain = p.leave(x)
		case flow.PostWaiting, flow.PostServed:
			plain = !slices.ContainsFunc(p.moves, func(m move) bool { return m.Call.ID == x.Call.ID })
			p.moves = append(p.moves, move{x, len(p.posts) - 1})
		case flow.PostMessagePending, flow.PostMessageLeft, flow.PostMessageDropped, flow.PostMessageLost:
			plain = !slices.ContainsFunc(p.boxes, func(b tables.Post) bool { return b.Call.ID == x.Call.ID })
			p.boxes = append(p.boxes, x)
		}
		if !plain {
			return false
		}
	}
	return true
}

// leave is what a miss or a talk leaves on an agent, by the words of package
// extension.
func (p *plan) leave(x tables.Post) bool {
	if x.Kind == flow.PostMissed && (x.Queue == "" || x.Length == 0 || x.Cause == "") {
		return true // the caller left, or it was no offer
	}
	d := p.duty(x.Agent)
	if d.miss+d.talk > 0 {
		return false
	}
	if x.Kind == flow.PostTalked {
		after := extension.Duty{}.Talked(instant(x.At), x.Length)
		d.talk, d.idle = 1, after.IdleSince.UnixNano()
		if !after.RestUntil.IsZero() {
			d.rest = after.RestUntil.UnixNano()
		}
		return true
	}
	after, _ := extension.Agent{}.Missed(x.Cause, instant(x.At))
	d.miss, d.counts, d.rest = 1, int64(after.Duty.Misses), after.Duty.RestUntil.UnixNano()
	away, err := gone(x)
	p.posts = append(p.posts, post{Post: away, away: x.Agent})
	return err == nil
}

// gone is the entry that says that the agent of a miss is away now.
func gone(x tables.Post) (tables.Post, error) {
	x.Post = flow.Post{Kind: flow.PostAway, Agent: x.Agent, Queue: x.Queue}
	doc, err := json.Marshal(x.Post)
	x.Doc = string(doc)
	return x, err
}

func instant(ns int64) time.Time { return time.Unix(0, ns).UTC() }
