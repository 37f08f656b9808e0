package api

import (
	"cmp"
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/extflow/extflow/flow"
)

// What a supervisor does with callers who wait.

// MoveTo is where a waiting caller is moved.
type MoveTo struct {
	Queue     string `json:"queue,omitempty" maxLength:"64"`
	Voicemail string `json:"voicemail,omitempty" maxLength:"64" doc:"a mailbox by its name"`
	Menu      string `json:"menu,omitempty" maxLength:"64"`
	Flow      string `json:"flow,omitempty" maxLength:"64"`
	Extension string `json:"extension,omitempty" maxLength:"8" doc:"its agent rings once; else the agent's voicemail"`
	Hangup    bool   `json:"hangup,omitempty" doc:"say goodbye and end the call"`
}

func (a *API) supervision() {
	const tag = "calls"
	const once = "A caller who is gone, or whom a member has taken by then, is 409: a talk is never cut. The same id again does nothing again."
	add(a, operation{id: "move-call", method: http.MethodPost, path: "/calls/{call}/move", tag: tag,
		summary: "Lead a waiting caller elsewhere, or end the call with a goodbye", about: once}, a.moveCall)
	add(a, operation{id: "answer-call", method: http.MethodPost, path: "/calls/{call}/answer", tag: tag,
		summary: "Answer what a call asked the product",
		about:   "An answer that comes after the limit, or after another, is 409; a word that the question does not list leads to its otherwise, and is 422."}, a.answerCall)
	add(a, operation{id: "pick-call", method: http.MethodPost, path: "/calls/{call}/pick", tag: tag,
		summary: "Ring an agent for a waiting caller, whoever waits before", about: once}, a.pickCall)
}

// dest is the one destination that is named.
func (m MoveTo) dest() (to flow.Dest, ok bool) {
	n := 0
	for _, d := range []flow.Dest{
		{To: flow.TargetQueue, Name: m.Queue}, {To: flow.TargetVoicemail, Name: m.Voicemail}, {To: flow.TargetMenu, Name: m.Menu},
		{To: flow.TargetFlow, Name: m.Flow}, {To: flow.TargetExtension, Name: m.Extension},
	} {
		if d.Name != "" {
			to, n = d, n+1
		}
	}
	if m.Hangup {
		to, n = *flow.HangUp(nil), n+1
	}
	return to, n == 1
}

func (a *API) moveCall(ctx context.Context, in *struct {
	CallPath
	Body struct {
		ID string `json:"id,omitempty" maxLength:"64" doc:"yours for this act"`
		To MoveTo `json:"to" doc:"one of these"`
	}
}) (*callBody, error) {
	to, ok := in.Body.To.dest()
	if !ok {
		return nil, at(http.StatusUnprocessableEntity, "body.to", "name exactly one of queue, voicemail, menu, flow, extension and hangup")
	}
	if err := a.cfg.Engine.Move(ctx, a.key(in.Call), cmp.Or(in.Body.ID, uuid.NewString()), to); err != nil {
		return nil, err
	}
	a.settled(ctx)
	return a.readCall(ctx, &in.CallPath)
}

func (a *API) pickCall(ctx context.Context, in *struct {
	CallPath
	Body struct {
		ID    string `json:"id,omitempty" maxLength:"64" doc:"yours for this act"`
		Agent string `json:"agent" minLength:"1" maxLength:"64" doc:"whose telephones ring, by id: your own"`
	}
}) (*callBody, error) {
	if err := a.cfg.Engine.Pick(ctx, a.key(in.Call), cmp.Or(in.Body.ID, uuid.NewString()), in.Body.Agent); err != nil {
		return nil, err
	}
	a.settled(ctx)
	return a.readCall(ctx, &in.CallPath)
}

func (a *API) answerCall(ctx context.Context, in *struct {
	CallPath
	Body struct {
		Turn   uint32 `json:"turn" minimum:"1" doc:"the turn that asked, as the question says"`
		Answer string `json:"answer" maxLength:"64" doc:"one of the question's answers; empty is none, and leads to its otherwise at once"`
	}
}) (*callBody, error) {
	if err := a.cfg.Engine.Answer(ctx, a.key(in.Call), in.Body.Turn, in.Body.Answer); err != nil {
		return nil, err
	}
	a.settled(ctx)
	return a.readCall(ctx, &in.CallPath)
}
