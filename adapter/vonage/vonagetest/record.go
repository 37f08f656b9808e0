package vonagetest

import (
	"cmp"
	"net/http"
	"strings"
	"time"
)

// taping is a record that ends by itself: by silence, a key, or its length.
type taping struct {
	r     *run
	a     action
	id    string
	since time.Time
	words string // what was said
}

// filesPath is where recordings are kept.
const filesPath = "/v1/files/"

// tapeReady is how long after its end a recording's webhook comes. The document goes
// on before.
const tapeReady = time.Second

// wordsReady is how long after its end a recording's transcript can be had.
const wordsReady = 5 * time.Second

func (r *run) record(a action) {
	p := &taping{r: r, a: a, id: dashed(r.c.hex(32)), since: r.c.Now()}
	r.act = p
	r.call.note(Happening{What: Beeped, Note: p.id})
	r.clocks.Start("longest", a.seconds("timeOut", 7200), func() { p.fell("longest") })
	p.quiet()
}

// quiet starts the silence at whose end the recording ends, from where the caller
// stops speaking.
func (p *taping) quiet() {
	silence := p.a.seconds("endOnSilence", 0)
	if silence <= 0 {
		return
	}
	p.r.clocks.Start("silence", silence+max(p.r.call.talked.Sub(p.r.c.Now()), 0), func() { p.fell("silence") })
}

func (p *taping) fell(which string) {
	p.r.call.note(Happening{What: Fired, Note: which})
	p.r.clocks.Clear()
	p.cut()
	p.r.next()
}

func (p *taping) state() State  { return Recording }
func (p *taping) listens() bool { return true }

// key ends the recording, if it is the one that does.
func (p *taping) key(k byte) {
	if p.a.text("endOnKey", "") == string(k) {
		p.r.clocks.Clear()
		p.cut()
		p.r.next()
	}
}

// stop is the caller hanging up, or the leg being moved.
func (p *taping) stop(hungUp bool) {
	if f := &p.r.c.faults; hungUp && f.LosesTapes > 0 {
		f.LosesTapes--
		p.r.c.note(Happening{What: Lost, UUID: p.r.call.uuid, Note: "the recording"})
		return
	}
	p.cut()
}

// cut ends the recording. One in which nothing was said is one, too.
func (p *taping) cut() {
	c, l := p.r.c, p.r.call
	end := c.Now()
	if c.cfg.Unsure.Trims && l.talked.Before(end) {
		end = l.talked
	}
	to, method := p.a.link("eventUrl"), p.a.text("eventMethod", http.MethodPost)
	if to == "" {
		return
	}
	if end.Before(p.since) {
		end = p.since
	}
	whole := func(t time.Time) string { return t.UTC().Format(time.RFC3339) }
	c.time.After(tapeReady, func() {
		c.files[p.id] = int(end.Sub(p.since) / time.Second)
		c.request(l, ForRecord, method, to, fields{
			{"start_time", whole(p.since)}, {"recording_url", cmp.Or(c.url, "https://api.nexmo.com") + filesPath + p.id}, {"size", 8000 * int(end.Sub(p.since)/time.Second)},
			{"recording_uuid", p.id}, {"end_time", whole(end)}, {"conversation_uuid", l.conversation}, {"timestamp", stamp(c.Now())},
		}, nil)
	})
	p.transcribe()
}

// transcribe tells where what the recording says can be fetched, if that was asked for.
func (p *taping) transcribe() {
	asked, _ := p.a["transcription"].(map[string]any)
	to := action(asked).link("eventUrl")
	if to == "" || p.words == "" {
		return
	}
	c, id := p.r.c, dashed(p.r.c.hex(32))
	c.time.After(wordsReady, func() {
		c.said[id] = p.words
		c.request(p.r.call, ForRecord, action(asked).text("eventMethod", http.MethodPost), to, fields{
			{"conversation_uuid", p.r.call.conversation}, {"type", "record"}, {"recording_uuid", p.id}, {"status", "transcribed"},
			{"transcription_url", cmp.Or(c.url, "https://api.nexmo.com") + filesPath + id},
		}, nil)
	})
}

// Forget loses all recordings, as after 30 days.
func (c *Carrier) Forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.files)
	clear(c.said)
}

// serveFile is a recording's sound, which here is silence of its length.
func (c *Carrier) serveFile(r *http.Request, id string) answer {
	seconds, ok := c.files[id]
	words, said := c.said[id]
	switch {
	case c.knows(r) && said && r.Method == http.MethodGet:
		return answer{status: http.StatusOK, body: transcript(words)}
	case !c.knows(r):
		return gateway(http.StatusUnauthorized, "UNAUTHORIZED", "Unauthorized")
	case !ok:
		return notFound()
	case r.Method != http.MethodGet:
		return gateway(http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED", "Method Not Allowed")
	}
	return answer{status: http.StatusOK, raw: "ID3\x04\x00\x00\x00\x00\x00\x00" + strings.Repeat("\x00", 4000*seconds)}
}

// transcript is words as they are kept: a sentence with the time of each.
func transcript(words string) map[string]any {
	return map[string]any{"ver": "1.0.0", "request_id": "none", "channels": []any{map[string]any{
		"transcript": []any{map[string]any{"sentence": words, "raw_sentence": strings.ToLower(words), "duration": 1000, "timestamp": 0, "words": []any{}}},
		"duration":   1000,
	}}}
}
