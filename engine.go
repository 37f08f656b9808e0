package extflow

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
)

// Config is what an Engine works with. Store is required; the zero value of
// everything else is a useful default.
type Config struct {
	Store    storage.Store
	Carriers map[string]adapter.Carrier // by the name that their events bear in Info.Carrier

	Logger   *slog.Logger   // nil logs nothing; numbers are masked, digits never logged
	Observe  func(Observed) // called after the commit, in the order of a call's turns; must not block
	NewID    func() string  // ids of the legs that we place; random UUIDs
	Deadline time.Duration  // the store's time for one event, then a safe turn; 800 ms
	Lease    time.Duration  // how long a claimed call is this node's; 30 s
	Workers  int            // how many calls Run attends at once; 32

	// Ask asks the product what a call's question asks, within the question's limit: by
	// Run and Wake of the node that took the turn. An error leads to the question's
	// otherwise at once; no answer leaves it to Answer, and to the limit. It should return
	// when ctx ends; the call does not wait for it, but Workers questions are the most
	// that are ever with it. nil leaves every question to Answer.
	Ask func(ctx context.Context, q flow.Asked) (answer string, err error)

	Guesses  GuessLimit    // wrong entries of one caller across calls
	Outbound OutboundLimit // calls of ours to people outside

	// Dialable says whether a number outside may be called, in one of these countries
	// (ISO 3166): written.Dialable, of package number/written, refuses emergency, short
	// and premium numbers besides. Where it is nil nobody outside is ever called: no
	// caller is called back, and CallOut is refused.
	Dialable func(n number.E164, countries []string) error
}

// GuessLimit bounds the wrong entries of a caller across calls: 20 an hour.
type GuessLimit struct {
	Entries int
	Per     time.Duration
}

// Observed is a turn that was stored, or an event that changed nothing
// (Turn.Move.Ignored says why).
type Observed struct {
	Turn flow.Turn
	Call flow.Call // after it
	Step string    // the name of the step where the call stands

	// Guessed is the name of the step where the caller keyed what the turn found to be a
	// wrong entry; empty where it did not. Many of them may be somebody who guesses.
	Guessed string
}

// ErrConfig is in every error that New returns.
var ErrConfig = errors.New("extflow: the configuration has faults")

// Engine takes calls from the first ring to the last. It is the only part that
// touches the world: it loads a call, has the book advance it, stores what became
// of it, and has carriers carry that out. It keeps no state of its own that a
// call depends on, so that any number of engines may share a store. It is safe
// for concurrent use.
type Engine struct {
	Config
	watched bool // somebody observes
	shared  *shared
}

// shared is what engines made by With have in common.
type shared struct {
	books   sync.Map      // flow.Key{Account, release id} → *flow.Book
	zones   sync.Map      // IANA name → *time.Location
	numbers sync.Map      // number.E164 → number.Assignment: for safe turns
	nudge   chan struct{} // a call needs attention
	lines   chan struct{} // a line does

	questions chan struct{} // the product is to be asked something
	asking    chan struct{} // one for each question that is with the product

	languages sync.Map // account → its language: for safe turns

	mu    sync.Mutex
	serve map[line]time.Time // queues to look at, and from when on

	asked []flow.Asked // what the product was not asked yet

	deserted map[line]time.Time   // when the callers were told that nobody is at work
	paced    map[string]time.Time // when a carrier can be given another leg, by its name
}

// line is a queue of an account.
type line struct{ account, queue string }

// New makes an engine. It starts nothing: calls are handled as Handle is called,
// and what must happen by itself happens in Wake, or in Run, which calls Wake in
// time. The error lists every fault of the configuration and matches ErrConfig.
func New(c Config) (*Engine, error) {
	var faults []error
	if c.Store == nil {
		faults = append(faults, errors.New("Store is missing; memory.New makes one that needs nothing"))
	}
	for name, carrier := range c.Carriers {
		if name == "" || carrier == nil {
			faults = append(faults, errors.New("Carriers has an entry without a name, or without a carrier"))
		}
	}
	if c.Deadline < 0 || c.Lease < 0 || c.Workers < 0 || c.Guesses.Entries < 0 || c.Guesses.Per < 0 || c.Outbound.negative() {
		faults = append(faults, errors.New("Deadline, Lease, Workers, Guesses and Outbound must not be negative"))
	}
	if len(faults) > 0 {
		return nil, errors.Join(append([]error{ErrConfig}, faults...)...)
	}
	watched := c.Observe != nil
	c = c.withDefaults()
	return &Engine{
		Config:  c,
		watched: watched,
		shared: &shared{
			nudge: make(chan struct{}, 1), lines: make(chan struct{}, 1), questions: make(chan struct{}, 1),
			asking: make(chan struct{}, c.Workers),
			serve:  map[line]time.Time{}, deserted: map[line]time.Time{}, paced: map[string]time.Time{},
		},
	}, nil
}

func (c Config) withDefaults() Config {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.NewID == nil {
		c.NewID = uuid.NewString
	}
	if c.Observe == nil {
		c.Observe = func(Observed) {}
	}
	if c.Deadline == 0 {
		c.Deadline = 800 * time.Millisecond
	}
	if c.Lease == 0 {
		c.Lease = 30 * time.Second
	}
	if c.Workers == 0 {
		c.Workers = 32
	}
	if c.Guesses.Entries == 0 {
		c.Guesses.Entries = 20
	}
	if c.Guesses.Per == 0 {
		c.Guesses.Per = time.Hour
	}
	c.Outbound = c.Outbound.withDefaults()
	return c
}

// With is the engine working in another view of its store, as in a transaction of
// the host's own. What becomes due there is delivered by Wake of the engine, once
// the transaction is committed.
func (e *Engine) With(s storage.Store) *Engine {
	in := *e
	in.Config.Store = s
	return &in
}

// Handle takes what a carrier reports and returns the turn to carry out: the one
// at which the call now stands. An event that comes late or twice gets that turn
// too. When the store cannot be reached within the deadline the turn is a safe
// one, and the error says why; a carrier that waits must carry it out all the
// same. A number that nobody has assigned is refused.
func (e *Engine) Handle(ctx context.Context, ev flow.Event) (flow.Turn, error) {
	ctx, cancel := context.WithTimeout(ctx, e.Deadline)
	defer cancel()
	if ev.Kind == flow.Transcribed {
		return e.transcribed(ctx, ev)
	}
	turn, err := e.happen(ctx, ev)
	if errors.Is(err, storage.ErrNotFound) {
		e.Logger.LogAttrs(ctx, slog.LevelWarn, "unknown call", slog.String("call", ev.Call.ID), slog.Any("error", err))
		return hangUp(ev, flow.Normal), err
	}
	if err != nil {
		e.Logger.LogAttrs(ctx, slog.LevelError, "safe turn", slog.String("call", ev.Call.ID), slog.Any("error", err))
		return e.safe(ev), err
	}
	return turn, nil
}

// Signal tells a call something on the product's behalf: a fact, or news such as
// flow.Dropped. Nobody waits for its turn; carriers get it from Wake. The error is
// storage.ErrNotFound for an unknown call, or the store's.
func (e *Engine) Signal(ctx context.Context, ev flow.Event) error {
	ev.Re, ev.Reply = 0, false
	_, err := e.happen(ctx, ev)
	return err
}

// happen brings an event to its call and stores what becomes of it, again from
// the start as long as somebody else changes the call meanwhile.
func (e *Engine) happen(ctx context.Context, ev flow.Event) (flow.Turn, error) {
	now, err := e.Store.Agenda().Now(ctx)
	if err != nil {
		return flow.Turn{}, err
	}
	ev.At = now
	if ev.Kind == flow.Arrived {
		refused, err := e.arrive(ctx, &ev)
		if refused || err != nil {
			return hangUp(ev, flow.Unassigned), err
		}
	}
	var taken []string
	recall := true // what this node remembers, first; then what is stored
	for range maxConflicts {
		w := e.begin(ctx, ev.Call.Account, now, taken)
		w.recall = recall
		recall = false
		_, err := w.happen(ev.Call.ID, ev)
		if w.hearsay(err) {
			continue
		}
		if err != nil {
			return flow.Turn{}, err
		}
		err = w.commit()
		if err == nil {
			return w.turn(ev.Call.ID), nil
		}
		var busy *storage.TakenError
		switch {
		case errors.Is(err, storage.ErrSeen):
			return e.standing(ctx, ev.Call)
		case errors.As(err, &busy):
			taken = append(taken, busy.Agents...)
		case !errors.Is(err, storage.ErrConflict):
			return flow.Turn{}, err
		}
	}
	return flow.Turn{}, storage.ErrConflict
}

// maxConflicts bounds how often an event is tried again because its call, or an
// agent that it wants, changed hands meanwhile.
const maxConflicts = 16

// standing is the turn at which a stored call stands.
func (e *Engine) standing(ctx context.Context, k flow.Key) (flow.Turn, error) {
	c, err := e.Store.Calls().Load(ctx, k)
	if err != nil {
		return flow.Turn{}, err
	}
	return standingOf(c), nil
}

func standingOf(c flow.Call) flow.Turn {
	t := c.Turn()
	t.Info = c.Info
	return t
}

// arrive finds out what answers the number called, and gives the event what the
// call keeps for life. It reports whether the call is to be refused.
func (e *Engine) arrive(ctx context.Context, ev *flow.Event) (refused bool, err error) {
	if ev.Start == nil {
		return true, nil
	}
	info := *ev.Start
	entry, err := e.Store.Numbers().Entry(ctx, info.To)
	switch {
	case errors.Is(err, storage.ErrNotFound), err == nil && !entry.Serves(info.Carrier):
		e.Logger.LogAttrs(ctx, slog.LevelWarn, "unassigned number", slog.String("to", info.To.String()))
		return true, nil
	case err != nil:
		return false, err
	}
	e.shared.numbers.Store(entry.Number, entry)
	info.Account = entry.Account
	if info.ID == "" {
		info.ID = callID(info.Carrier, info.Ref)
	}
	ev.Call = info.Key
	info.Entry, info.Language = entry.Entry, entry.Language
	if info.Release, err = e.release(ctx, entry); err != nil {
		return false, err
	}
	info.Loop, err = e.loops(ctx, &info)
	ev.Start = &info
	return false, err
}

// release is the one that a number's calls go by: what it is pinned to, or the account's
// current one.
func (e *Engine) release(ctx context.Context, entry number.Assignment) (string, error) {
	if entry.Release != "" {
		return entry.Release, nil
	}
	return e.Store.Releases().Current(ctx, entry.Account)
}

// callID derives our id from the carrier's, so that the same call arriving twice
// is one call.
func callID(carrier, ref string) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("extflow:"+carrier+":"+ref)).String()
}

// loops reports whether a call comes from one of our own numbers, or from an
// endpoint that is being rung, or was forwarded by one.
func (e *Engine) loops(ctx context.Context, info *flow.Info) (bool, error) {
	for _, from := range []number.E164{info.From, info.Forwarder()} {
		if from == "" {
			continue
		}
		if _, err := e.Store.Numbers().Entry(ctx, from); err == nil {
			return true, nil
		} else if !errors.Is(err, storage.ErrNotFound) {
			return false, err
		}
		if rung, err := e.Store.Directory().Reached(ctx, info.Account, from); rung || err != nil {
			return rung, err
		}
	}
	return false, nil
}
