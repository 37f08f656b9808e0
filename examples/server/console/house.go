package console

import (
	"context"
	"net/http"
	"slices"
	"time"
)

// What is live beside a queue's and a mailbox's settings: members, those who wait,
// and messages. It changes at once, without a draft.

// liveThing is what is live of a thing.
type liveThing struct {
	Queue    string
	Members  []member
	Agents   []checkedOption
	Waiting  []waiter
	Mailbox  string
	Messages []voicemail
	Boxes    []string
}

type checkedOption struct {
	option
	Checked bool
}

type member struct {
	ID, Name, State string
}

type waiter struct {
	Call, From string
	Position   int
	Since      time.Time
	Ringing    int
}

func (c *Console) houseRoutes() {
	c.handle("POST /queues/{name}/members", Supervisor, c.setMembers)
	c.handle("POST /voicemail", Agent, c.keepVoicemail)
	c.handle("GET /voicemail/audio", Agent, c.hearVoicemail)
}

func (c *Console) liveThing(ctx context.Context, section, name string, d *draft) (*liveThing, error) {
	if _, published := d.began[section][name]; !published {
		return nil, nil
	}
	switch section {
	case "queues":
		return c.liveQueue(ctx, name)
	case "mailboxes":
		l := &liveThing{Mailbox: name}
		var err error
		if l.Messages, err = c.messages(ctx, name); err != nil {
			return nil, err
		}
		l.Boxes, err = c.boxes(ctx, name)
		return l, err
	}
	return nil, nil
}

// mostWaiting is how many of a line are listed.
const mostWaiting = 50

func (c *Console) liveQueue(ctx context.Context, name string) (*liveThing, error) {
	line, err := c.cfg.Store.Queues().Waiting(ctx, c.cfg.Account, name, mostWaiting, nil)
	if err != nil {
		return nil, err
	}
	l := &liveThing{Queue: name}
	in := map[string]bool{}
	for _, m := range line.Members {
		state := "not at work"
		switch {
		case m.Free:
			state = "free"
		case m.AtWork && !m.Rest.IsZero():
			state = "resting"
		case m.AtWork:
			state = "busy"
		}
		in[m.Party.Agent] = true
		l.Members = append(l.Members, member{m.Party.Agent, m.Party.Name, state})
	}
	options, err := c.agentOptions(ctx)
	if err != nil {
		return nil, err
	}
	for _, o := range options {
		if in[o.Value] || len(l.Agents) < 200 {
			l.Agents = append(l.Agents, checkedOption{o, in[o.Value]})
		}
	}
	for i, w := range line.Callers {
		one := waiter{Call: w.Call, Position: i + 1, Since: w.Since, Ringing: w.Legs}
		if call, _, err := c.find(ctx, w.Call); err == nil {
			one.From = call.From.String()
		}
		l.Waiting = append(l.Waiting, one)
	}
	return l, nil
}

func (c *Console) setMembers(w http.ResponseWriter, r *http.Request) error {
	ctx, name := r.Context(), r.PathValue("name")
	if err := r.ParseForm(); err != nil {
		return wrong("The form did not arrive whole. Nothing was changed; send it again.")
	}
	line, err := c.cfg.Store.Queues().Waiting(ctx, c.cfg.Account, name, 0, nil)
	if err != nil {
		return err
	}
	touched := slices.Clone(r.PostForm["members"])
	var members []string // those who stay keep their order
	for _, m := range line.Members {
		touched = append(touched, m.Party.Agent)
		if slices.Contains(r.PostForm["members"], m.Party.Agent) {
			members = append(members, m.Party.Agent)
		}
	}
	for _, id := range r.PostForm["members"] {
		if !slices.Contains(members, id) {
			members = append(members, id)
		}
	}
	if err := c.cfg.Store.Queues().SetMembers(ctx, c.cfg.Account, name, members); err != nil {
		return err
	}
	for _, id := range touched {
		if err := c.cfg.Engine.Freed(ctx, c.cfg.Account, id); err != nil {
			return err
		}
	}
	c.settled(ctx)
	return c.next(w, r, "queues/"+pathEscape(name)+"?done=saved")
}
