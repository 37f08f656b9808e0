package api

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/extflow/extflow/examples/server/setup"
	"github.com/extflow/extflow/storage"
)

// Box is a mailbox with how much is in it.
type Box struct {
	Mailbox  string   `json:"mailbox"`
	Agents   []string `json:"agents,omitempty" doc:"whose voicemail goes there"`
	Messages int      `json:"messages"`
	Unread   int      `json:"unread"`
}

// Voicemail is a message that a caller left.
type Voicemail struct {
	Call    string    `json:"call" doc:"the id of the call, and of its one message"`
	Mailbox string    `json:"mailbox"`
	From    string    `json:"from,omitempty" doc:"left out where withheld"`
	To      string    `json:"to"`
	At      time.Time `json:"at"`
	Length  string    `json:"length,omitempty"`
	State   string    `json:"state" enum:"pending,left,lost"`
	Read    bool      `json:"read"`
	Words   string    `json:"words,omitempty" doc:"what the caller says, where the mailbox has it put into words and they have come"`
	Carrier string    `json:"carrier,omitempty"`
	Ref     string    `json:"ref,omitempty" doc:"the carrier's reference of the recording"`
}

type voicemailBody struct{ Body Voicemail }

type BoxPath struct {
	Mailbox string `path:"name" maxLength:"64" doc:"a mailbox's name; an agent's own bears the agent's id"`
}

type MessagePath struct {
	BoxPath
	Call string `path:"call" maxLength:"64" doc:"the call that left the message"`
}

func (a *API) mailboxes() {
	const tag = "voicemail"
	add(a, operation{id: "list-boxes", method: http.MethodGet, path: "/voicemail", tag: tag, summary: "Every mailbox, agents' own too, and how much is in it"}, a.listBoxes)
	add(a, operation{id: "list-voicemail", method: http.MethodGet, path: "/voicemail/{name}", tag: tag, summary: "A mailbox's messages, the newest first"}, a.listVoicemail)
	add(a, operation{id: "mark-voicemail", method: http.MethodPatch, path: "/voicemail/{name}/{call}", tag: tag, summary: "Mark a message read or unread"}, a.mark)
	add(a, operation{id: "forward-voicemail", method: http.MethodPost, path: "/voicemail/{name}/{call}/forward", tag: tag, summary: "Move a message to another mailbox"}, a.forward)
	add(a, operation{id: "delete-voicemail", method: http.MethodDelete, path: "/voicemail/{name}/{call}", tag: tag, status: http.StatusNoContent, summary: "Delete a message"}, a.delete)
}

// boxes are the names of all mailboxes, and whose they are.
func (a *API) boxes(ctx context.Context) (map[string][]string, error) {
	st, err := setup.Read(ctx, a.cfg.Store, a.cfg.Account)
	if err != nil {
		return nil, err
	}
	all := map[string][]string{}
	for name := range st.Release.Settings.Mailboxes {
		all[name] = nil
	}
	for _, g := range st.Document.Agents {
		all[g.MailboxName()] = append(all[g.MailboxName()], g.ID)
	}
	return all, nil
}

func (a *API) listBoxes(ctx context.Context, _ *struct{}) (*struct {
	Body struct {
		Mailboxes []Box `json:"mailboxes"`
	}
}, error) {
	all, err := a.boxes(ctx)
	if err != nil {
		return nil, err
	}
	out := new(struct {
		Body struct {
			Mailboxes []Box `json:"mailboxes"`
		}
	})
	out.Body.Mailboxes = []Box{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		count, err := a.cfg.Store.Mailboxes().Count(ctx, a.cfg.Account, name)
		if err != nil {
			return nil, err
		}
		out.Body.Mailboxes = append(out.Body.Mailboxes, Box{Mailbox: name, Agents: all[name], Messages: count.Messages, Unread: count.Unread})
	}
	return out, nil
}

func (a *API) listVoicemail(ctx context.Context, in *struct {
	BoxPath
	Unread bool `query:"unread" doc:"only those not read"`
}) (*struct {
	Body struct {
		Messages []Voicemail `json:"messages"`
	}
}, error) {
	messages, err := a.cfg.Store.Mailboxes().Messages(ctx, a.cfg.Account, in.Mailbox)
	if err != nil {
		return nil, err
	}
	if len(messages) == 0 { // perhaps there is no such mailbox
		if err := a.hasBox(ctx, in.Mailbox, "path.name", http.StatusNotFound); err != nil {
			return nil, err
		}
	}
	out := new(struct {
		Body struct {
			Messages []Voicemail `json:"messages"`
		}
	})
	out.Body.Messages = []Voicemail{}
	for _, m := range messages {
		if !in.Unread || !m.Read {
			out.Body.Messages = append(out.Body.Messages, shown(m))
		}
	}
	return out, nil
}

func (a *API) hasBox(ctx context.Context, name, location string, status int) error {
	all, err := a.boxes(ctx)
	if err != nil {
		return err
	}
	if _, ok := all[name]; !ok {
		return at(status, location, "there is no mailbox %q; there are %v", name, slices.Sorted(maps.Keys(all)))
	}
	return nil
}

func shown(m storage.Message) Voicemail {
	v := Voicemail{
		Call: m.Call, Mailbox: m.Mailbox, From: string(m.From), To: string(m.To), At: m.At,
		State: string(m.State), Read: m.Read, Words: m.Words, Carrier: m.Carrier, Ref: m.Ref,
	}
	if m.Length > 0 {
		v.Length = m.Length.String()
	}
	return v
}

// one is a message as it is now.
func (a *API) one(ctx context.Context, mailbox, call string) (*voicemailBody, error) {
	m, err := a.cfg.Store.Mailboxes().Message(ctx, a.cfg.Account, mailbox, call)
	if err != nil {
		return nil, err
	}
	return &voicemailBody{shown(m)}, nil
}

func (a *API) mark(ctx context.Context, in *struct {
	MessagePath
	Body struct {
		Read bool `json:"read"`
	}
}) (*voicemailBody, error) {
	if err := a.cfg.Store.Mailboxes().Mark(ctx, a.cfg.Account, in.Mailbox, in.Call, in.Body.Read); err != nil {
		return nil, err
	}
	return a.one(ctx, in.Mailbox, in.Call)
}

func (a *API) forward(ctx context.Context, in *struct {
	MessagePath
	Body struct {
		To string `json:"to" minLength:"1" maxLength:"64" doc:"the mailbox that gets it"`
	}
}) (*voicemailBody, error) {
	if err := a.hasBox(ctx, in.Body.To, "body.to", http.StatusUnprocessableEntity); err != nil {
		return nil, err
	}
	if err := a.cfg.Store.Mailboxes().Forward(ctx, a.cfg.Account, in.Mailbox, in.Call, in.Body.To); err != nil {
		return nil, err
	}
	return a.one(ctx, in.Body.To, in.Call)
}

func (a *API) delete(ctx context.Context, in *MessagePath) (*none, error) {
	return nil, a.cfg.Store.Mailboxes().Delete(ctx, a.cfg.Account, in.Mailbox, in.Call)
}
