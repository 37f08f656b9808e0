package vonage

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/extflow/extflow/adapter/internal/webhook"
	"github.com/extflow/extflow/flow"
)

// Documents: the NCCO of a turn.

// view is how a turn is to be shown: what of it has been carried out already, and
// which request it answers.
type view struct {
	*Adapter
	request         *request
	info            *flow.Info // who calls whom
	webhook.Ringing            // Connect: which endpoint rings now
	placed          bool       // Connect: it is a leg that was placed, and the caller hears it ring
	late            bool       // Connect: no place in the row yet; the same again in a second
	said            bool       // the words were said already
	begun           bool       // Record: that the recording begins has been told
	laps            int        // Record: how often the recording was waited for, and one more
	ends            int        // Join: how often the conversation has ended while the talk stands
}

// answer sends the document of a turn.
func (a *Adapter) answer(ctx context.Context, w http.ResponseWriter, q *request, t *flow.Turn, v view) {
	v.Adapter, v.request = a, q
	if t.Move.Do.Kind == flow.Connect && t.Seq != flow.SafeSeq {
		a.advance(ctx, t, &v)
	}
	reply(w, func(n *ncco) {
		if !v.command(n, t) {
			a.log.LogAttrs(ctx, slog.LevelError, "the handler answered nothing that a carrier can do; the call is ended",
				slog.String("call", t.Call.ID), slog.Uint64("seq", uint64(t.Seq)))
		}
	})
}

// command writes what a turn says and waits on. It reports false where that is
// nothing that a carrier can do; the call ends then.
func (v *view) command(n *ncco, t *flow.Turn) bool {
	do := &t.Move.Do
	switch do.Kind {
	case flow.Listen:
		v.listen(n, t)
	case flow.Connect:
		v.connect(n, t)
	case flow.Hold:
		v.hold(n, t)
	case flow.Record:
		v.record(n, t)
	case flow.Join:
		v.join(n, t)
	case flow.Again:
		v.words(n, t, false)
		n.pause(min(max(do.Time.Seconds(), 0.1), 10))
		n.goOn(v.again(do.Retry), v.request.repeated())
	case flow.Hangup:
		v.words(n, t, false)
	default:
		return false
	}
	return true
}

// words says what the turn says, unless it was said already. A key may stop what is
// followed by an input.
func (v *view) words(n *ncco, t *flow.Turn, barge bool) {
	if v.said {
		return
	}
	for i := range t.Move.Say {
		m := &t.Move.Say[i]
		switch {
		case i >= mostWords:
			return
		case m.Play != "":
			n.add(stream{Action: "stream", StreamURL: []string{v.media(t.Call.Account, m)}, BargeIn: barge})
		case m.Say != "":
			n.say(m, v.cfg.Name, barge)
		}
	}
}

// mostWords is how many messages one document has at most.
const mostWords = 20

func (n *ncco) say(m *flow.Message, carrier string, barge bool) {
	language, style := spoken(m.Language, m.VoiceOn(carrier))
	n.add(talk{Action: "talk", Text: cut(m.Say, Limits.Text), Language: language, Style: style, BargeIn: barge})
}

// cut is the beginning of a text, at most so many characters.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

// media is the absolute URL of audio: an account's file has none of its own.
func (a *Adapter) media(account string, m *flow.Message) string {
	return webhook.Media(a.cfg.MediaURL, account, m)
}

// seconds is a duration in whole seconds, rounded up, within bounds.
func seconds(d time.Duration, least, most int) int {
	return max(least, min(most, int((d+time.Second-1)/time.Second)))
}

// again is the address of the same request, made after so many safe turns.
func (v *view) again(tries uint8) string {
	q := v.request
	count := "a=" + string('0'+tries%10)
	if q.call == (flow.Key{}) {
		return v.public + "/" + string(q.what) + "?" + count
	}
	query := count
	for part := range strings.SplitSeq(q.ours, "&") {
		if part != "" && !strings.HasPrefix(part, "a=") {
			query += "&" + part
		}
	}
	return v.url(q.call, q.seq, q.what, query)
}
