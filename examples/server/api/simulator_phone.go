package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/number/written"
	"github.com/extflow/extflow/storage"
)

// Callers' phones.

func (a *API) placeCall(ctx context.Context, in *struct {
	Body struct {
		From      string `json:"from" maxLength:"100" doc:"the caller, in any written form; anonymous withholds it" example:"+14155550100"`
		To        string `json:"to" minLength:"1" maxLength:"100" doc:"the number called, in any written form" example:"+12025550100"`
		Forwarded string `json:"forwarded_from,omitempty" maxLength:"100" doc:"the number that forwarded the call"`
	}
}) (*phoneBody, error) {
	region := ""
	if acct, err := a.cfg.Store.Accounts().Load(ctx, a.cfg.Account); err == nil {
		region = acct.Region
	}
	to, err := written.Parse(in.Body.To, region)
	if err != nil {
		return nil, at(http.StatusUnprocessableEntity, "body.to", "%v", err)
	}
	from := in.Body.From
	if n, err := written.Parse(from, region); err == nil {
		from = string(n)
	}
	s := a.sim()
	var p *sim.Phone
	err = s.Act(ctx, func(ctx context.Context) (err error) {
		p, err = s.Carrier.Dial(ctx, from, string(to), sim.Options{ForwardedFrom: in.Body.Forwarded})
		return err
	})
	if err != nil && p == nil {
		return nil, err
	}
	return &phoneBody{phone(s, p.View())}, nil // what the handler complained of is in the log
}

// at a caller's phone something is done, and the phone is shown as it is then.
func (a *API) phone(ctx context.Context, id string, do func(context.Context, *sim.Phone) error) (*phoneBody, error) {
	s := a.sim()
	p, ok := s.Carrier.Phone(id)
	if !ok {
		return nil, fmt.Errorf("the simulator has no call %q: %w", id, storage.ErrNotFound)
	}
	if err := s.Act(ctx, func(ctx context.Context) error { return do(ctx, p) }); err != nil {
		return nil, err
	}
	return &phoneBody{phone(s, p.View())}, nil
}

func (a *API) readPhone(ctx context.Context, in *PhonePath) (*phoneBody, error) {
	return a.phone(ctx, in.ID, func(context.Context, *sim.Phone) error { return nil })
}

func (a *API) pressKeys(ctx context.Context, in *struct {
	PhonePath
	Body keysBody
}) (*phoneBody, error) {
	return a.phone(ctx, in.ID, func(ctx context.Context, p *sim.Phone) error { return p.Press(ctx, in.Body.Keys) })
}

func (a *API) speak(ctx context.Context, in *struct {
	PhonePath
	Body struct {
		For   Lasting `json:"for" doc:"how long; time must pass, or be skipped, for it to be over"`
		Words string  `json:"words,omitempty" maxLength:"1000" doc:"what is said: what a message in words will have"`
	}
}) (*phoneBody, error) {
	return a.phone(ctx, in.ID, func(ctx context.Context, p *sim.Phone) error {
		return p.Say(ctx, in.Body.Words, time.Duration(in.Body.For))
	})
}

func (a *API) hangUpPhone(ctx context.Context, in *PhonePath) (*phoneBody, error) {
	return a.phone(ctx, in.ID, func(ctx context.Context, p *sim.Phone) error { return p.HangUp(ctx) })
}

func (a *API) readScript(ctx context.Context, in *struct {
	PhonePath
	Masked bool `query:"masked" doc:"hide numbers and keys, as logs do"`
}) (*text, error) {
	told, err := a.readPhone(ctx, &in.PhonePath)
	if err != nil {
		return nil, err
	}
	turns, err := a.sim().Store.Calls().Turns(ctx, a.key(told.Body.Call), 0)
	if err != nil {
		return nil, err
	}
	return plainText(transcript(turns, in.Masked)), nil
}
