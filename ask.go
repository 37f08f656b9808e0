package extflow

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/extflow/extflow/flow"
)

// What the product is asked in the middle of a call, and what becomes of its answer.
// Questions that were stored but not asked yet are kept in memory alone: those of a
// node that dies end by their limit, as if the product had said nothing.

// The errors of an answer that callers tell apart.
var (
	// ErrNotAsked is an answer that nobody waits for: it came after the limit, or after
	// another answer, or the caller is gone.
	ErrNotAsked = errors.New("the call does not wait for this answer any more; it was led on")

	// ErrAnswer is a word that the question leads nowhere by. The call went where the
	// question's otherwise leads.
	ErrAnswer = errors.New("the question has no such answer, so the call was led to its otherwise; answer with a word that it lists")
)

// Answer is the product's answer to a question, given by the turn that asked it
// (flow.Asked): one of the words that the question lists, or none, which leads to its
// otherwise at once. The first answer holds, and whichever of it and the limit is stored
// first; an answer is only ever looked up among the question's.
//
// The error is storage.ErrNotFound for an unknown call, ErrNotAsked, ErrAnswer, or the
// store's.
func (e *Engine) Answer(ctx context.Context, call flow.Key, turn uint32, word string) error {
	known := false
	m, err := e.settle(ctx, call.Account, func(w *work) (flow.Move, error) {
		var event flow.Event
		i, err := w.load(call.ID, &event)
		if err != nil {
			return flow.Move{}, err
		}
		book, err := w.book(w.changes[i].Now, &event)
		if err != nil {
			return flow.Move{}, err
		}
		known = word == "" || book.Answers(w.changes[i].Now, word)
		advised := w.event(call.ID, flow.What{Kind: flow.Told, News: flow.Advised, Entry: word})
		advised.Re = turn
		return w.happen(call.ID, advised)
	})
	switch {
	case err != nil:
		return err
	case m.Ignored != 0:
		return ErrNotAsked
	case !known:
		return fmt.Errorf("%.64q: %w", word, ErrAnswer)
	}
	return nil
}

// wonder keeps questions to be asked, and forgets those whose time is over.
func (e *Engine) wonder(now time.Time, asked []flow.Asked) {
	if e.Ask == nil || len(asked) == 0 {
		return
	}
	e.shared.mu.Lock()
	defer e.shared.mu.Unlock()
	e.shared.asked = slices.DeleteFunc(e.shared.asked, func(q flow.Asked) bool { return !q.At.Add(q.Limit).After(now) })
	e.shared.asked = append(e.shared.asked, asked...)
	nudge(e.shared.questions)
}

// wondered takes the questions that are to be asked.
func (e *Engine) wondered() []flow.Asked {
	e.shared.mu.Lock()
	defer e.shared.mu.Unlock()
	asked := e.shared.asked
	e.shared.asked = nil
	return asked
}

// nextAsking is since when there has been something to ask.
func (e *Engine) nextAsking() (time.Time, bool) {
	e.shared.mu.Lock()
	defer e.shared.mu.Unlock()
	if len(e.shared.asked) == 0 {
		return time.Time{}, false
	}
	return e.shared.asked[0].At, true
}

// consult asks the product a question, and brings its answer to the call.
func (e *Engine) consult(ctx context.Context, q flow.Asked) error {
	now, err := e.Store.Agenda().Now(ctx)
	if err != nil {
		return err
	}
	left := q.At.Add(q.Limit).Sub(now)
	if left <= 0 {
		return nil
	}
	within, cancel := context.WithTimeout(ctx, left)
	word, err := e.put(within, q)
	cancel()
	if err == nil && word == "" { // it comes by Answer, or never
		return nil
	}
	if err != nil {
		word = ""
		e.vain(ctx, q, err)
	}
	err = e.Answer(ctx, q.Call, q.Turn, word)
	if errors.Is(err, ErrNotAsked) || errors.Is(err, ErrAnswer) {
		e.vain(ctx, q, err)
		return nil
	}
	return err
}

// errDeaf is a product that goes on with questions whose time is over.
var errDeaf = errors.New("not asked: as many questions as there may be (Config.Workers) are still with the product although their time is over; Config.Ask must return when its context ends")

// put puts a question to the product, and waits for no longer than ctx: what the product
// is still busy with then is its own affair, but counts among the Workers questions that
// may be with it at once.
func (e *Engine) put(ctx context.Context, q flow.Asked) (word string, err error) {
	select {
	case e.shared.asking <- struct{}{}:
	case <-ctx.Done():
		return "", errDeaf
	}
	said := make(chan struct{})
	var late string
	var failed error
	go func() {
		defer func() { <-e.shared.asking }()
		defer close(said)
		late, failed = e.Ask(ctx, q)
	}()
	select {
	case <-said:
	case <-ctx.Done():
		select {
		case <-said: // in time all the same
		default:
			return "", fmt.Errorf("no answer within %s", q.Limit)
		}
	}
	return late, failed
}

// vain logs that the product was asked in vain.
func (e *Engine) vain(ctx context.Context, q flow.Asked, err error) {
	e.Logger.LogAttrs(ctx, slog.LevelWarn, "the product was asked in vain",
		slog.String("call", q.Call.ID), slog.String("question", q.Name), slog.Any("error", err))
}

// ask asks the product until the runner ends: at most Workers questions at once, beside
// the calls and the lines.
func (r *runner) ask() {
	room := make(chan struct{}, r.e.Workers)
	for r.ctx.Err() == nil {
		for _, q := range r.e.wondered() {
			room <- struct{}{}
			r.under.Go(func() {
				r.report(r.e.consult(r.ctx, q))
				<-room
			})
		}
		r.sleep(r.e.shared.questions, idle)
	}
}
