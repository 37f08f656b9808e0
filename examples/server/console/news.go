package console

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/extflow/extflow"
)

// News tells pages that something happened. It is safe for concurrent use, and never
// keeps the engine waiting.
type News struct {
	mu      sync.Mutex
	subs    map[chan struct{}]bool
	ignored []extflow.Observed // events that changed nothing, the oldest first
}

// NewNews is news without anybody who listens.
func NewNews() *News { return &News{subs: map[chan struct{}]bool{}} }

// mostIgnored is how many events that changed nothing are remembered.
const mostIgnored = 512

// Observe hears of a turn, as extflow.Config.Observe.
func (n *News) Observe(o extflow.Observed) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if o.Turn.Move.Ignored != 0 {
		if len(n.ignored) == mostIgnored {
			n.ignored = append(n.ignored[:0], n.ignored[1:]...)
		}
		n.ignored = append(n.ignored, o)
	}
	for sub := range n.subs {
		select {
		case sub <- struct{}{}:
		default:
		}
	}
}

// Changed tells pages to look again at what no turn brought about.
func (n *News) Changed() { n.Observe(extflow.Observed{}) }

// ignoredOf are the events of a call that changed nothing, as far as remembered.
func (n *News) ignoredOf(call string) []extflow.Observed {
	n.mu.Lock()
	defer n.mu.Unlock()
	var of []extflow.Observed
	for _, o := range n.ignored {
		if o.Turn.Call.ID == call {
			of = append(of, o)
		}
	}
	return of
}

func (n *News) listen() (heard <-chan struct{}, leave func()) {
	sub := make(chan struct{}, 1)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.subs[sub] = true
	return sub, func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.subs, sub)
	}
}

// How often a page is looked at again.
const (
	breath = 25 * time.Millisecond // at least, where there is always news
	pulse  = time.Second           // without any: what other nodes did, and clocks
)

// stream sends a part of a page whenever it has changed, until the browser leaves.
func (c *Console) stream(w http.ResponseWriter, r *http.Request, render func(context.Context) ([]byte, error)) error {
	control := http.NewResponseController(w)
	_ = control.SetWriteDeadline(time.Time{})
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	heard, leave := c.cfg.News.listen()
	defer leave()
	tick := time.NewTicker(pulse)
	defer tick.Stop()
	var last []byte
	for {
		began := time.Now()
		now, err := render(r.Context())
		if err != nil {
			return nil //nolint:nilerr // the page says that updates are paused, and asks again
		}
		if !bytes.Equal(now, last) {
			last = now
			if _, err := w.Write(event(now)); err != nil {
				return nil //nolint:nilerr // the browser has gone
			}
			if err := control.Flush(); err != nil {
				return nil //nolint:nilerr // the browser has gone
			}
		}
		select {
		case <-r.Context().Done():
			return nil
		case <-c.closed:
			return nil
		case <-tick.C:
		case <-heard:
			select {
			case <-r.Context().Done():
				return nil
			case <-time.After(breath - time.Since(began)): // at once, where nothing happened for a while
			}
		}
	}
}

// event is a message of a stream.
func event(body []byte) []byte {
	var b bytes.Buffer
	for line := range strings.SplitSeq(strings.ReplaceAll(string(body), "\r", " "), "\n") {
		b.WriteString("data: ")
		b.WriteString(line)
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
	return b.Bytes()
}
