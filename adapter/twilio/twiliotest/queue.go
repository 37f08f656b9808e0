package twiliotest

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// queue is one of the account's, made by the first Enqueue that names it.
type queue struct {
	sid, name string
	in        []*waiting   // the head first
	wanting   []*dequeuing // who waits for somebody to come, the first first
	waited    time.Duration
	served    int
}

// longestQueue is how many wait in a queue at most, unless the Enqueue says.
const longestQueue = 1000

// waiting is an Enqueue: somebody's place in a queue, and the talk that it led to.
type waiting struct {
	r     *run
	e     *element
	queue *queue
	since time.Time
	left  time.Time // the queue
	wait  *run      // what is heard meanwhile
	other *dequeuing
	talks bool
	done  bool
}

func (r *run) enqueue(e *element) {
	c := r.c
	name := e.words()
	w := &waiting{r: r, e: e, since: c.Now()}
	r.act = w
	switch {
	case name == "" || len(name) > 64:
		c.fault(r.call, codeSchema, r.url, "a queue's name has 1 to 64 characters")
		w.end("error")
		return
	case c.faults.QueueFails > 0:
		c.faults.QueueFails--
		w.end("system-error")
		return
	}
	q := c.queues[name]
	if q == nil {
		q = &queue{sid: "QU" + c.hex(32), name: name}
		c.queues[name] = q
	}
	if len(q.in) >= e.number("maxQueueSize", longestQueue) {
		w.end("queue-full")
		return
	}
	w.queue = q
	q.in = append(q.in, w)
	if len(q.wanting) > 0 {
		d := q.wanting[0]
		q.wanting = q.wanting[1:]
		d.connect(w)
		return
	}
	w.play()
}

// play has the caller hear the waiting document, over and over. Without one there
// is music, which says nothing.
func (w *waiting) play() {
	to := w.e.attrs["waitUrl"]
	if to == "" {
		return
	}
	l, to := w.r.call, w.r.resolve(to)
	request := func() {
		w.wait.fetch(ForWait, w.e.attr("waitUrlMethod", http.MethodPost), to, w.wait.params())
	}
	w.wait = l.newRun(queueWait)
	w.wait.also = w.news
	w.wait.out = func(how ending) {
		switch how {
		case outOfVerbs:
			w.wait.over = false
			request()
		case hangup:
			l.finish(completed, "hung up by the document")
		case leave:
			w.end("leave")
		case broken:
			w.end("error")
		}
	}
	request()
}

// news is what a waiting document is told.
func (w *waiting) news() []string {
	q := w.queue
	average := 0
	if q.served > 0 {
		average = int(q.waited/time.Second) / q.served
	}
	return []string{
		"QueuePosition", strconv.Itoa(slices.Index(q.in, w) + 1), "QueueSid", q.sid, "QueueTime", w.seconds(),
		"AvgQueueTime", strconv.Itoa(average), "CurrentQueueSize", strconv.Itoa(len(q.in)),
		"MaxQueueSize", strconv.Itoa(w.e.number("maxQueueSize", longestQueue)),
	}
}

// seconds is how long the caller has waited, or did.
func (w *waiting) seconds() string {
	until := w.left
	if until.IsZero() {
		until = w.r.c.Now()
	}
	return strconv.Itoa(int(until.Sub(w.since) / time.Second))
}

// step is the caller leaving the line.
func (w *waiting) step() {
	w.left = w.r.c.Now()
	if w.wait != nil {
		w.wait.stop(false)
		w.wait = nil
	}
	q := w.queue
	if q == nil {
		return
	}
	q.in = slices.DeleteFunc(q.in, func(other *waiting) bool { return other == w })
	q.waited += w.left.Sub(w.since)
	q.served++
}

// end is the end of the Enqueue: its action, or what follows it.
func (w *waiting) end(result string) {
	if w.done {
		return
	}
	w.done = true
	if w.left.IsZero() {
		w.step()
	}
	w.r.clocks.Clear()
	if w.e.has("action") {
		w.r.action(ForEnqueue, w.e, w.params(result))
		return
	}
	w.r.next()
}

func (w *waiting) params(result string) url.Values {
	form := w.r.call.params("QueueResult", result)
	if w.queue != nil {
		with(form, "QueueSid", w.queue.sid, "QueueTime", w.seconds())
	}
	return form
}

func (w *waiting) state() State {
	switch {
	case w.talks:
		return Talking
	case w.wait != nil:
		if s := w.wait.state(); s == Listening {
			return s
		}
	}
	return Holding
}

func (w *waiting) listens() bool { return w.wait != nil && w.wait.listens() }
func (w *waiting) key(k byte)    { w.wait.key(k) }

func (w *waiting) stop(hungUp bool) {
	if w.done {
		return
	}
	w.done = true
	result := "redirected"
	switch {
	case w.talks && hungUp:
		result = "bridged"
	case w.talks:
		result = "redirected-from-bridged"
	case hungUp:
		result = "hangup"
	case w.other != nil:
		result = "bridging-in-process"
	}
	if w.left.IsZero() {
		w.step()
	} else if w.wait != nil {
		w.wait.stop(false)
	}
	if !hungUp || !w.r.c.cfg.Unsure.QuietHangUp {
		w.r.parting(ForEnqueue, w.e, w.params(result))
	}
	if d := w.other; d != nil {
		d.end(completed)
	}
}

func (w *waiting) with() []string {
	if w.talks {
		return []string{w.other.r.call.phone.address}
	}
	return nil
}
