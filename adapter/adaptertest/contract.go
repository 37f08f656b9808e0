package adaptertest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/flow/flowtest"
	"github.com/extflow/extflow/storage"
)

// The contract of package adapter, as far as it shows from outside.

var contract = map[string]func(*testing.T, Carrier){
	"a store that is away costs the caller a moment, and then the number's emergency": storeAway,
	"a call goes on where it stood when the store returns":                            storeBack,
	"what is done twice is done once, and what is over is no error":                   doneTwice,
	"what no carrier can do is refused":                                               impossible,
	"a call that is over is gone":                                                     probed,
	"what is forged is refused and changes nothing":                                   forged,
	"who hangs up during a mailbox's greeting leaves no message, and none is lost":    greeted,
	"a caller who waits in silence from the first moment on can be moved at once":     silent,
}

// office is a carrier with the sample account behind it, and a store that can be
// taken away.
type office struct {
	t        *testing.T
	far      flowtest.Telephones
	adapter  adapter.Carrier
	exchange flowtest.Exchange
	down     atomic.Bool
	heard    []string // by callers
	events   atomic.Int64
}

const (
	frontDesk = "+12025550100"
	alice     = "+14155550100"
)

func open(t *testing.T, c Carrier) *office {
	t.Helper()
	return openFor(t, c, account.Sample())
}

// openFor has another account behind the carrier.
func openFor(t *testing.T, c Carrier, document []byte) *office {
	t.Helper()
	o := &office{t: t}
	far, carrier, err := c.Lay(t)(time.Date(2026, time.January, 5, 9, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := account.Parse(document)
	if err != nil {
		t.Fatal(err)
	}
	book, err := flow.Compile(doc.Settings)
	if err != nil {
		t.Fatal(err)
	}
	o.far, o.adapter = far, carrier
	o.exchange, err = flowtest.OpenEngine(func(now func() time.Time) (storage.Store, error) {
		kept, err := memoryStore(now)
		return outage{kept, &o.down}, err
	})(flowtest.Site{Document: doc, Book: book, Name: "sim", Carrier: carrier, Now: far.Now})
	if err != nil {
		t.Fatal(err)
	}
	far.Overhear(func(address string, said flow.Message) {
		o.heard = append(o.heard, said.Say)
	})
	if err := far.Attach(counted{o.exchange, &o.events}); err != nil {
		t.Fatal(err)
	}
	return o
}

// counted counts what an exchange hears.
type counted struct {
	flowtest.Exchange
	n *atomic.Int64
}

func (c counted) Handle(ctx context.Context, e flow.Event) (flow.Turn, error) {
	c.n.Add(1)
	return c.Exchange.Handle(ctx, e)
}

// outage is a store that can be made to fail.
type outage struct {
	storage.Store
	down *atomic.Bool
}

func (o outage) Agenda() storage.Agenda { return away{o.Store.Agenda(), o.down} }

type away struct {
	storage.Agenda
	down *atomic.Bool
}

var errAway = errors.New("the store is away")

func (a away) Now(ctx context.Context) (time.Time, error) {
	if a.down.Load() {
		return time.Time{}, errAway
	}
	return a.Agenda.Now(ctx)
}

// Strained are telephones that complain of what the exchange answers. Strained is
// called where that is to be expected: its store is away.
type Strained interface{ Strained() }

func (o *office) strained() {
	if s, ok := o.far.(Strained); ok {
		s.Strained()
	}
}

func (o *office) dial() flowtest.Caller {
	o.t.Helper()
	p, err := o.far.Dial(o.t.Context(), alice, frontDesk, "")
	if err != nil {
		o.t.Fatal(err)
	}
	return p
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// wait lets time pass. While the store is away the exchange's clockwork complains.
func (o *office) wait(d time.Duration) {
	o.t.Helper()
	if err := o.far.Wait(o.t.Context(), d); err != nil && !o.down.Load() {
		o.t.Fatal(err)
	}
}

func (o *office) call() flow.Call {
	o.t.Helper()
	calls, err := o.exchange.Calls(o.t.Context())
	o.must(err)
	calls = slices.DeleteFunc(calls, flow.Call.IsLeg)
	if len(calls) != 1 {
		o.t.Fatalf("there are %d calls, not one", len(calls))
	}
	return calls[0]
}

func (o *office) hears(words string) {
	o.t.Helper()
	if !slices.Contains(o.heard, words) {
		o.t.Fatalf("the caller never hears %q, only %q", words, o.heard)
	}
}

func storeAway(t *testing.T, c Carrier) {
	o := open(t, c)
	o.strained()
	p := o.dial()
	o.down.Store(true)
	_ = p.Press(t.Context(), "1001")
	for range 6 {
		o.wait(time.Second)
	}
	o.hears(moment)
	o.hears("We cannot take your call right now. Please try again later.")
	o.wait(time.Minute)
	if !p.Over() {
		t.Fatal("the emergency needs no further request, and yet the call goes on")
	}
}

func storeBack(t *testing.T, c Carrier) {
	o := open(t, c)
	o.strained()
	p := o.dial()
	o.down.Store(true)
	_ = p.Press(t.Context(), "*")
	for range 10 {
		if slices.Contains(o.heard, moment) {
			break
		}
		o.wait(time.Second)
	}
	o.hears(moment)
	o.down.Store(false)
	o.wait(3 * time.Second)
	if o.call().Phase != flow.InLine {
		t.Fatalf("what was keyed did not come along: the call stands at %s", o.call().Now())
	}
	o.must(p.HangUp(t.Context()))
}

const moment = "One moment, please."

func doneTwice(t *testing.T, c Carrier) {
	o := open(t, c)
	p := o.dial()
	turn := o.call().Turn()
	turn.Info = o.call().Info
	for range 2 {
		o.must(o.adapter.Do(t.Context(), turn))
		o.wait(0)
	}
	if p.Over() || o.call().Turn().Seq != turn.Seq {
		t.Fatal("the turn that stands was carried out again, and the call is not where it was")
	}
	end := flow.Turn{Call: turn.Call, Seq: turn.Seq, Info: turn.Info, Move: flow.Move{Do: flow.Command{Kind: flow.Hangup}}}
	end.Seq++
	for range 3 {
		if err := o.adapter.Do(t.Context(), end); err != nil && !errors.Is(err, adapter.ErrGone) {
			t.Fatalf("a call that is over is no error but adapter.ErrGone: %v", err)
		}
		o.wait(time.Second)
	}
	if !p.Over() {
		t.Fatal("the call goes on after it was ended")
	}
}

func impossible(t *testing.T, c Carrier) {
	o := open(t, c)
	p := o.dial()
	turn := o.call().Turn()
	turn.Info = o.call().Info
	turn.Move = flow.Move{Do: flow.Command{Kind: flow.Find}}
	if err := o.adapter.Do(t.Context(), turn); !errors.Is(err, adapter.ErrRefused) {
		t.Fatalf("the engine's own command is refused with adapter.ErrRefused, not %v", err)
	}
	nobody := flow.Turn{Call: flow.Key{Account: "acme", ID: "nobody's leg"}, Seq: 2, Move: flow.Move{Do: flow.Command{Kind: flow.Hangup}},
		Info: &flow.Info{Key: flow.Key{Account: "acme", ID: "nobody's leg"}, Carrier: "sim", To: frontDesk, Peer: turn.Call.ID}}
	if err := o.adapter.Do(t.Context(), nobody); err != nil && !errors.Is(err, adapter.ErrGone) {
		t.Fatalf("a leg that never began is no error but adapter.ErrGone: %v", err)
	}
	o.must(p.HangUp(t.Context()))
}

func probed(t *testing.T, c Carrier) {
	o := open(t, c)
	p := o.dial()
	status, err := adapter.Probe(t.Context(), o.adapter, o.call())
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip("the carrier cannot be asked")
	}
	o.must(err)
	if status.Report != flow.Alive {
		t.Fatalf("the caller is on the line, and the carrier reports %d", status.Report)
	}
	o.must(p.HangUp(t.Context()))
	o.wait(time.Second)
	status, err = adapter.Probe(t.Context(), o.adapter, o.call())
	o.must(err)
	if status.Report != flow.Gone {
		t.Fatalf("the caller has hung up, and the carrier reports %d", status.Report)
	}
}

func forged(t *testing.T, c Carrier) {
	if c.Forged == nil {
		t.Skip("the carrier makes no requests")
	}
	o := open(t, c)
	p := o.dial()
	before, rev := o.events.Load(), o.call().Rev
	for i, r := range c.Forged(t, o.far) {
		resp, err := http.DefaultClient.Do(r.WithContext(t.Context()))
		o.must(err)
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if resp.StatusCode < 400 {
			t.Errorf("forged request %d was answered %s", i, resp.Status)
		}
	}
	if o.events.Load() != before || o.call().Rev != rev {
		t.Error("something forged was heard")
	}
	o.must(p.HangUp(t.Context()))
}
