package extflow

import (
	"context"
	"errors"
	"fmt"

	"github.com/extflow/extflow/flow"
)

// What the product is asked in the middle of a call, and what becomes of its answer.

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
