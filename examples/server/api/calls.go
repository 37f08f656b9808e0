package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
)

// Call is a call as people see it.
type Call struct {
	ID         string     `json:"id"`
	Carrier    string     `json:"carrier,omitempty"`
	Ref        string     `json:"ref,omitempty" doc:"the carrier's reference"`
	From       string     `json:"from,omitempty" doc:"left out where withheld"`
	To         string     `json:"to"`
	Forwarded  string     `json:"forwarded_from,omitempty"`
	Live       bool       `json:"live" doc:"the caller is there"`
	Closed     bool       `json:"closed" doc:"nothing is outstanding"`
	Phase      string     `json:"phase" doc:"what the call waits for"`
	Step       string     `json:"step,omitempty" doc:"where in the account's flows it is; only with one call"`
	Standing   []string   `json:"standing,omitempty" doc:"what the carrier is carrying out"`
	Result     string     `json:"result,omitempty" doc:"how it ended, or would end now"`
	Reconciled bool       `json:"reconciled,omitempty" doc:"its end was found by asking, not told"`
	Agent      string     `json:"agent,omitempty" doc:"whom it reserves"`
	Queue      string     `json:"queue,omitempty" doc:"a leg: the queue that it is offered for; a callback: the one that it stands in"`
	Outbound   bool       `json:"outbound,omitempty" doc:"a call of ours to from: a callback, or one that was asked for"`
	After      string     `json:"after,omitempty" doc:"a callback: the call in whose place it stands"`
	Peer       string     `json:"peer,omitempty" doc:"a leg: the caller's call"`
	Legs       []string   `json:"legs,omitempty" doc:"the offers that are out"`
	Release    string     `json:"release"`
	Turns      uint32     `json:"turns"`
	Started    *time.Time `json:"started,omitempty"`
	Ended      *time.Time `json:"ended,omitempty" doc:"when the caller was gone"`
	TakenBy    string     `json:"taken_by,omitempty" doc:"the agent who took it"`
	Last       time.Time  `json:"last" doc:"of the newest turn"`
}

// Turn is an event and what answered it, in the notation of transcripts.
type Turn struct {
	Seq    uint32    `json:"seq"`
	At     time.Time `json:"at"`
	Event  string    `json:"event" example:"caller presses 1001"`
	Answer []string  `json:"answer" doc:"what is said, and what is waited for"`
	Posts  []string  `json:"posts,omitempty" doc:"what the product may want to know"`
}

type CallPath struct {
	Call string `path:"call" maxLength:"64" doc:"the call's id"`
}

type callBody struct{ Body Call }

func (a *API) calls() {
	const tag = "calls"
	add(a, operation{id: "list-calls", method: http.MethodGet, path: "/calls", tag: tag, summary: "Calls, the newest first"}, a.listCalls)
	add(a, operation{id: "read-call", method: http.MethodGet, path: "/calls/{call}", tag: tag, summary: "One call"}, a.readCall)
	add(a, operation{id: "list-turns", method: http.MethodGet, path: "/calls/{call}/turns", tag: tag, summary: "What happened in a call"}, a.listTurns)
	add(a, operation{id: "read-transcript", method: http.MethodGet, path: "/calls/{call}/transcript", tag: tag,
		summary: "What happened in a call, as text", then: saysText("text/plain")}, a.readTranscript)
	add(a, operation{id: "call-out", method: http.MethodPost, path: "/calls", tag: tag, status: http.StatusAccepted,
		summary: "Call somebody outside for an agent",
		about: "The agent's telephone rings first; once the agent has accepted, the other side is called, and sees the account's number. " +
			"The same key is the same call, so a request whose outcome is unknown can be repeated. " +
			"Only numbers in the account's countries are called, never emergency, short or premium ones, and not without limit (429)."}, a.callOut)
	add(a, operation{id: "hang-up-call", method: http.MethodPost, path: "/calls/{call}/hangup", tag: tag, status: http.StatusAccepted,
		summary: "End a call", about: "The carrier is told; the call is over when it says so."}, a.hangUp)
}

func (a *API) key(id string) flow.Key { return flow.Key{Account: a.cfg.Account, ID: id} }

func (a *API) listCalls(ctx context.Context, in *struct {
	Live  bool   `query:"live" doc:"only those not closed"`
	Agent string `query:"agent" maxLength:"64" doc:"only those that reserve this agent now"`
	From  string `query:"from" maxLength:"64" doc:"only this caller's, in E.164"`
	To    string `query:"to" maxLength:"64" doc:"only those to this number, in E.164"`
	Taken string `query:"taken_by" maxLength:"64" doc:"only those that this agent took"`
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"50"`
}) (*struct {
	Body struct {
		Calls []Call `json:"calls"`
	}
}, error) {
	out := new(struct {
		Body struct {
			Calls []Call `json:"calls"`
		}
	})
	out.Body.Calls = []Call{}
	q := storage.Query{Live: in.Live, Agent: in.Agent, From: number.E164(in.From), To: number.E164(in.To), TakenBy: in.Taken, Limit: in.Limit}
	for c, err := range a.cfg.Store.Calls().List(ctx, a.cfg.Account, q) {
		if err != nil {
			return nil, err
		}
		out.Body.Calls = append(out.Body.Calls, seen(c))
	}
	return out, nil
}

// seen is a call as the API writes one.
func seen(c flow.Call) Call {
	return Call{
		ID: c.Info.ID, Carrier: c.Info.Carrier, Ref: c.Info.Ref, From: string(c.Info.From), To: string(c.Info.To),
		Forwarded: string(c.Info.ForwardedFrom), Live: c.Live(), Closed: c.Has(flow.Closed), Phase: phases[c.Phase],
		Standing: flow.Script{}.Move(c.Now()), Result: result(c.Result), Reconciled: c.Has(flow.Reconciled),
		Agent: c.Agent(), Queue: c.Info.Queue, Peer: c.Info.Peer, Legs: c.Legs, Release: c.Info.Release,
		Outbound: c.Info.Outbound, After: c.Info.After,
		Turns: c.Rev, Last: time.Unix(0, c.Last).UTC(), Started: instant(c.Began), Ended: instant(c.Left), TakenBy: c.TakenBy,
	}
}

// instant is when something was, in nanoseconds since 1970; nil for 0, which is unknown.
func instant(at int64) *time.Time {
	if at == 0 {
		return nil
	}
	return new(time.Unix(0, at).UTC())
}

// phases are what a call waits for, in words.
var phases = map[flow.Phase]string{
	flow.Unbegun: "not begun", flow.Listening: "listening", flow.Finding: "looking up", flow.Asking: "asking for hours",
	flow.InRing: "ringing", flow.InTalk: "talking", flow.InLine: "waiting in a queue", flow.Recording: "recording",
	flow.Ending: "ending", flow.Calling: "calling", flow.Screening: "screening", flow.Telling: "joining",
	flow.Pending: "waiting for a recording", flow.Ended: "ended", flow.Holding: "holding", flow.Later: "waiting for the next try",
}

func result(r flow.Result) string {
	if r == flow.NoResult {
		return ""
	}
	return strings.TrimPrefix(flow.Post{Kind: flow.PostEnded, Result: r}.String(), "ends ")
}

func (a *API) readCall(ctx context.Context, in *CallPath) (*callBody, error) {
	c, err := a.cfg.Store.Calls().Load(ctx, a.key(in.Call))
	if err != nil {
		return nil, err
	}
	out := &callBody{seen(c)}
	if out.Body.Started == nil { // a version began it that did not say when
		turns, err := a.cfg.Store.Calls().Turns(ctx, c.Info.Key, 0)
		if err != nil {
			return nil, err
		}
		if len(turns) > 0 {
			out.Body.Started = &turns[0].Event.At
		}
	}
	r, err := a.cfg.Store.Releases().Load(ctx, a.cfg.Account, c.Info.Release)
	if err != nil {
		return nil, err
	}
	b, err := r.Book()
	if err != nil {
		return nil, err
	}
	out.Body.Step = b.StepName(c.State)
	return out, nil
}

// turns are those of a call that there is.
func (a *API) turns(ctx context.Context, call string, after uint32) ([]flow.Turn, error) {
	if _, err := a.cfg.Store.Calls().Load(ctx, a.key(call)); err != nil {
		return nil, err
	}
	return a.cfg.Store.Calls().Turns(ctx, a.key(call), after)
}

func (a *API) listTurns(ctx context.Context, in *struct {
	CallPath
	After  uint32 `query:"after" doc:"only turns after this number"`
	Masked bool   `query:"masked" doc:"hide numbers and keys, as logs do"`
}) (*struct {
	Body struct {
		Turns []Turn `json:"turns"`
	}
}, error) {
	turns, err := a.turns(ctx, in.Call, in.After)
	if err != nil {
		return nil, err
	}
	out := new(struct {
		Body struct {
			Turns []Turn `json:"turns"`
		}
	})
	out.Body.Turns = []Turn{}
	script := flow.Script{Masked: in.Masked}
	for _, t := range turns {
		told := Turn{Seq: t.Seq, At: t.Event.At, Event: script.Event(t.Event), Answer: script.Move(t.Move)}
		for _, p := range t.Posts {
			told.Posts = append(told.Posts, script.Post(p))
		}
		script.Agent = rung(script.Agent, t.Move.Do)
		out.Body.Turns = append(out.Body.Turns, told)
	}
	return out, nil
}

func (a *API) readTranscript(ctx context.Context, in *struct {
	CallPath
	Masked bool `query:"masked" doc:"hide numbers and keys, as logs do"`
}) (*text, error) {
	turns, err := a.turns(ctx, in.Call, 0)
	if err != nil {
		return nil, err
	}
	return plainText(transcript(turns, in.Masked)), nil
}

// transcript is what happened in a call. Who answers, where the event does not say,
// is whom the turn before it rang.
func transcript(turns []flow.Turn, masked bool) string {
	var b strings.Builder
	script := flow.Script{Masked: masked}
	for i, t := range turns {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(script.Turn(t))
		script.Agent = rung(script.Agent, t.Move.Do)
	}
	return b.String()
}

func rung(before string, do flow.Command) string {
	if do.Party != nil && do.Party.Agent != "" {
		return do.Party.Agent
	}
	return before
}

func (a *API) hangUp(ctx context.Context, in *CallPath) (*callBody, error) {
	c, err := a.cfg.Store.Calls().Load(ctx, a.key(in.Call))
	if err != nil {
		return nil, err
	}
	if !c.Live() {
		return nil, at(http.StatusConflict, "path.call", "the caller has gone already")
	}
	drop := flow.What{Kind: flow.Told, News: flow.Dropped}
	if err := a.cfg.Engine.Signal(ctx, flow.Event{Call: c.Info.Key, ID: uuid.NewString(), What: drop}); err != nil {
		return nil, err
	}
	a.settled(ctx)
	return a.readCall(ctx, in)
}
