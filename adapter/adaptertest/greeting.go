package adaptertest

import (
	"testing"
	"time"

	"github.com/extflow/extflow/flow"
)

// greeted is a caller who hears that a message may be left, and hangs up before the
// beep: what most callers of a mailbox do. Nothing was recorded, so that nothing can
// be lost, however late the carrier is asked; one who has heard the beep has left a
// message, and its loss is told.
func greeted(t *testing.T, c Carrier) {
	if c.Slow == nil {
		t.Skip("words take no time at these telephones")
	}
	c.Lay = c.Slow
	for name, s := range map[string]struct {
		hears, speaks time.Duration
		becomes       flow.PostKind
	}{
		"before the beep": {2 * time.Second, 0, flow.PostMessageDropped},
		"after it":        {8 * time.Second, 3 * time.Second, flow.PostMessageLeft},
	} {
		t.Run(name, func(t *testing.T) {
			o := open(t, c)
			p := o.dial()
			o.wait(9 * time.Second)
			o.must(p.Press(t.Context(), "1002")) // nobody is there: voicemail
			o.wait(s.hears)
			o.must(p.Speak(t.Context(), s.speaks))
			o.wait(s.speaks)
			o.must(p.HangUp(t.Context()))
			o.wait(20 * time.Minute)
			if got := o.became(); got != s.becomes {
				t.Errorf("it is %v; it should be %v", got, s.becomes)
			}
		})
	}
}

// became is what the call left behind in a mailbox.
func (o *office) became() (last flow.PostKind) {
	o.t.Helper()
	turns, err := o.exchange.Turns(o.t.Context(), o.call().Key, 0)
	o.must(err)
	for _, t := range turns {
		for _, p := range t.Posts {
			if p.Mailbox != "" {
				last = p.Kind
			}
		}
	}
	return last
}
