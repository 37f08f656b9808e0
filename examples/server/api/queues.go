package api

import (
	"context"
	"net/http"
	"time"
)

// The live side of queues: who serves them and who waits.

// Member is an agent who serves a queue.
type Member struct {
	Agent     string     `json:"agent"`
	Name      string     `json:"name,omitempty"`
	AtWork    bool       `json:"at_work" doc:"there, and inside hours"`
	Free      bool       `json:"free" doc:"may be offered a caller now"`
	RestUntil *time.Time `json:"rest_until,omitempty"`
	IdleSince *time.Time `json:"idle_since,omitempty"`
}

// Waiter is a caller in a line.
type Waiter struct {
	Call     string    `json:"call"`
	From     string    `json:"from,omitempty" doc:"left out where withheld"`
	Position int       `json:"position" doc:"from 1"`
	Since    time.Time `json:"since"`
	Ringing  int       `json:"ringing" doc:"members who ring for the caller"`
	Wait     string    `json:"wait,omitempty" doc:"how long it may take yet, by what callers waited lately"`
}

type queueMembers struct {
	Body struct {
		Members []Member `json:"members"`
	}
}

type QueuePath struct {
	Queue string `path:"name" maxLength:"64" doc:"the queue's name"`
}

func (a *API) queues() {
	const tag = "queues"
	add(a, operation{id: "list-members", method: http.MethodGet, path: "/queues/{name}/members", tag: tag, summary: "Who serves a queue"}, a.listMembers)
	add(a, operation{id: "set-members", method: http.MethodPut, path: "/queues/{name}/members", tag: tag, summary: "Say who serves a queue"}, a.setMembers)
	add(a, operation{id: "list-waiting", method: http.MethodGet, path: "/queues/{name}/waiting", tag: tag, summary: "Who waits in a queue, the first in line first; the first 200 of them"}, a.listWaiting)
}

// maxListed is how many of those who wait are listed.
const maxListed = 200

// hasQueue is an error where the account has no such queue.
func (a *API) hasQueue(ctx context.Context, name string) error {
	d, err := a.open(ctx)
	if err != nil {
		return err
	}
	_, err = d.Find("queues", name)
	return err
}

func (a *API) listMembers(ctx context.Context, in *QueuePath) (*queueMembers, error) {
	if err := a.hasQueue(ctx, in.Queue); err != nil {
		return nil, err
	}
	line, err := a.cfg.Store.Queues().Waiting(ctx, a.cfg.Account, in.Queue, 0, nil)
	if err != nil {
		return nil, err
	}
	out := new(queueMembers)
	out.Body.Members = []Member{}
	for _, m := range line.Members {
		told := Member{Agent: m.Party.Agent, Name: m.Party.Name, AtWork: m.AtWork, Free: m.Free}
		if !m.Rest.IsZero() {
			told.RestUntil = &m.Rest
		}
		if !m.IdleSince.IsZero() {
			told.IdleSince = &m.IdleSince
		}
		out.Body.Members = append(out.Body.Members, told)
	}
	return out, nil
}

func (a *API) setMembers(ctx context.Context, in *struct {
	QueuePath
	Body struct {
		Members []string `json:"members" maxItems:"1000" doc:"agents' ids, in order"`
	}
}) (*queueMembers, error) {
	if err := a.hasQueue(ctx, in.Queue); err != nil {
		return nil, err
	}
	if err := a.cfg.Engine.SetMembers(ctx, a.cfg.Account, in.Queue, in.Body.Members); err != nil {
		return nil, err
	}
	a.settled(ctx)
	return a.listMembers(ctx, &in.QueuePath)
}

func (a *API) listWaiting(ctx context.Context, in *QueuePath) (*struct {
	Body struct {
		Waiting []Waiter `json:"waiting"`
	}
}, error) {
	if err := a.hasQueue(ctx, in.Queue); err != nil {
		return nil, err
	}
	line, err := a.cfg.Store.Queues().Waiting(ctx, a.cfg.Account, in.Queue, maxListed, nil)
	if err != nil {
		return nil, err
	}
	out := new(struct {
		Body struct {
			Waiting []Waiter `json:"waiting"`
		}
	})
	out.Body.Waiting = []Waiter{}
	for i, w := range line.Callers {
		told := Waiter{Call: w.Call, Position: i + 1, Since: w.Since, Ringing: w.Legs}
		if c, err := a.cfg.Store.Calls().Load(ctx, a.key(w.Call)); err == nil {
			told.From = string(c.Info.From)
		}
		if place, err := a.cfg.Store.Queues().Place(ctx, a.cfg.Account, in.Queue, w.Call); err == nil && place.Wait > 0 {
			told.Wait = place.Wait.Round(time.Second).String()
		}
		out.Body.Waiting = append(out.Body.Waiting, told)
	}
	return out, nil
}
