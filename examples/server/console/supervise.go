package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// What a supervisor does with a caller who waits: move, take, say goodbye.

// waitingData is where a caller can be moved, and who can take the caller.
type waitingData struct {
	ID     string // of the act: sent twice it is done once
	Places []option
	Agents []option
	You    string
}

func (c *Console) waiting(ctx context.Context, r *http.Request, call flow.Call, s storage.Store) (waitingData, error) {
	d := waitingData{ID: uuid.NewString(), You: person(r).Agent}
	b, err := c.book(ctx, s, call.Release)
	if err != nil {
		return d, err
	}
	for _, name := range b.EntryNames() {
		switch kind, _, _ := strings.Cut(name, " "); kind {
		case "queue", "voicemail", "menu", "flow":
			d.Places = append(d.Places, option{name, name})
		}
	}
	for g, err := range s.Directory().Agents(ctx, c.cfg.Account) {
		if err != nil {
			return d, err
		}
		text := g.Extension + " " + g.ID
		if g.Name != "" {
			text = g.Extension + " " + g.Name
		}
		d.Places = append(d.Places, option{"extension " + g.Extension, text})
		d.Agents = append(d.Agents, option{g.ID, text})
	}
	d.Places = append(d.Places, option{"hangup", "the goodbye, and hang up"})
	return d, nil
}

// supervise has a supervisor's act done to a waiting caller, and shows the call.
func (c *Console) supervise(w http.ResponseWriter, r *http.Request, what string, act func(*extflow.Engine, flow.Key, string) error) error {
	call, store, err := c.find(r.Context(), r.PathValue("call"))
	if err != nil {
		return err
	}
	engine, caught := c.engineOf(store)
	err = act(engine, call.Key, r.FormValue("id"))
	for _, late := range []error{extflow.ErrNotWaiting, extflow.ErrThere, extflow.ErrNotFree, extflow.ErrPace} {
		if errors.Is(err, late) {
			return &problem{status: http.StatusConflict, text: sentence(late.Error())}
		}
	}
	if err != nil {
		return err
	}
	c.note(r, what, "call", call.ID)
	caught(r.Context())
	return c.next(w, r, "calls/"+url.PathEscape(call.ID)+"?done=supervised")
}

func (c *Console) moveCall(w http.ResponseWriter, r *http.Request) error {
	return c.supervise(w, r, "moved a waiting caller", func(e *extflow.Engine, k flow.Key, id string) error {
		to, name, _ := strings.Cut(r.FormValue("to"), " ")
		return e.Move(r.Context(), k, id, flow.Dest{To: flow.Target(to), Name: name})
	})
}

func (c *Console) pickCall(w http.ResponseWriter, r *http.Request) error {
	return c.supervise(w, r, "took a waiting caller", func(e *extflow.Engine, k flow.Key, id string) error {
		return e.Pick(r.Context(), k, id, r.FormValue("agent"))
	})
}
