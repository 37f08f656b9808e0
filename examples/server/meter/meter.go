// Package meter counts what an operator of a server wants to know, by
// OpenTelemetry, and shows it to Prometheus. No label bears a telephone number,
// what was keyed, or anything else that a caller or a client can make up.
package meter

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel/attribute"
	otelprom "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/metric"
	sdk "go.opentelemetry.io/otel/sdk/metric"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// Meter counts. It is safe for concurrent use.
type Meter struct {
	registry *prometheus.Registry
	provider *sdk.MeterProvider

	turns, ignored, ended, safe, refused, wrong, messages metric.Int64Counter
	http                                                  metric.Float64Histogram

	webhooks, requests sync.Map // a carrier's name → *Lately
}

// scope is the name of the instrumentation.
const scope = "github.com/extflow/extflow/examples/server"

// New makes a meter of its own registry. Close it.
func New() (*Meter, error) {
	m := &Meter{registry: prometheus.NewRegistry()}
	exporter, err := otelprom.New(otelprom.WithRegisterer(m.registry), otelprom.WithoutScopeInfo(), otelprom.WithoutTargetInfo())
	if err != nil {
		return nil, err
	}
	m.provider = sdk.NewMeterProvider(sdk.WithReader(exporter))
	meter := m.provider.Meter(scope)
	var errs [8]error
	m.turns, errs[0] = meter.Int64Counter("extflow.turns", metric.WithDescription("Turns stored, by what happened."))
	m.ignored, errs[1] = meter.Int64Counter("extflow.ignored", metric.WithDescription("Events that changed nothing, by why."))
	m.ended, errs[2] = meter.Int64Counter("extflow.calls.ended", metric.WithDescription("Calls closed, by how they ended, and whether that had to be asked."))
	m.safe, errs[3] = meter.Int64Counter("extflow.turns.safe", metric.WithDescription("Safe turns given because the store was out of reach."))
	m.refused, errs[4] = meter.Int64Counter("extflow.webhooks.refused", metric.WithDescription("Webhooks refused because of their signature."))
	m.http, errs[5] = meter.Float64Histogram("http.server.request.duration", metric.WithUnit("s"),
		metric.WithDescription("Duration of HTTP requests, by route."),
		metric.WithExplicitBucketBoundaries(.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5))
	m.wrong, errs[6] = meter.Int64Counter("extflow.entries.wrong", metric.WithDescription("Wrong entries, by where they were keyed: somebody may be guessing."))
	m.messages, errs[7] = meter.Int64Counter("extflow.messages", metric.WithDescription("Voicemail by what became of it: left, dropped because it was none, or lost because its recording never came."))
	return m, errors.Join(errs[:]...)
}

// Webhooks are those of a carrier lately: accepted, or refused because of their signature.
func (m *Meter) Webhooks(carrier string) *Lately { return kept(&m.webhooks, carrier) }

// Requests are those to a carrier's API lately.
func (m *Meter) Requests(carrier string) *Lately { return kept(&m.requests, carrier) }

func kept(in *sync.Map, name string) *Lately {
	is, _ := in.LoadOrStore(name, &Lately{})
	return is.(*Lately)
}

// Close stops counting.
func (m *Meter) Close(ctx context.Context) error { return m.provider.Shutdown(ctx) }

// Handler shows what was counted.
func (m *Meter) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// most is how many open calls are counted one by one.
const most = 10_000

// Watch has the calls that are open, and how late the agenda is, read from a store
// whenever somebody looks.
func (m *Meter) Watch(s storage.Store) error {
	meter := m.provider.Meter(scope)
	open, err := meter.Int64ObservableGauge("extflow.calls.open", metric.WithDescription("Calls that are not closed; at most 10000 are counted."))
	if err != nil {
		return err
	}
	late, err := meter.Float64ObservableGauge("extflow.agenda.lag", metric.WithUnit("s"), metric.WithDescription("How long the call that needs attention most has needed it."))
	if err != nil {
		return err
	}
	owed, err := meter.Int64ObservableGauge("extflow.turns.owed", metric.WithDescription("Open calls whose turn is still to be delivered to the carrier."))
	if err != nil {
		return err
	}
	held, err := meter.Int64ObservableGauge("extflow.agents.reserved", metric.WithDescription("Agents whom an open call reserves."))
	if err != nil {
		return err
	}
	_, err = meter.RegisterCallback(func(ctx context.Context, o metric.Observer) error {
		n, undelivered, reserved := int64(0), int64(0), int64(0)
		for a, err := range s.Accounts().List(ctx) {
			if err != nil {
				return err
			}
			for c, err := range s.Calls().List(ctx, a.ID, storage.Query{Live: true, Limit: most}) {
				if err != nil {
					return err
				}
				n++
				if c.Owed {
					undelivered++
				}
				if c.Agent() != "" {
					reserved++
				}
			}
		}
		o.ObserveInt64(open, n)
		o.ObserveInt64(owed, undelivered)
		o.ObserveInt64(held, reserved)
		lag, err := Lag(ctx, s)
		o.ObserveFloat64(late, lag.Seconds())
		return err
	}, open, owed, held, late)
	return err
}

// Lag is how long the call that needs attention most has needed it.
func Lag(ctx context.Context, s storage.Store) (time.Duration, error) {
	now, err := s.Agenda().Now(ctx)
	if err != nil {
		return 0, err
	}
	at, some, err := s.Agenda().Next(ctx)
	if err != nil || !some {
		return 0, err
	}
	return max(now.Sub(at), 0), nil
}

// Observe counts a turn, or an event that changed nothing: give it to the engine.
func (m *Meter) Observe(o extflow.Observed) {
	ctx := context.Background()
	if why := o.Turn.Move.Ignored; why != 0 {
		m.ignored.Add(ctx, 1, metric.WithAttributes(attribute.String("reason", why.String())))
		return
	}
	m.turns.Add(ctx, 1, metric.WithAttributes(attribute.String("event", o.Turn.Event.Kind.String())))
	if o.Guessed != "" {
		m.wrong.Add(ctx, 1, metric.WithAttributes(attribute.String("step", o.Guessed)))
	}
	for _, p := range o.Turn.Posts {
		switch p.Kind {
		case flow.PostMessageLeft, flow.PostMessageDropped, flow.PostMessageLost:
			m.messages.Add(ctx, 1, metric.WithAttributes(attribute.String("state", strings.TrimPrefix(p.Kind.String(), "message_"))))
		case flow.PostEnded:
			found := o.Call.Has(flow.Reconciled) // the end was found by asking the carrier, not told
			m.ended.Add(ctx, 1, metric.WithAttributes(attribute.String("result", p.Result.String()), attribute.Bool("reconciled", found)))
		}
	}
}

// Handle counts safe turns: it stands between a carrier and the engine.
func (m *Meter) Handle(h adapter.Handler) adapter.Handler { return counted{h, m} }

type counted struct {
	adapter.Handler
	m *Meter
}

func (c counted) Handle(ctx context.Context, e flow.Event) (flow.Turn, error) {
	t, err := c.Handler.Handle(ctx, e)
	if err != nil && t.Seq == flow.SafeSeq && !errors.Is(err, storage.ErrNotFound) {
		c.m.safe.Add(ctx, 1)
	}
	return t, err
}

// HTTP measures the requests of a handler, by the pattern of the multiplexer that
// took them. A carrier's webhooks that are answered 403 were not signed as they
// should be: carrier says whose a pattern is, and is empty for the others.
func (m *Meter) HTTP(h http.Handler, carrier func(pattern string) string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		seen := &status{ResponseWriter: w, code: http.StatusOK}
		h.ServeHTTP(seen, r)
		ctx := context.WithoutCancel(r.Context())
		_, route, spaced := strings.Cut(r.Pattern, " ")
		if !spaced {
			route = r.Pattern
		}
		m.http.Record(ctx, time.Since(began).Seconds(), metric.WithAttributes(
			attribute.String("http.request.method", method(r.Method)),
			attribute.String("http.route", route),
			attribute.Int("http.response.status_code", seen.code),
		))
		switch c := carrier(r.Pattern); {
		case c == "":
		case seen.code == http.StatusForbidden || seen.code == http.StatusUnauthorized:
			m.refused.Add(ctx, 1, metric.WithAttributes(attribute.String("carrier", c)))
			m.Webhooks(c).Note(time.Now(), "refused because of its signature")
		case seen.code < http.StatusBadRequest:
			m.Webhooks(c).Note(time.Now(), "")
		}
	})
}

// method is one that everybody knows, or other: clients can make words up.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "_OTHER"
}

// status remembers what was answered.
type status struct {
	http.ResponseWriter
	code  int
	wrote bool
}

func (s *status) WriteHeader(code int) {
	if !s.wrote {
		s.code, s.wrote = code, true
	}
	s.ResponseWriter.WriteHeader(code)
}

func (s *status) Write(b []byte) (int, error) {
	s.wrote = true
	return s.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController through.
func (s *status) Unwrap() http.ResponseWriter { return s.ResponseWriter }
