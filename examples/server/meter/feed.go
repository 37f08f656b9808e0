package meter

import (
	"context"
	"errors"
	"maps"
	"slices"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/extflow/extflow/feed"
	"github.com/extflow/extflow/storage"
)

// WatchFeed has it read whenever somebody looks how it goes with those who follow the
// feed, by name.
func (m *Meter) WatchFeed(s storage.Store, followers map[string]*feed.Follower) error {
	meter := m.provider.Meter(scope)
	failing, e1 := meter.Float64ObservableGauge("extflow.feed.failing", metric.WithUnit("s"), metric.WithDescription("For how long a receiver of the feed has taken nothing that it was given."))
	lost, e2 := meter.Int64ObservableCounter("extflow.feed.lost", metric.WithDescription("Entries of the feed that a receiver did not take in days, and that were passed over."))
	if err := errors.Join(e1, e2); err != nil {
		return err
	}
	_, err := meter.RegisterCallback(func(ctx context.Context, o metric.Observer) error {
		now, err := s.Agenda().Now(ctx)
		if err != nil {
			return err
		}
		for _, name := range slices.Sorted(maps.Keys(followers)) {
			st, err := followers[name].State(ctx)
			if err != nil {
				return err
			}
			who, lasts := metric.WithAttributes(attribute.String("receiver", name)), 0.0
			if !st.Failing.IsZero() {
				lasts = now.Sub(st.Failing).Seconds()
			}
			o.ObserveFloat64(failing, lasts, who)
			o.ObserveInt64(lost, int64(st.Lost), who)
		}
		return nil
	}, failing, lost)
	return err
}
