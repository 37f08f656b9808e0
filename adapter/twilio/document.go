package twilio

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/extflow/extflow/adapter/internal/webhook"
	"github.com/extflow/extflow/flow"
)

// Documents: the TwiML of a turn. The same turn, asked for in the same way, always
// gives the same bytes.

// view is how a turn is to be shown: what of it has been carried out already, and
// which request it answers.
type view struct {
	adapter         *Adapter
	request         *request
	info            *flow.Info // who calls whom
	webhook.Ringing            // Connect: which endpoints ring now
	unheard         bool       // the call has not been taken yet, so that it can be refused
	said            bool       // the words were said already
	first           string     // Listen: the first key, keyed already
	ends            int        // Join: how often the conference has ended while the talk stands
}

// document writes what a turn says and waits on. It reports false where that is
// nothing that a carrier can do, and hangs up.
func (a *Adapter) document(p *page, t *flow.Turn, v view) bool {
	v.adapter = a
	p.leaves = a.cfg.Dialect.Unknown
	p.b = append(p.b, prolog...)
	p.start("Response")
	ok := v.command(p, t)
	p.end("Response")
	return ok
}

func (v *view) command(p *page, t *flow.Turn) bool {
	do := &t.Move.Do
	switch do.Kind {
	case flow.Listen:
		v.listen(p, t)
	case flow.Connect:
		if v.Stage == 0 {
			v.words(p, t)
		}
		v.dial(p, t)
	case flow.Hold:
		v.hold(p, t)
	case flow.Record:
		v.record(p, t)
	case flow.Join:
		v.join(p, t)
	case flow.Again:
		v.words(p, t)
		p.start("Pause")
		p.number("length", seconds(do.Time, 1, 10))
		p.end("Pause")
		p.redirect(v.again(do.Retry))
	case flow.Hangup:
		v.hangup(p, t)
	default:
		p.start("Hangup")
		p.end("Hangup")
		return false
	}
	return true
}

// hangup ends the call; one that was not taken yet is refused where the flow says
// why, so that nobody pays for it.
func (v *view) hangup(p *page, t *flow.Turn) {
	if v.unheard && t.Move.Do.Cause != flow.Normal && len(t.Move.Say) == 0 {
		reason := "rejected"
		if t.Move.Do.Cause == flow.LineBusy {
			reason = "busy"
		}
		p.start("Reject")
		p.attr("reason", reason)
		p.end("Reject")
		return
	}
	v.words(p, t)
	p.start("Hangup")
	p.end("Hangup")
}

// words says what the turn says, unless it was said already. What would make the
// document too long is left out.
func (v *view) words(p *page, t *flow.Turn) {
	if v.said {
		return
	}
	for i := range t.Move.Say {
		m := &t.Move.Say[i]
		if len(p.b) > maxWords || len(m.Play) > maxSaid {
			return
		}
		if m.Play != "" {
			p.play(v.adapter.media(t.Call.Account, m))
		} else if m.Say != "" {
			p.say(m, v.adapter.cfg.Name)
		}
	}
}

// A document stays below the 64 KB that carriers accept, also when every character
// has to be escaped.
const (
	maxWords = 32 << 10 // so long, and no further message is begun
	maxSaid  = 4096     // what one Say may hold
)

func (p *page) say(m *flow.Message, carrier string) {
	p.start("Say")
	if l := spoken(m.Language); l != "" {
		p.attr("language", l)
	}
	if voice := m.VoiceOn(carrier); voice != "" {
		p.attr("voice", voice)
	}
	p.text(cut(m.Say, maxSaid))
	p.end("Say")
}

// cut is the beginning of a text, at most so many bytes, whole characters.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "")
}

func (p *page) play(address string) {
	p.start("Play")
	p.text(address)
	p.end("Play")
}

// goOn redirects to something about the turn.
func (p *page) goOn(a *Adapter, t *flow.Turn, w what, query string) {
	p.start("Redirect")
	p.close()
	p.address(a, t.Call, t.Seq, w, query)
	p.end("Redirect")
}

func (p *page) redirect(address string) {
	p.start("Redirect")
	p.text(address)
	p.end("Redirect")
}

// media is the absolute URL of audio: an account's file has none of its own.
func (a *Adapter) media(account string, m *flow.Message) string {
	return webhook.Media(a.cfg.MediaURL, account, m)
}

// seconds is a duration in whole seconds, rounded up, within bounds.
func seconds(d time.Duration, least, most int) int {
	return max(least, min(most, int((d+time.Second-1)/time.Second)))
}

// repeated are the parameters that a request made again must bring along, since the
// carrier does not send them twice.
var repeated = []string{
	"s", "k", "w", "o", "f", "p", "y", "n", "Digits", "FinishedOnKey", "DialCallStatus", "DialBridged", "QueueResult",
	"RecordingSid", "RecordingUrl", "RecordingDuration",
}

// again is the address of the same request, made after so many safe turns.
func (v *view) again(tries uint8) string {
	q := v.request
	u := append([]byte(v.adapter.public), q.path...)
	u = append(u, "?a="...)
	u = strconv.AppendUint(u, uint64(tries), 10)
	for _, name := range repeated {
		if value := q.get(name); value != nil {
			u = append(append(append(u, '&'), name...), '=')
			u = append(u, url.QueryEscape(string(value))...)
		}
	}
	return v.adapter.finished(u)
}
