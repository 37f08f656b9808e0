package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/examples/server/api"
	"github.com/extflow/extflow/examples/server/console"
	"github.com/extflow/extflow/examples/server/meter"
	"github.com/extflow/extflow/examples/server/setup"
	"github.com/extflow/extflow/examples/server/simulator"
	"github.com/extflow/extflow/feed"
	"github.com/extflow/extflow/number/written"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/voicemail"
	"github.com/extflow/extflow/voicemail/mail"
)

// server is everything that a process serves with.
type server struct {
	set       *settings
	out       io.Writer // what people read at start
	log       *slog.Logger
	meter     *meter.Meter
	account   string
	store     storage.Store
	saves     storage.Store // the same, for what people change: within what the carriers can do
	opened    opened        // where it is kept
	engine    *extflow.Engine
	carriers  []carrier
	sim       atomic.Pointer[simulator.Simulator] // nil where there is none
	runs      []func(context.Context) error       // until the server stops
	api       *api.API
	news      *console.News
	followers map[string]*feed.Follower // of the feed, by name
	mail      *mail.Sender              // nil where nobody is told by e-mail
	questions meter.Asking              // how the product answers
	console   *console.Console
	people    *console.Accounts // who may sign in to the console
	elsewhere http.Handler      // takes people to a provider and back; nil where there is none
	routes    []route
	openAPI   []byte
	draining  atomic.Bool

	hereSecret atomic.Pointer[[]byte] // see hereKey
	hooks
}

// hooks are what tests take the place of. The zero value is a server as it runs.
type hooks struct {
	now      func() time.Time                  // the store's clock; the machine's
	behind   func(storage.Store) storage.Store // stands before the store
	patience time.Duration                     // the engine's deadline; its default
	byHand   bool                              // what must happen by itself is left to Wake of the engine
}

// run starts a server and serves until ctx ends. ready hears where it listens.
func run(ctx context.Context, args []string, env func(string) string, out, errs io.Writer, ready ...func(net.Addr)) error {
	set, err := readSettings(args, env, out)
	if err != nil {
		return err
	}
	return (&server{set: set, out: out, log: logger(set.logAs, errs)}).run(ctx, ready...)
}

func (s *server) run(ctx context.Context, ready ...func(net.Addr)) error {
	if err := s.build(ctx); err != nil {
		return errors.Join(err, s.close())
	}
	return errors.Join(s.serve(ctx, ready...), s.close())
}

// open opens the store.
func (s *server) open(ctx context.Context, now func() time.Time) (err error) {
	s.opened, err = s.set.open(ctx, now)
	s.store = s.opened.store
	return err
}

// close closes the store, once nothing uses it any more.
func (s *server) close() error {
	if s.opened.close == nil {
		return nil
	}
	return s.opened.close()
}

func logger(as string, to io.Writer) *slog.Logger {
	if as == "json" {
		return slog.New(slog.NewJSONHandler(to, nil))
	}
	return slog.New(slog.NewTextHandler(to, nil))
}

// build makes everything, and starts nothing.
func (s *server) build(ctx context.Context) (err error) {
	s.news = console.NewNews()
	if s.meter, err = meter.New(); err != nil {
		return err
	}
	if s.carriers, err = s.set.carriers(s.log, func(name string) *http.Client { return s.meter.Requests(name).Client() }); err != nil {
		return err
	}
	if _, _, _, err := s.set.document(); err != nil { // before a file is made for its account
		return err
	}
	if err := s.exchange(ctx); err != nil {
		return err
	}
	if err := s.meter.Watch(s.store); err != nil {
		return err
	}
	if err := s.engine.Remember(ctx); err != nil {
		return err
	}
	if err := s.describe(); err != nil {
		return err
	}
	return nil
}

// exchange makes the store and the engine. With the simulator alone they go by the
// simulator's clock; with a carrier on they go by real time, and the simulator has
// its own.
func (s *server) exchange(ctx context.Context) (err error) {
	if s.set.simulator && len(s.carriers) == 0 {
		return s.simulated(ctx)
	}
	if err := s.open(ctx, s.now); err != nil {
		return err
	}
	if s.behind != nil {
		s.store = s.behind(s.store)
	}
	adapters := s.adapters()
	s.engine, err = extflow.New(extflow.Config{
		Store: s.store, Carriers: adapters, Logger: s.log, Observe: s.observe, Deadline: s.patience, Dialable: written.Dialable,
		Ask: s.asks(),
	})
	if err != nil {
		return err
	}
	for _, c := range s.carriers {
		c.attach(s.meter.Handle(s.engine))
	}
	s.saves = extflow.WithinLimits(s.store, adapters)
	if s.account, err = s.set.seed(ctx, s.saves, s.out); err != nil {
		return err
	}
	if err := s.notice(ctx, adapters); err != nil {
		return err
	}
	if !s.byHand {
		s.runs = append(s.runs, s.engine.Run)
	}
	if s.set.simulator {
		return s.renew(ctx)
	}
	return nil
}

// simulated makes an exchange of the simulator alone. Telephones of the time before
// a restart are gone, and their calls with them.
func (s *server) simulated(ctx context.Context) error {
	c := s.simulator()
	c.Store = func(now func() time.Time) (storage.Store, error) {
		err := s.open(ctx, now)
		return s.store, err
	}
	c.Skipped = func(by time.Duration) {
		if err := s.skipped(ctx, by); err != nil {
			s.log.Warn("how far the simulator's clock is ahead was not written down", slog.Any("error", err))
		}
	}
	sim, err := simulator.New(c)
	if err != nil {
		return err
	}
	s.sim.Store(sim)
	s.saves, s.engine = s.store, sim.Engine
	if s.account, err = s.set.seed(ctx, s.store, s.out); err != nil {
		return err
	}
	by, err := ahead(ctx, s.store, s.account)
	if err != nil {
		return err
	}
	return sim.Resume(ctx, s.account, by)
}

func (s *server) simulator() simulator.Config {
	return simulator.Config{Logger: s.log, Observe: s.observe, Wrap: s.meter.Handle, Ask: s.asks()}
}

// observe tells all who watch.
func (s *server) observe(o extflow.Observed) {
	s.meter.Observe(o)
	s.news.Observe(o)
}

// renew gives the simulator a fresh copy of the account.
func (s *server) renew(ctx context.Context) error {
	st, err := setup.Read(ctx, s.store, s.account)
	if err != nil {
		return err
	}
	sim, err := simulator.New(s.simulator())
	if err != nil {
		return err
	}
	for i, n := range st.Document.Numbers { // releases are the copy's own, and every carrier is the simulator
		n.Release, n.Carriers, n.Rev = "", nil, 0
		st.Document.Numbers[i] = n
	}
	for i := range st.Document.Agents {
		st.Document.Agents[i].Rev = 0
	}
	if _, err := extflow.Install(ctx, sim.Store, extflow.Setup(st.Document), time.Now()); err != nil {
		return err
	}
	s.sim.Store(sim)
	return nil
}

// simulate lets the simulator's time pass: that of whichever is the newest. What was
// kept for long enough is removed meanwhile, as Engine.Run does it.
func (s *server) simulate(ctx context.Context) error {
	var tidied time.Time
	for ctx.Err() == nil {
		sim := s.sim.Load()
		if time.Since(tidied) >= tidying {
			tidied = time.Now()
			if err := sim.Engine.Tidy(ctx); err != nil && ctx.Err() == nil {
				s.log.Warn("what was kept for long enough is not removed", slog.Any("error", err))
			}
		}
		turn, cancel := context.WithTimeout(ctx, time.Second)
		_ = sim.Run(turn) // it ends when its turn does
		cancel()
	}
	return ctx.Err()
}

// tidying is how often that is.
const tidying = time.Minute

// describe makes the API and the routes.
func (s *server) describe() (err error) {
	c := api.Config{Account: s.account, Store: s.saves, Engine: s.engine, Logger: s.log, Carriers: s.adapters(), Keep: s.keep()}
	if sim := s.sim.Load(); sim != nil {
		c.Simulator = s.sim.Load
		if sim.Engine == s.engine {
			c.Settle = sim.Catch
		} else {
			c.Renew = s.renew
		}
		s.runs = append(s.runs, s.simulate)
	}
	if err := s.follow(); err != nil {
		return err
	}
	if s.api, err = api.New(c); err != nil {
		return err
	}
	s.people = &console.Accounts{Store: s.store, Account: s.account, Secure: s.set.cert != nil || strings.HasPrefix(s.set.publicURL, "https://")}
	pages := console.Config{
		Who: s.who, Accounts: s.people,
		Account: c.Account, Store: c.Store, Engine: c.Engine, Logger: c.Logger, Settle: c.Settle, Simulator: c.Simulator, Renew: c.Renew, Ask: s.asks(),
		Player: &voicemail.Player{Store: s.store, Carriers: s.adapters(), Keep: s.keep()},
		Health: s.signs, News: s.news, Links: []console.Link{{To: "openapi.json", Text: "API"}},
	}
	for _, carrier := range s.carriers {
		pages.Carriers = append(pages.Carriers, s.shown(carrier))
	}
	pages.Carriers = append(pages.Carriers, s.set.off()...)
	if s.console, err = console.New(pages); err != nil {
		return err
	}
	if err := s.signInElsewhere(); err != nil {
		return err
	}
	s.routes = s.table()
	s.openAPI, err = s.document()
	return err
}

// The times that a request may take.
const (
	headerTime = 5 * time.Second
	readTime   = 15 * time.Second
	writeTime  = 30 * time.Second
	idleTime   = time.Minute
	drainTime  = 20 * time.Second
)

// serve listens until ctx ends, then lets what is under way finish.
func (s *server) serve(ctx context.Context, ready ...func(net.Addr)) error {
	listener, err := net.Listen("tcp", s.set.addr)
	if err != nil {
		return fmt.Errorf("-addr: %w", err)
	}
	h := &http.Server{
		Handler: s.handler(), ReadHeaderTimeout: headerTime, ReadTimeout: readTime, WriteTimeout: writeTime,
		IdleTimeout: idleTime, MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
		TLSConfig: s.tls(),
	}
	h.RegisterOnShutdown(s.console.Close)
	running, stopRuns := context.WithCancel(context.WithoutCancel(ctx))
	defer stopRuns()
	done := make(chan error, len(s.runs))
	for _, r := range s.runs {
		go func() { done <- r(running) }()
	}
	served := make(chan error, 1)
	go func() {
		if s.set.cert != nil {
			served <- h.ServeTLS(listener, "", "")
		} else {
			served <- h.Serve(listener)
		}
	}()
	s.greet(listener.Addr())
	for _, f := range ready {
		f(listener.Addr())
	}
	var failed error
	select {
	case failed = <-served:
	case <-ctx.Done():
	}
	return errors.Join(failed, s.stop(h, stopRuns, done))
}

// stop takes no more requests, lets those that are under way finish, then stops
// what runs by itself.
func (s *server) stop(h *http.Server, stopRuns func(), done <-chan error) error {
	s.draining.Store(true)
	s.log.Info("stopping: requests under way are finished first")
	ctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	err := h.Shutdown(ctx)
	stopRuns()
	for range s.runs {
		if e := <-done; e != nil && !errors.Is(e, context.Canceled) {
			err = errors.Join(err, e)
		}
	}
	return errors.Join(err, s.meter.Close(ctx))
}
