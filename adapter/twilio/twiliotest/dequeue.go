package twiliotest

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// Dequeuing: a Dial of a Queue.

// dequeuing is a Dial of a Queue: somebody who serves the head of the line.
type dequeuing struct {
	r       *run
	e, noun *element
	queue   *queue
	other   *waiting
	began   time.Time // of the talk
	done    bool
}

func (r *run) dequeue(e, noun *element) {
	r.call.answer()
	d := &dequeuing{r: r, e: e, noun: noun, queue: r.c.queues[noun.words()]}
	r.act = d
	if d.queue == nil {
		r.c.fault(r.call, 0, r.url, "there is no queue "+strconv.Quote(noun.words()))
		d.end("error")
		return
	}
	if len(d.queue.in) > 0 {
		d.connect(d.queue.in[0])
		return
	}
	d.queue.wanting = append(d.queue.wanting, d)
	r.clocks.Start("ring", e.seconds("timeout", 30)+r.c.cfg.ExtraRing, func() {
		r.call.note(Happening{What: Fired, Note: "ring"})
		d.end(noAnswer)
	})
}

// connect takes a caller out of the line, who hears the Queue's document first.
func (d *dequeuing) connect(w *waiting) {
	d.r.clocks.Clear()
	d.other, w.other = w, d
	w.step()
	to := d.noun.attrs["url"]
	if to == "" {
		d.join()
		return
	}
	l := w.r.call
	w.wait = l.newRun(queueWhisper)
	w.wait.out = func(how ending) {
		w.wait = nil
		if how == broken {
			w.other = nil
			w.end("error")
			d.end(failed)
			return
		}
		d.join()
	}
	w.wait.also = func() []string {
		return []string{"QueueSid", d.queue.sid, "QueueTime", w.seconds(), "DequeingCallSid", d.r.call.sid}
	}
	w.wait.fetch(ForWhisper, d.noun.attr("method", http.MethodPost), d.r.resolve(to), w.wait.params())
}

func (d *dequeuing) join() {
	r := d.r
	d.other.talks, d.began = true, r.c.Now()
	d.other.r.call.note(Happening{What: Joined})
	r.call.note(Happening{What: Joined})
	r.clocks.Start("limit", d.e.seconds("timeLimit", 14400), func() {
		r.call.note(Happening{What: Fired, Note: "limit"})
		d.release()
		d.end(completed)
	})
}

// release lets the caller go on.
func (d *dequeuing) release() {
	if w := d.other; w != nil && !w.done {
		w.other = nil
		w.end("bridged")
	}
}

// end is the end of the Dial.
func (d *dequeuing) end(status string) {
	if d.done {
		return
	}
	d.leave()
	d.r.clocks.Clear()
	if d.e.has("action") {
		d.r.action(ForDial, d.e, d.params(status))
		return
	}
	d.r.next()
}

func (d *dequeuing) leave() {
	d.done = true
	if d.queue != nil {
		d.queue.wanting = slices.DeleteFunc(d.queue.wanting, func(other *dequeuing) bool { return other == d })
	}
}

func (d *dequeuing) params(status string) url.Values {
	form := d.r.call.params("DialCallStatus", status)
	if !d.r.c.cfg.OldDial {
		form.Set("DialBridged", strconv.FormatBool(!d.began.IsZero()))
	}
	if w := d.other; w != nil {
		with(form, "DialCallSid", w.r.call.sid, "QueueSid", d.queue.sid, "QueueTime", w.seconds(), "DequeingCallSid", d.r.call.sid)
		if !d.began.IsZero() {
			form.Set("DialCallDuration", strconv.Itoa(int(d.r.c.Now().Sub(d.began)/time.Second)))
		}
	}
	return form
}

func (d *dequeuing) state() State {
	if !d.began.IsZero() {
		return Talking
	}
	return Ringing
}

func (d *dequeuing) key(byte)      {}
func (d *dequeuing) listens() bool { return false }

func (d *dequeuing) stop(hungUp bool) {
	if d.done {
		return
	}
	d.leave()
	d.release()
	if hungUp && !d.r.c.cfg.Unsure.QuietHangUp {
		d.r.parting(ForDial, d.e, d.params(completed))
	}
}

func (d *dequeuing) with() []string {
	if d.other != nil && !d.began.IsZero() {
		return []string{d.other.r.call.phone.address}
	}
	return nil
}
