package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/extflow/extflow/examples/server/console"
	"github.com/extflow/extflow/examples/server/meter"
	"github.com/extflow/extflow/flow"
)

// Questions to the product, at the address that it has given for them.

// asks puts questions to the product, and counts; nil where it has no address for them.
func (s *server) asks() func(context.Context, flow.Asked) (string, error) {
	if s.set.ask.URL == "" {
		return nil
	}
	return func(ctx context.Context, q flow.Asked) (string, error) {
		word, err := s.set.ask.Ask(ctx, q)
		if !errors.Is(err, context.Canceled) { // this server stops: no fault of the product's
			s.questions.Note(time.Now(), err)
		}
		return word, err
	}
}

// askSign is how asking goes, for the console.
func (s *server) askSign() []console.Sign {
	if s.set.ask.URL == "" {
		return nil
	}
	st := s.questions.State()
	text := fmt.Sprintf("%d answered since the start, %d in vain", st.Answered, st.Vain)
	if !st.Failing.IsZero() {
		text = fmt.Sprintf("none is answered since %s: %s. Callers go where the question's otherwise leads. See that EXTFLOW_ASK_URL answers within the question's limit.",
			st.Failing.UTC().Format(time.RFC3339), st.Fault)
	}
	return []console.Sign{{Name: "Questions to the product", Good: st.Failing.IsZero(), Text: text}}
}

// watchQuestions has the meter read them.
func (s *server) watchQuestions() error {
	if s.set.ask.URL == "" {
		return nil
	}
	return s.meter.WatchQuestions(func() meter.Questions { return s.questions.State() })
}
