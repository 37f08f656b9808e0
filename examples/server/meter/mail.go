package meter

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/metric"

	"github.com/extflow/extflow/voicemail/mail"
)

// WatchMail has how sending mails goes read whenever somebody looks.
func (m *Meter) WatchMail(state func() mail.State) error {
	meter := m.provider.Meter(scope)
	sent, e1 := meter.Int64ObservableCounter("extflow.mail.sent", metric.WithDescription("Mails about voicemail that the mail server took."))
	refused, e2 := meter.Int64ObservableCounter("extflow.mail.refused", metric.WithDescription("Mails whose recipient the mail server refused for good."))
	failing, e3 := meter.Float64ObservableGauge("extflow.mail.failing", metric.WithUnit("s"), metric.WithDescription("For how long every try to send a mail has failed."))
	if err := errors.Join(e1, e2, e3); err != nil {
		return err
	}
	_, err := meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		st := state()
		o.ObserveInt64(sent, int64(st.Sent))       //nolint:gosec // nobody sends so many
		o.ObserveInt64(refused, int64(st.Refused)) //nolint:gosec // as above
		lasts := 0.0
		if !st.Failing.IsZero() {
			lasts = time.Since(st.Failing).Seconds()
		}
		o.ObserveFloat64(failing, lasts)
		return nil
	}, sent, refused, failing)
	return err
}
