package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/twilio"
	"github.com/extflow/extflow/adapter/twilio/twiliotest"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// The program while its store fails, or answers nothing at all.

// outage is a store that can be taken away.
type outage struct {
	storage.Store
	mu    sync.Mutex
	left  int           // so many calls meet it before it is back
	hangs bool          // rather than failing at once
	where string        // now, load, commit, or stored: it commits, and nobody hears of it
	asked time.Duration // the longest that a hanging call was given
}

// takes the store away for so many calls; a great many is until mends.
func (o *outage) takes(where string, hangs bool, calls int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.left, o.hangs, o.where = calls, hangs, where
}

func (o *outage) mends() { o.takes("", false, 0) }

var errAway = errors.New("the store is away")

// meets is what a call of the store meets.
func (o *outage) meets(ctx context.Context, where string) error {
	o.mu.Lock()
	if o.left == 0 || o.where != where {
		o.mu.Unlock()
		return nil
	}
	o.left--
	by, limited := ctx.Deadline() // what the engine does by itself has none, and nobody waits for it
	hangs := o.hangs && limited
	if limited {
		o.asked = max(o.asked, time.Until(by))
	}
	o.mu.Unlock()
	if hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	return errAway
}

func (o *outage) Agenda() storage.Agenda { return agendaAway{o.Store.Agenda(), o} }
func (o *outage) Calls() storage.Calls   { return callsAway{o.Store.Calls(), o} }

type agendaAway struct {
	storage.Agenda
	o *outage
}

func (a agendaAway) Now(ctx context.Context) (time.Time, error) {
	if err := a.o.meets(ctx, "now"); err != nil {
		return time.Time{}, err
	}
	return a.Agenda.Now(ctx)
}

type callsAway struct {
	storage.Calls
	o *outage
}

func (c callsAway) Load(ctx context.Context, k flow.Key) (flow.Call, error) {
	if err := c.o.meets(ctx, "load"); err != nil {
		return flow.Call{}, err
	}
	return c.Calls.Load(ctx, k)
}

func (c callsAway) Commit(ctx context.Context, t *storage.Txn) error {
	if err := c.o.meets(ctx, "commit"); err != nil {
		return err
	}
	if err := c.Calls.Commit(ctx, t); err != nil {
		return err
	}
	return c.o.meets(ctx, "stored")
}

// shaky is a program on the line whose store can be taken away, by the telephones'
// clock.
func shaky(t *testing.T) (*line, *outage) {
	t.Helper()
	s, o := twilioAt(t, twiliotest.Config{}), &outage{}
	far := s.telephones.Carrier
	p := s.connects(tuning{
		hooks: hooks{
			now: far.Now, byHand: true, patience: 800 * time.Millisecond,
			behind: func(kept storage.Store) storage.Store { o.Store = kept; return o },
		},
		tuned: func(c *twilio.Config) { c.Pace, c.HTTPClient = -1, s.rest() },
	}, s.secrets())
	far.Drive(p.server.engine)
	far.Assign("+12025550100", twiliotest.Number{VoiceURL: publicURL + "/twilio/voice", FallbackURL: publicURL + "/twilio/voice", StatusURL: publicURL + "/twilio/status"})
	return &line{p, far}, o
}

// said is what a phone has heard since it had heard so much.
func heardSince(p *twiliotest.Phone, before int) string {
	var words []string
	for _, s := range p.View().Heard[before:] {
		words = append(words, s.Text)
	}
	return strings.Join(words, " / ")
}

const (
	moment    = "One moment, please."
	emergency = "We cannot take your call right now. Please try again later."
)

// Of each step: what the program is about to be asked when the store is gone, and
// where the call stands once it has been answered.
var steps = map[string]struct {
	before func(l *line) *twiliotest.Phone
	asks   func(l *line, p *twiliotest.Phone) error
	goesOn func(l *line, p *twiliotest.Phone) bool
}{
	"an entry": {
		func(l *line) *twiliotest.Phone { return l.dial(alice) },
		func(l *line, p *twiliotest.Phone) error { return p.Press(l.t.Context(), "1001") },
		func(l *line, _ *twiliotest.Phone) bool {
			return l.carrier.Agent(adaApp).View().State == twiliotest.Ringing
		},
	},
	"the end of a ring": {
		pressed("1001"),
		func(l *line, _ *twiliotest.Phone) error { return l.carrier.Wait(l.t.Context(), 20*time.Second) },
		func(l *line, p *twiliotest.Phone) bool {
			return len(p.View().Heard) > 0 && strings.HasSuffix(p.View().Heard[len(p.View().Heard)-1].Play, "hold.mp3")
		},
	},
	"a message": {
		spoken(pressed("1002")),
		func(l *line, p *twiliotest.Phone) error { return p.Press(l.t.Context(), "#") },
		func(_ *line, p *twiliotest.Phone) bool {
			return strings.Contains(heardSince(p, 0), "Thank you")
		},
	},
}

func TestOutage_threeAttemptsThenTheEmergencyOfTheNumber(t *testing.T) {
	t.Parallel()
	for name, step := range steps {
		for _, where := range []string{"now", "load", "commit"} {
			for _, hangs := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, %s, hangs %v", name, where, hangs), func(t *testing.T) {
					t.Parallel()
					l, store := shaky(t)
					phone := step.before(l)
					before := len(phone.View().Heard)
					store.takes(where, hangs, 1<<30)
					_ = step.asks(l, phone) // the engine's own clocks cannot be reached either
					_ = l.carrier.Wait(t.Context(), 2*time.Second)
					require.Contains(t, heardSince(phone, before), moment+" / "+moment+" / "+emergency)
					require.Equal(t, 2, strings.Count(heardSince(phone, before), moment))
					require.Equal(t, twiliotest.Over, phone.View().State)
					require.LessOrEqual(t, store.asked, 800*time.Millisecond, "no request waits longer for its store")
					require.Contains(t, l.get("/metrics").text, "extflow_turns_safe_total")

					store.mends()
					for range 12 { // what nobody could be told is asked for
						require.NoError(t, l.carrier.Wait(t.Context(), 3*time.Minute))
					}
					_, over := l.endings()
					require.True(t, over, "no call stays open")
				})
			}
		}
	}
}

func TestOutage_aCallGoesOnWhereItStoodWhenTheStoreReturnsInBetween(t *testing.T) {
	t.Parallel()
	for name, step := range steps {
		for _, where := range []string{"now", "commit", "stored"} {
			for attempts := 1; attempts <= 2; attempts++ {
				if where == "stored" && attempts == 2 {
					continue // what was stored is not stored again
				}
				t.Run(fmt.Sprintf("%s, %s, %d attempts", name, where, attempts), func(t *testing.T) {
					t.Parallel()
					l, store := shaky(t)
					phone := step.before(l)
					before := len(phone.View().Heard)
					store.takes(where, false, attempts)
					require.NoError(t, step.asks(l, phone))
					require.NoError(t, l.carrier.Wait(t.Context(), 2*time.Second))
					require.True(t, step.goesOn(l, phone), heardSince(phone, before))
					require.Equal(t, attempts, strings.Count(heardSince(phone, before), moment))
					require.NotContains(t, heardSince(phone, before), emergency)
				})
			}
		}
	}
}

func TestOutage_aCallThatComesInMeanwhileGetsTheEmergencyOfItsNumber(t *testing.T) {
	t.Parallel()
	l, store := shaky(t)
	store.takes("now", false, 1<<30)
	phone := l.dial(alice)
	require.NoError(t, l.carrier.Wait(t.Context(), 2*time.Second))
	require.Equal(t, moment+" / "+moment+" / "+emergency, heardSince(phone, 0))
	store.mends()
	require.NoError(t, l.carrier.Wait(t.Context(), time.Second))

	store.takes("commit", false, 2)
	phone = l.dial(bob)
	require.NoError(t, l.carrier.Wait(t.Context(), 2*time.Second))
	require.Contains(t, heardSince(phone, 0), moment+" / "+moment+" / Welcome to Acme.")
}

// The end of a ring is told twice and lost twice; the number's fallback is then asked
// what is next.
func TestUnheard_aRingWhoseEndGetsLostIsNotRungAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		manner twiliotest.Manner
		heard  string
		state  twiliotest.State
	}{
		"nobody answers":   {twiliotest.RingsOut, "hold.mp3", twiliotest.Listening},
		"it is busy":       {twiliotest.Engaged, "For support press 1.", twiliotest.Listening},
		"it is not there":  {twiliotest.Unreachable, "leave a message", twiliotest.Recording},
		"they have talked": {twiliotest.Takes, "", twiliotest.Over},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, _ := shaky(t)
			l.put("/api/v1/queues/support/members", object{"members": []string{"linus"}}).is(200)
			l.put("/api/v1/agents/linus/presence", object{"presence": "busy"}).is(200)
			agent := l.carrier.Agent(mary)
			agent.Set(c.manner, time.Second)
			rang := 0
			l.carrier.Observe(func(h twiliotest.Happening) {
				if h.What == twiliotest.Rang && h.Phone == mary {
					rang++
				}
			})
			phone := l.dial(alice)
			l.carrier.Break(twiliotest.Faults{Next: []twiliotest.Fault{{For: twiliotest.ForDial, Cut: true}}})
			require.NoError(t, phone.Press(t.Context(), "1004"))
			if c.manner == twiliotest.Takes {
				require.NoError(t, l.carrier.Wait(t.Context(), 2*time.Minute))
				require.Equal(t, twiliotest.Talking, phone.View().State)
				require.NoError(t, agent.HangUp(t.Context()))
			}
			require.NoError(t, l.carrier.Wait(t.Context(), time.Second))
			if c.manner == twiliotest.RingsOut {
				require.NoError(t, l.carrier.Wait(t.Context(), 20*time.Second))
			}
			require.Equal(t, c.state, phone.View().State)
			require.LessOrEqual(t, rang, 1, "the agent is not rung twice")
			var all strings.Builder
			for _, s := range phone.View().Heard {
				fmt.Fprintln(&all, s.Text, s.Play)
			}
			require.Contains(t, all.String(), c.heard)
			if c.state == twiliotest.Over {
				require.Equal(t, "answered", l.get("/api/v1/calls").word("calls", 0, "result"))
			}
		})
	}
}
