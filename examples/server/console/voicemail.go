package console

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/extflow/extflow/examples/server/simulator"
	"github.com/extflow/extflow/storage"
)

// Messages that callers left: heard, marked, moved, deleted.

// voicemail is a message that a caller left.
type voicemail struct {
	Call, From string
	At         time.Time
	Length     string
	State      string
	Read       bool
	Ref        string
	Words      string
	Simulated  bool
	Playable   bool
}

// messages are those in a mailbox.
func (c *Console) messages(ctx context.Context, mailbox string) ([]voicemail, error) {
	stored, err := c.cfg.Store.Mailboxes().Messages(ctx, c.cfg.Account, mailbox)
	if err != nil {
		return nil, err
	}
	var out []voicemail
	for _, m := range stored {
		out = append(out, c.voicemailOf(m))
	}
	return out, nil
}

func (c *Console) voicemailOf(m storage.Message) voicemail {
	v := voicemail{Call: m.Call, From: m.From.String(), At: m.At, State: string(m.State), Read: m.Read, Ref: m.Ref, Words: m.Words, Simulated: m.Carrier == simulator.Name}
	v.Playable = m.State == storage.Left && (v.Simulated || c.cfg.Player != nil)
	if m.From == "" {
		v.From = "withheld"
	}
	if m.Length > 0 {
		v.Length = m.Length.Round(time.Second).String()
	}
	return v
}

// boxes are the mailboxes that a message may be moved to.
func (c *Console) boxes(ctx context.Context, but string) ([]string, error) {
	r, err := c.cfg.Store.Releases().Latest(ctx, c.cfg.Account)
	if err != nil {
		return nil, err
	}
	var all []string
	for name := range r.Settings.Mailboxes {
		all = append(all, name)
	}
	for g, err := range c.cfg.Store.Directory().Agents(ctx, c.cfg.Account) {
		if err != nil {
			return nil, err
		}
		if len(all) < 300 && !slices.Contains(all, g.MailboxName()) {
			all = append(all, g.MailboxName())
		}
	}
	slices.Sort(all)
	return slices.DeleteFunc(all, func(name string) bool { return name == but }), nil
}

// mayHear reports whether who asks may hear what is in a mailbox: supervisors all,
// agents their own.
func (c *Console) mayHear(r *http.Request, mailbox string) error {
	who := person(r)
	if who.Role.may(Supervisor) {
		return nil
	}
	if who.Agent != "" {
		if g, err := c.cfg.Store.Directory().Agent(r.Context(), c.cfg.Account, who.Agent); err == nil && g.MailboxName() == mailbox {
			return nil
		}
	}
	return &problem{status: http.StatusForbidden, text: "This mailbox is not yours."}
}

func (c *Console) keepVoicemail(w http.ResponseWriter, r *http.Request) error {
	ctx, box, call := r.Context(), r.FormValue("mailbox"), r.FormValue("message")
	if err := c.mayHear(r, box); err != nil {
		return err
	}
	boxes := c.cfg.Store.Mailboxes()
	var err error
	done := "saved"
	switch act := r.FormValue("act"); act {
	case "read", "unread":
		err = boxes.Mark(ctx, c.cfg.Account, box, call, act == "read")
	case "delete":
		err, done = boxes.Delete(ctx, c.cfg.Account, box, call), "removed"
		c.note(r, "deleted a message", "mailbox", box, "call", call)
	case "forward":
		to := r.FormValue("to")
		all, e := c.boxes(ctx, box)
		if e != nil {
			return e
		}
		if !slices.Contains(all, to) {
			return wrong("Move to: pick a mailbox of the list.")
		}
		err = boxes.Forward(ctx, c.cfg.Account, box, call, to)
	default:
		return wrong("A message can be marked, moved or deleted.")
	}
	if err != nil {
		return err
	}
	if r.FormValue("back") == "me" {
		return c.next(w, r, "me?done="+done)
	}
	if agent, ok := strings.CutPrefix(r.FormValue("back"), "agents/"); ok {
		return c.next(w, r, "agents/"+pathEscape(agent)+"?done="+done)
	}
	return c.next(w, r, "mailboxes/"+pathEscape(box)+"?done="+done)
}

// hearVoicemail plays a message. The simulated carrier makes no sound: a soft tone of
// the message's length stands in for it.
func (c *Console) hearVoicemail(w http.ResponseWriter, r *http.Request) error {
	ctx, box, call := r.Context(), r.FormValue("mailbox"), r.FormValue("message")
	if err := c.mayHear(r, box); err != nil {
		return err
	}
	stored, err := c.cfg.Store.Mailboxes().Messages(ctx, c.cfg.Account, box)
	if err != nil {
		return err
	}
	for _, m := range stored {
		if m.Call != call {
			continue
		}
		if m.Carrier != simulator.Name && c.cfg.Player == nil {
			return notFound("The recording is at the carrier, as " + m.Ref + ".")
		}
		c.note(r, "heard a message", "mailbox", box, "call", call)
		if err := c.cfg.Store.Mailboxes().Mark(ctx, c.cfg.Account, box, call, true); err != nil && !errors.Is(err, storage.ErrNotFound) {
			return err
		}
		if m.Carrier != simulator.Name {
			_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(uploadTime))
			c.cfg.Player.Play(w, r, c.cfg.Account, box, call)
			return nil
		}
		w.Header().Set("Content-Type", "audio/wav")
		http.ServeContent(w, r, "", m.At, strings.NewReader(tone(m.Length)))
		return nil
	}
	return storage.ErrNotFound
}

// tone is a soft tone as a WAV file, of 8,000 samples a second, a byte each.
func tone(d time.Duration) string {
	n := min(max(int(d.Seconds()*8000), 800), 8000*120)
	var b strings.Builder
	le := func(v, bytes int) {
		for range bytes {
			b.WriteByte(byte(v))
			v >>= 8
		}
	}
	b.WriteString("RIFF")
	le(36+n, 4)
	b.WriteString("WAVEfmt ")
	le(16, 4)
	le(1, 2)
	le(1, 2)
	le(8000, 4)
	le(8000, 4)
	le(1, 2)
	le(8, 2)
	b.WriteString("data")
	le(n, 4)
	for i := range n {
		// a triangle of 250 Hz, once a second a little louder
		at := i % 32
		level := at
		if at > 16 {
			level = 32 - at
		}
		loud := 1
		if i%8000 < 1600 {
			loud = 2
		}
		b.WriteByte(byte(128 + (level-8)*loud))
	}
	return b.String()
}
