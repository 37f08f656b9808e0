package extflow

import (
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// A line is read from its head, and further only where members are free whom none
// of the first callers can be offered to; never further than to the deepest.
const (
	head    = 64
	deepest = 1024
)

// serving is what an account's lines look like at one moment, by the release that
// is the newest.
type serving struct {
	e       *Engine
	ctx     context.Context
	account string
	now     time.Time
	book    *flow.Book
	lines   []flow.Waiting
	read    []int           // how many callers of each line were asked for
	known   map[string]bool // the queues that were looked at, and the agents whose queues were
}

// serveAccount offers the callers of an account's queues to free members: those of
// all of them together, so that queues that share members share them fairly.
func (e *Engine) serveAccount(ctx context.Context, account string, queues []string, now time.Time) error {
	latest, err := e.Store.Releases().Current(ctx, account)
	if err != nil {
		return err
	}
	b, err := e.book(ctx, account, latest)
	if err != nil {
		return err
	}
	s := serving{e: e, ctx: ctx, account: account, now: now, book: b, known: map[string]bool{}}
	for _, q := range queues {
		if err := s.add(q); err != nil {
			return err
		}
	}
	offers, err := s.offers()
	if err != nil {
		return err
	}
	var errs []error
	for _, l := range s.lines {
		errs = append(errs, s.look(l))
	}
	for _, o := range offers {
		errs = append(errs, s.offer(o))
	}
	return errors.Join(errs...)
}

// add reads the head of a queue's line, if anybody waits there.
func (s *serving) add(queue string) error {
	if s.known["queue "+queue] {
		return nil
	}
	s.known["queue "+queue] = true
	w, err := s.head(queue, head)
	if err == nil && w.Size > 0 {
		s.lines, s.read = append(s.lines, w), append(s.read, head)
	}
	return err
}

func (s *serving) head(queue string, n int) (flow.Waiting, error) {
	w, err := s.e.Store.Queues().Waiting(s.ctx, s.account, queue, n, s.e.opener(s.book, s.now))
	q, _ := s.book.Queue(queue)
	w.Queue, w.Strategy = queue, q.Strategy
	return w, err
}

// offers is who is offered to whom, once as much of the lines is read as is needed
// to say so, and every line in which somebody may have waited longer for one of the
// members.
func (s *serving) offers() ([]flow.Offer, error) {
	for {
		offers := flow.Offers(s.lines...)
		lines := len(s.lines)
		for _, o := range offers {
			if err := s.others(o.Party.Agent); err != nil {
				return nil, err
			}
		}
		deeper, err := s.deeper(offers)
		if err != nil || !deeper && lines == len(s.lines) {
			return offers, err
		}
	}
}

// others adds the other queues of an agent.
func (s *serving) others(agent string) error {
	if s.known["agent "+agent] {
		return nil
	}
	s.known["agent "+agent] = true
	queues, err := s.e.Store.Queues().Serving(s.ctx, s.account, agent)
	if err != nil {
		return err
	}
	for _, q := range queues {
		if err := s.add(q); err != nil {
			return err
		}
	}
	return nil
}

// deeper reads more of those lines of which more is worth reading.
func (s *serving) deeper(offers []flow.Offer) (more bool, err error) {
	for i, l := range s.lines {
		if s.read[i] >= deepest || !l.Short(offers) {
			continue
		}
		s.read[i] *= 2
		if s.lines[i], err = s.head(l.Queue, s.read[i]); err != nil {
			return false, err
		}
		more = true
	}
	return more, nil
}

// look sees when a line wants to be looked at again by itself, and that its callers
// know where nobody is at work.
func (s *serving) look(w flow.Waiting) error {
	if at := w.Again(s.now); !at.IsZero() {
		s.e.look(s.account, w.Queue, at)
	}
	l := line{s.account, w.Queue}
	if w.AtWork("") {
		s.e.comeback(l)
		return nil
	}
	return s.desert(l)
}

// retell is after how long callers may be told again that nobody is at work.
const retell = 30 * time.Second

// desert tells the callers of a line that nobody is at work any more: once, since
// they leave by themselves in retell, and whoever joined meanwhile looks again by a
// clock of its own.
func (s *serving) desert(l line) error {
	if !s.e.deserts(l, s.now) {
		return nil
	}
	all, err := s.head(l.queue, math.MaxInt32)
	errs := []error{err}
	for _, c := range all.Callers {
		k := flow.Key{Account: l.account, ID: c.Call}
		_, err := s.e.happen(s.ctx, flow.Event{Call: k, At: s.now, What: flow.What{Kind: flow.Told, News: flow.Deserted}})
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// deserts notes that the callers of a line are told, unless they were lately.
func (e *Engine) deserts(l line, now time.Time) bool {
	e.shared.mu.Lock()
	defer e.shared.mu.Unlock()
	if at, told := e.shared.deserted[l]; told && now.Before(at.Add(retell)) {
		return false
	}
	e.shared.deserted[l] = now
	return true
}

// comeback is somebody of a line's members being at work.
func (e *Engine) comeback(l line) {
	e.shared.mu.Lock()
	defer e.shared.mu.Unlock()
	delete(e.shared.deserted, l)
}

// lostTime is after how long a line is looked at again whose caller or member
// somebody else was faster to take.
const lostTime = 20 * time.Millisecond

// offer rings a member for a waiting caller: by a leg of our own, or by a direct
// ring where the queue wants that or the carrier cannot place calls. Somebody else
// having been faster is no error; another member is tried.
func (s *serving) offer(o flow.Offer) error {
	w := s.e.begin(s.ctx, s.account, s.now, nil)
	ignored, err := s.draft(w, o)
	if err != nil || ignored {
		return err
	}
	err = w.commit()
	var taken *storage.TakenError
	if errors.As(err, &taken) || errors.Is(err, storage.ErrConflict) {
		s.e.look(s.account, o.Queue, s.now.Add(lostTime))
		return nil
	}
	return err
}

// draft is the offer as it is to be stored, unless the caller wants none any more,
// or the carrier cannot be given another leg yet.
func (s *serving) draft(w *work, o flow.Offer) (ignored bool, err error) {
	i, err := w.load(o.Call, &flow.Event{})
	if err != nil {
		return false, err
	}
	caller := w.changes[i].Now
	b, err := w.book(caller, nil) // a queue that is no longer there serves who waits in it still
	if err != nil {
		return false, err
	}
	q, _ := b.Queue(o.Queue)
	able := adapter.AbilitiesOf(s.e.Carriers[caller.Carrier])
	switch {
	case caller.IsOutbound() && !able.Place: // nor could the caller be called
		_, err := w.happen(o.Call, w.event(o.Call, flow.What{Kind: flow.Told, News: flow.Dropped}))
		return false, err
	case !caller.IsOutbound() && (q.Offer == flow.Dial || !able.Place):
		m, err := w.ring(ring{Offer: o, direct: true})
		return m.Ignored != 0, err
	}
	if wait, err := s.e.paced(s.ctx, caller.Carrier, able.Pace, s.now); err != nil || wait > 0 {
		s.e.look(s.account, o.Queue, s.now.Add(wait))
		return true, err
	}
	m, err := w.ring(ring{Offer: o, leg: s.e.NewID()})
	return m.Ignored != 0, err
}

// ring is an agent who is rung for a waiting caller: by a leg of our own, or directly.
type ring struct {
	flow.Offer
	direct bool
	leg    string // the id of the leg that is placed
	id     string // of the event, where a person wants it
}

// ring tells the caller's call that an agent is rung for it, and begins the leg. A call
// that wants none any more ignores it, and there is no leg.
func (w *work) ring(r ring) (flow.Move, error) {
	told := w.event(r.Call, flow.What{Kind: flow.Told, News: flow.Dialled, Party: r.Party})
	told.ID = r.id
	if !r.direct {
		told.News, told.Leg = flow.Offered, r.leg
	}
	m, err := w.happen(r.Call, told)
	if err != nil || m.Ignored != 0 || r.direct {
		return m, err
	}
	i, err := w.load(r.Call, &told)
	if err != nil {
		return m, err
	}
	caller := w.changes[i].Now
	if !slices.Contains(caller.Legs, r.leg) { // it waits no more, and that is to be stored
		return flow.Move{}, nil
	}
	start := flow.Info{
		Key: flow.Key{Account: w.account, ID: r.leg}, Carrier: caller.Carrier, Region: caller.Region, From: caller.From,
		To: caller.To, Release: caller.Release, Peer: caller.ID, Queue: r.Queue, Outbound: caller.Outbound,
	}
	return w.happen(r.leg, flow.Event{Call: start.Key, At: w.now, What: flow.What{Kind: flow.Arrived, Start: &start, Party: r.Party}})
}

// paced takes a token of a carrier's pace, which all nodes share and which is taken
// before an agent is reserved, and says how long to wait where there is none.
func (e *Engine) paced(ctx context.Context, carrier string, pace time.Duration, now time.Time) (wait time.Duration, err error) {
	if pace <= 0 {
		return 0, nil
	}
	e.shared.mu.Lock()
	next := e.shared.paced[carrier]
	e.shared.mu.Unlock()
	if next.After(now) {
		return next.Sub(now), nil
	}
	left, err := e.Store.Budget().Spend(ctx, "", "pace "+carrier, 1, 1, pace)
	if err != nil {
		return 0, err
	}
	if !left { // another node took it
		return max(pace/8, time.Millisecond), nil
	}
	e.shared.mu.Lock()
	defer e.shared.mu.Unlock()
	e.shared.paced[carrier] = now.Add(pace)
	return 0, nil
}

// sorted is the queues of each account, in order: serving goes by no map's.
func sorted(due []line) (accounts []string, queues map[string][]string) {
	queues = map[string][]string{}
	for _, l := range due {
		if queues[l.account] == nil {
			accounts = append(accounts, l.account)
		}
		queues[l.account] = append(queues[l.account], l.queue)
	}
	slices.Sort(accounts)
	for _, a := range accounts {
		slices.Sort(queues[a])
	}
	return accounts, queues
}
