package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/picture"
	"github.com/extflow/extflow/storage"
)

// The page of one call.

// callData is the page of one call.
type callData struct {
	*timeline
	Full     bool // numbers and keys are shown
	At       int  // replayed up to this entry; 0 is all
	Svg      string
	Outline  []picture.Line
	Outcome  string
	Lasted   string // once it is over
	From     string
	Story    string
	Testable bool
	Unsaid   []string // what the carrier is still to be told, if anything
	Since    time.Time
	Code     string        // the story as a test in Go
	Left     []leftMessage // in mailboxes
	Waiting  waitingData   // for who supervises
}

func (d callData) Shown() []entry {
	if d.At > 0 && d.At < len(d.Entries) {
		return d.Entries[:d.At]
	}
	return d.Entries
}

func (d callData) Query(at int) string {
	q := url.Values{}
	if d.Full {
		q.Set("full", "1")
	}
	if at > 0 {
		q.Set("at", strconv.Itoa(at))
	}
	return "?" + q.Encode()
}

func (d callData) Previous() int { return max(d.At-1, 1) }

func (d callData) Next() int { return min(d.At+1, len(d.Entries)) }

func (c *Console) call(ctx context.Context, r *http.Request) (callData, error) {
	d := callData{Full: r.URL.Query().Get("full") == "1"}
	var err error
	if d.timeline, err = c.timeline(ctx, r.PathValue("call"), !d.Full); err != nil {
		return d, err
	}
	if n, err := strconv.Atoi(r.URL.Query().Get("at")); err == nil && n > 0 {
		d.At = min(n, len(d.Entries))
	}
	d.Svg = d.picture(d.At, nil)
	d.Outline = picture.Outline(d.reached())
	d.Outcome, d.From = outcome(d.Call.Result), d.Call.From.String()
	if long, known := d.Call.Lasted(time.Time{}); known && !d.Call.Live() {
		d.Lasted = "lasted " + brief(long)
	}
	if d.Full {
		d.From = string(d.Call.From)
	}
	if d.Call.From == "" {
		d.From = "withheld"
	}
	d.Story = d.story(!d.Full)
	d.Testable = d.Call.Has(flow.CallerGone) && !d.Call.IsLeg()
	d.Code = goTest("call "+outcome(d.Call.Result), d.Story)
	if d.Call.Owed {
		d.Since, d.Unsaid = time.Unix(0, d.Call.Last), flow.Script{Masked: !d.Full}.Move(d.Call.Now())
	}
	d.Left, err = c.leftBy(ctx, d.timeline)
	return d, err
}

// leftMessage is what the caller left in a mailbox.
type leftMessage struct {
	Mailbox string
	voicemail
}

// leftBy are the messages that a call left. Of the account's store alone can they be heard.
func (c *Console) leftBy(ctx context.Context, t *timeline) ([]leftMessage, error) {
	var out []leftMessage
	if c.isCopy(t.Store) {
		return nil, nil
	}
	for _, turn := range t.turns[0] {
		for _, p := range turn.Posts {
			if p.Kind != flow.PostMessageLeft {
				continue
			}
			m, err := c.cfg.Store.Mailboxes().Message(ctx, c.cfg.Account, p.Mailbox, t.Call.ID)
			if errors.Is(err, storage.ErrNotFound) {
				continue // deleted, or moved
			}
			if err != nil {
				return nil, err
			}
			out = append(out, leftMessage{p.Mailbox, c.voicemailOf(m)})
		}
	}
	return out, nil
}

func (c *Console) callPage(w http.ResponseWriter, r *http.Request) error {
	d, err := c.call(r.Context(), r)
	if err != nil {
		return err
	}
	if d.Full {
		c.note(r, "looked at the numbers and keys of a call", "call", d.Call.ID)
	}
	if d.Call.Live() && !d.Call.IsLeg() {
		_, store, err := c.find(r.Context(), d.Call.ID)
		if err != nil {
			return err
		}
		if d.Waiting, err = c.waiting(r.Context(), r, d.Call, store); err != nil {
			return err
		}
	}
	v := c.view(r, "calls", "Call from "+d.From, d)
	if d.At == 0 && !d.Call.Has(flow.Closed) {
		v.Live = "calls/" + url.PathEscape(d.Call.ID) + "/live" + d.Query(0)
	}
	return c.show(w, "call", http.StatusOK, v)
}

func (c *Console) callLive(w http.ResponseWriter, r *http.Request) error {
	v := c.view(r, "calls", "Call", nil)
	v.Base = "../" // of the page that shows it
	return c.stream(w, r, func(ctx context.Context) (_ []byte, err error) {
		if v.Data, err = c.call(ctx, r); err != nil {
			return nil, err
		}
		return part("call", "live", v)
	})
}

// callStory is the call as a file that tests are written in.
func (c *Console) callStory(w http.ResponseWriter, r *http.Request) error {
	t, err := c.timeline(r.Context(), r.PathValue("call"), false)
	if err != nil {
		return err
	}
	c.note(r, "took the story of a call", "call", t.Call.ID)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="call.call"`)
	_, err = w.Write([]byte(t.story(false)))
	return err
}

func (c *Console) endCall(w http.ResponseWriter, r *http.Request) error {
	call, store, err := c.find(r.Context(), r.PathValue("call"))
	if err != nil {
		return err
	}
	if !call.Live() {
		return &problem{status: http.StatusConflict, text: "The caller has gone already."}
	}
	engine, caught := c.engineOf(store)
	drop := flow.What{Kind: flow.Told, News: flow.Dropped}
	if err := engine.Signal(r.Context(), flow.Event{Call: call.Key, ID: uuid.NewString(), What: drop}); err != nil {
		return err
	}
	c.note(r, "ended a call", "call", call.ID)
	caught(r.Context())
	return c.next(w, r, "calls/"+url.PathEscape(call.ID)+"?done=ended")
}

// note logs what somebody did that others may ask about.
func (c *Console) note(r *http.Request, what string, args ...any) {
	c.cfg.Logger.InfoContext(r.Context(), what, append([]any{"by", person(r).ID}, args...)...)
}
