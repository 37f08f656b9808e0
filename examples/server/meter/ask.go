package meter

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// Questions are how a product answers what it is asked in the middle of calls.
type Questions struct {
	Answered uint64    // with a word, or that the answer comes later
	Vain     uint64    // refused, out of reach, or not in time
	Failing  time.Time // since when every question is in vain; zero while they are not
	Fault    string    // of the newest question, while that is so
}

// Asking counts questions. It is safe for concurrent use.
type Asking struct {
	mu sync.Mutex
	is Questions
}

// Note counts a question that ended now, in vain where there is an error.
func (a *Asking) Note(now time.Time, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err == nil {
		a.is.Answered++
		a.is.Failing, a.is.Fault = time.Time{}, ""
		return
	}
	a.is.Vain++
	a.is.Fault = err.Error()
	if a.is.Failing.IsZero() {
		a.is.Failing = now
	}
}

// State is how it goes.
func (a *Asking) State() Questions {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.is
}

// WatchQuestions has how asking goes read whenever somebody looks.
func (m *Meter) WatchQuestions(state func() Questions) error {
	meter := m.provider.Meter(scope)
	asked, e1 := meter.Int64ObservableCounter("extflow.questions", metric.WithDescription("Questions to the product, answered or in vain."))
	failing, e2 := meter.Float64ObservableGauge("extflow.questions.failing", metric.WithUnit("s"), metric.WithDescription("For how long every question to the product has been in vain."))
	if err := errors.Join(e1, e2); err != nil {
		return err
	}
	_, err := meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		is := state()
		o.ObserveInt64(asked, int64(is.Answered), metric.WithAttributes(attribute.String("outcome", "answered"))) //nolint:gosec // nobody asks so often
		o.ObserveInt64(asked, int64(is.Vain), metric.WithAttributes(attribute.String("outcome", "in_vain")))      //nolint:gosec // as above
		lasts := 0.0
		if !is.Failing.IsZero() {
			lasts = time.Since(is.Failing).Seconds()
		}
		o.ObserveFloat64(failing, lasts)
		return nil
	}, asked, failing)
	return err
}
