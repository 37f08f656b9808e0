package console

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/extflow/extflow/storage"
)

// What is live beside a queue's and a mailbox's settings: members, those who wait,
// and messages. It changes at once, without a draft.

// liveThing is what is live of a thing.
type liveThing struct {
	Queue    string
	Members  []member
	Agents   []checkedOption
	More     bool      // there are more agents than are listed
	Others   string    // those who are not listed, as typed
	New      agentForm // somebody who is to be added, as typed
	Errors   map[string]string
	Waiting  []waiter
	Mailbox  string
	Messages []voicemail
	Boxes    []string

	Directory bool
	Found     []string // agents whom callers may find by name
	Unlisted  int      // and how many they may not
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
	if section == "directories" {
		return c.found(ctx)
	}
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

// found are the agents whom callers may find by name.
func (c *Console) found(ctx context.Context) (*liveThing, error) {
	l := &liveThing{Directory: true}
	for g, err := range c.cfg.Store.Directory().Agents(ctx, c.cfg.Account) {
		if err != nil {
			return nil, err
		}
		switch {
		case !g.Listed:
			l.Unlisted++
		case len(l.Found) == mostAgents:
			l.More = true
		default:
			l.Found = append(l.Found, g.Extension+" "+nameOf(g))
		}
	}
	return l, nil
}

// How many of a line, and of the agents who may serve it, are listed.
const (
	mostWaiting = 50
	mostAgents  = 200
)

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
		if l.More = l.More || len(l.Agents) == mostAgents && !in[o.Value]; in[o.Value] || len(l.Agents) < mostAgents {
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
	if faults, err := c.newMembers(r); err != nil {
		return err
	} else if faults != nil {
		return c.showMembers(w, r, name, faults)
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

// newMembers adds to the form those whom it names otherwise than by picking them: agents who
// are not listed, and somebody who is none yet. What is wrong is told by field.
func (c *Console) newMembers(r *http.Request) (faults map[string]string, err error) {
	for who := range strings.FieldsFuncSeq(r.PostForm.Get("others"), func(r rune) bool { return r == ',' || r == ';' || r == '\n' }) {
		if who = strings.TrimSpace(who); who == "" {
			continue
		}
		id := c.agentID(r.Context(), who)
		if _, err := c.cfg.Store.Directory().Agent(r.Context(), c.cfg.Account, id); errors.Is(err, storage.ErrNotFound) {
			return map[string]string{"others": "There is no agent “" + who + "”; write an extension, a name or an id."}, nil
		} else if err != nil {
			return nil, err
		}
		r.PostForm.Add("members", id)
	}
	form := agentForm{Name: strings.TrimSpace(r.PostForm.Get("new-name")), Endpoints: r.PostForm.Get("new-at")}
	if form.Name == "" && strings.TrimSpace(form.Endpoints) == "" {
		return nil, nil
	}
	if !person(r).Role.may(Administrator) {
		return nil, &problem{status: http.StatusForbidden, text: "Only an administrator may add an agent. Nothing was changed."}
	}
	if faults, err = c.newAgent(r, &form); faults == nil && err == nil {
		r.PostForm.Add("members", form.ID)
	}
	return faults, err
}

// showMembers shows a queue again, with its members as they were typed.
func (c *Console) showMembers(w http.ResponseWriter, r *http.Request, name string, faults map[string]string) error {
	d, err := c.draft(r.Context(), person(r))
	if err != nil {
		return err
	}
	data, err := c.edit(r, d, "queues", name)
	if err != nil {
		return err
	}
	l := data.Live
	if l == nil {
		return storage.ErrNotFound
	}
	for i := range l.Agents {
		l.Agents[i].Checked = slices.Contains(r.PostForm["members"], l.Agents[i].Value)
	}
	l.Others, l.Errors = r.PostForm.Get("others"), faults
	l.New = agentForm{Name: r.PostForm.Get("new-name"), Endpoints: r.PostForm.Get("new-at")}
	v := c.view(r, "queues", name, data)
	return c.show(w, "edit", http.StatusUnprocessableEntity, v)
}
