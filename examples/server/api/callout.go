package api

import (
	"context"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/number"
)

// CallOut is a call that an agent is to have with somebody outside.
type CallOut struct {
	Key       string `json:"key" minLength:"1" maxLength:"200" doc:"your own name for this request: the same key is the same call"`
	Agent     string `json:"agent,omitempty" maxLength:"64" doc:"the agent's id, or else an extension"`
	Extension string `json:"extension,omitempty" maxLength:"8" doc:"the agent's extension" example:"1001"`
	From      string `json:"from" maxLength:"16" doc:"one of the account's numbers, in E.164, which the other side sees" example:"+12025550100"`
	To        string `json:"to" maxLength:"16" doc:"whom to call, in E.164" example:"+14155550100"`
	Carrier   string `json:"carrier,omitempty" maxLength:"64" doc:"by which both are called; the first that can"`
}

func (a *API) callOut(ctx context.Context, in *struct{ Body CallOut }) (*callBody, error) {
	o := in.Body
	key, err := a.cfg.Engine.CallOut(ctx, extflow.CallOut{
		Account: a.cfg.Account, Key: o.Key, Agent: o.Agent, Extension: o.Extension,
		From: number.E164(o.From), To: number.E164(o.To), Carrier: o.Carrier,
	})
	if err != nil {
		return nil, err
	}
	a.settled(ctx)
	return a.readCall(ctx, &CallPath{Call: key.ID})
}
