package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/twilio/twiliotest"
)

// What comes late, twice, out of order, not at all, or at the same instant.

// on is a phone of a call that has come to a step.
type on func(l *line) *twiliotest.Phone

// pressed is a caller who pressed keys after the greeting.
func pressed(keys string) on {
	return func(l *line) *twiliotest.Phone {
		phone := l.dial(alice)
		l.until(func() bool { return phone.View().State == twiliotest.Listening || l.pass(time.Second) })
		require.NoError(l.t, phone.Press(l.t.Context(), keys))
		if keys == "*" {
			l.wait(5 * time.Second) // a star counts when the entry ends
		}
		return phone
	}
}

// answeredBy is a call that an agent's phone picked up, and keys that it pressed.
func answeredBy(agent string, keys string, before on) on {
	return func(l *line) *twiliotest.Phone {
		phone := before(l)
		a := l.carrier.Agent(agent)
		l.until(func() bool { return a.View().State == twiliotest.Ringing })
		require.NoError(l.t, a.Answer(l.t.Context()))
		if keys != "" {
			require.NoError(l.t, a.Press(l.t.Context(), keys))
		}
		return phone
	}
}

// until is a call that has come to where the caller's phone is so.
func until(state twiliotest.State, before on) on {
	return func(l *line) *twiliotest.Phone {
		phone := before(l)
		l.until(func() bool { return phone.View().State == state })
		return phone
	}
}

// serving has these agents alone be the members of the queue.
func serving(before on, members ...string) on {
	return func(l *line) *twiliotest.Phone {
		l.put("/api/v1/queues/support/members", object{"members": members}).is(200)
		return before(l)
	}
}

// spoken is a message that was spoken.
func spoken(before on) on {
	return func(l *line) *twiliotest.Phone {
		phone := before(l)
		require.NoError(l.t, phone.Speak(l.t.Context(), 9*time.Second))
		l.wait(9 * time.Second)
		return phone
	}
}

func (l *line) wait(d time.Duration) {
	l.t.Helper()
	require.NoError(l.t, l.carrier.Wait(l.t.Context(), d))
}

// until waits for what the server does by itself.
func (l *line) until(so func() bool) {
	l.t.Helper()
	l.process.until(func() bool { l.wait(0); return so() })
}

func (p *process) until(so func() bool) {
	p.t.Helper()
	for late := time.Now().Add(90 * time.Second); !so(); { // a turn that could not be delivered is tried again after 30 s
		if !time.Now().Before(late) {
			var told strings.Builder
			for _, c := range p.get("/api/v1/calls").is(200).at("calls").([]any) {
				id := fmt.Sprint(c.(object)["id"])
				fmt.Fprintf(&told, "%v\n%s\n", c, p.get("/api/v1/calls/"+id+"/transcript").text)
			}
			require.Fail(p.t, "it does not come to that", told.String())
		}
		<-time.After(2 * time.Millisecond)
	}
}

// pass lets time pass at the carrier, and is false.
func (l *line) pass(d time.Duration) bool {
	l.t.Helper()
	l.wait(d)
	return false
}

const (
	adaApp = "client:ada"
	mary   = "tel:+12025550114"
)

// over waits until all is over, and fails the test where anything is left: a phone
// that rings, an agent who is held, a call with two ends. It is how each call ended,
// the caller's first, and what became of a message.
func (l *line) over() string {
	l.t.Helper()
	l.wait(time.Minute)
	var told string
	l.until(func() (over bool) {
		l.wait(time.Second) // what rings at the carrier rings out
		told, over = l.endings()
		return over && len(l.carrier.Legs()) == 0
	})
	require.Empty(l.t, l.carrier.Phones())
	return told
}

// endings is how each call ended, and whether all have.
func (p *process) endings() (ends string, over bool) {
	p.t.Helper()
	calls := p.get("/api/v1/calls").is(200).at("calls").([]any)
	if slices.ContainsFunc(calls, func(c any) bool {
		return c.(object)["closed"] != true && c.(object)["phase"] != "waiting for a recording"
	}) {
		return "", false
	}
	for _, agent := range []string{"ada", "mary", "linus"} {
		require.Nil(p.t, p.get("/api/v1/agents/"+agent).is(200).at("call"), "%s is held", agent)
	}
	require.Empty(p.t, p.get("/api/v1/queues/support/waiting").is(200).at("waiting"))
	ended := map[any]int{}
	for _, e := range p.get("/api/v1/feed").is(200).at("entries").([]any) {
		if e := e.(object); e["kind"] == "ended" {
			ended[e["call"]]++
		}
	}
	var told []string
	for _, c := range calls {
		c := c.(object)
		if c["closed"] == true {
			require.Equal(p.t, 1, ended[c["id"]], "a call has one end")
		}
		who := "caller"
		if c["peer"] != nil {
			who = "leg"
		}
		told = append(told, fmt.Sprint(who, " ", c["result"], ", ", c["phase"]))
	}
	slices.Sort(told)
	if left := p.get("/api/v1/voicemail/team").is(200); len(left.at("messages").([]any)) > 0 {
		told = append(told, fmt.Sprint("message ", left.at("messages", 0, "state"), " ", left.at("messages", 0, "length")))
	}
	return strings.Join(told, "; "), true
}

// courses are calls whose end a control request tells, too.
var courses = map[string]struct {
	on   on
	ends string
}{
	"an agent is reached":      {answeredBy(adaApp, "", pressed("1001")), "caller answered, ended"},
	"an agent accepts":         {answeredBy(mary, "1", pressed("1004")), "caller answered, ended"},
	"a message is left":        {spoken(pressed("1002")), "caller voicemail, ended; message left 9s"},
	"a member of a queue":      {until(twiliotest.Talking, answeredBy(adaApp, "", serving(pressed("*"), "ada"))), "caller answered, ended; leg answered, ended"},
	"a member who is to press": {until(twiliotest.Talking, answeredBy(mary, "1", serving(pressed("*"), "mary"))), "caller answered, ended; leg answered, ended"},
}

func TestCallbacks_shuffledDoubledLateOrLostTheyChangeNothing(t *testing.T) {
	t.Parallel()
	faults := map[string]twiliotest.Faults{
		"as they should be": {},
		"all twice":         {Twice: 1},
		"all swapped":       {Swapped: 1},
		"all late":          {Late: 1},
		"all lost":          {Lost: 1},
	}
	for seed := range uint64(4) {
		faults[fmt.Sprint("any of it ", seed)] = twiliotest.Faults{Seed: seed, Twice: .5, Swapped: .4, Late: .4}
	}
	for course, c := range courses {
		for name, f := range faults {
			t.Run(course+", callbacks "+name, func(t *testing.T) {
				t.Parallel()
				l := dialled(t, twiliotest.Config{})
				l.carrier.Break(f)
				phone := c.on(l)
				require.NoError(t, phone.HangUp(t.Context()))
				l.wait(15 * time.Second)
				require.Equal(t, c.ends, l.over())
			})
		}
	}
}

func TestCaller_hangsUpAtEveryStep(t *testing.T) {
	t.Parallel()
	for step, c := range map[string]struct {
		on    on
		state twiliotest.State
		ends  string
	}{
		"in the greeting":             {func(l *line) *twiliotest.Phone { return l.dial(alice) }, twiliotest.Hearing, "caller abandoned, ended"},
		"within an entry":             {pressed("10"), twiliotest.Listening, "caller abandoned, ended"},
		"after a wrong entry":         {pressed("9999"), twiliotest.Listening, "caller abandoned, ended"},
		"in a menu":                   {pressed("1003"), twiliotest.Listening, "caller abandoned, ended"},
		"while an agent rings":        {pressed("1001"), twiliotest.Ringing, "caller abandoned, ended"},
		"while the next phone rings":  {func(l *line) *twiliotest.Phone { p := pressed("1001")(l); l.wait(12 * time.Second); return p }, twiliotest.Ringing, "caller abandoned, ended"},
		"while an agent is asked":     {answeredBy(mary, "", pressed("1004")), twiliotest.Ringing, "caller abandoned, ended"},
		"in a talk":                   {answeredBy(adaApp, "", pressed("1001")), twiliotest.Talking, "caller answered, ended"},
		"in a talk that was accepted": {answeredBy(mary, "1", pressed("1004")), twiliotest.Talking, "caller answered, ended"},
		"while nobody is free":        {serving(pressed("*"), "linus"), twiliotest.Hearing, "caller abandoned, ended"},
		"while a member rings":        {ringing(adaApp, serving(pressed("*"), "ada")), twiliotest.Hearing, "caller abandoned, ended; leg missed, ended"},
		"while a member is asked":     {answeredBy(mary, "", serving(pressed("*"), "mary")), twiliotest.Hearing, "caller abandoned, ended; leg missed, ended"},
		"in a talk with a member":     {courses["a member of a queue"].on, twiliotest.Talking, "caller answered, ended; leg answered, ended"},
		"in a mailbox's greeting":     {pressed("1002"), twiliotest.Hearing, "caller abandoned, waiting for a recording; message pending <nil>"},
		"as the recording begins":     {pressed("1002"), twiliotest.Recording, "caller abandoned, ended"},
		"while recording":             {spoken(pressed("1002")), twiliotest.Recording, "caller voicemail, ended; message left 9s"},
	} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			cfg := twiliotest.Config{Audio: time.Minute}
			if strings.Contains(step, "greeting") {
				cfg.Words = 120
			}
			l := dialled(t, cfg)
			phone := c.on(l)
			require.Equal(t, c.state, phone.View().State)
			require.NoError(t, phone.HangUp(t.Context()))
			require.Equal(t, c.ends, l.over())
		})
	}
}

// ringing is a call for which an agent's phone rings.
func ringing(agent string, before on) on {
	return func(l *line) *twiliotest.Phone {
		phone := before(l)
		l.until(func() bool { return l.carrier.Agent(agent).View().State == twiliotest.Ringing })
		return phone
	}
}
