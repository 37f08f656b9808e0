package main

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/adaptertest"
	"github.com/extflow/extflow/adapter/twilio"
	"github.com/extflow/extflow/adapter/twilio/twiliostory"
	"github.com/extflow/extflow/adapter/twilio/twiliotest"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/flowtest"
	"github.com/extflow/extflow/storage"
)

// Every story is played on the telephones of a small Twilio that is connected to this
// program: started with the story's account, signatures on, reached over HTTP alone,
// by the telephones' clock.
func TestTwilio_everyStoryEndsHereAsItDoesOnSimulatedTelephones(t *testing.T) {
	t.Parallel()
	adaptertest.Stories(t, adaptertest.Carrier{Name: "Twilio", Lay: lay, Lacks: adaptertest.Lacks("Twilio"), Open: programOf})
}

// twilioSocket is where a program is connected to a small Twilio's telephones.
type twilioSocket struct {
	socket
	telephones *twiliostory.Telephones
}

// lay is a small Twilio, and a socket for the program that it is to be connected to.
func lay(t testing.TB) flowtest.Lay {
	return func(start time.Time) (flowtest.Telephones, adapter.Carrier, error) {
		s := twilioAt(t, twiliotest.Config{Start: start})
		return s.telephones, s, nil
	}
}

func twilioAt(t testing.TB, c twiliotest.Config) *twilioSocket {
	s := &twilioSocket{socket: socket{t: t}}
	c.Client = s.line()
	s.telephones = twiliostory.New(t, twiliotest.Start(t, c), publicURL+"/twilio")
	return s
}

// secrets switch Twilio on.
func (s *twilioSocket) secrets() map[string]string {
	far := s.telephones
	return map[string]string{"TWILIO_ACCOUNT_SID": far.AccountSID(), "TWILIO_AUTH_TOKEN": far.AuthToken(), "TWILIO_API_URL": far.Carrier.URL()}
}

func programOf(site flowtest.Site) (flowtest.Exchange, error) {
	s := site.Carrier.(*twilioSocket)
	tuned := func(c *twilio.Config) { c.Name, c.Pace, c.HTTPClient = site.Name, -1, s.rest() }
	return s.plays(site, tuning{tuned: tuned}, s.secrets())
}

// program is a running server as a story's exchange: what is done to it goes over
// HTTP, what became of it is read from its store.
type program struct {
	*process
	account string
}

func (p *program) Handle(context.Context, flow.Event) (flow.Turn, error) {
	return flow.Turn{}, errors.New("webhooks go to the program itself")
}

func (p *program) Next(ctx context.Context) (time.Time, bool, error) {
	return p.server.engine.Next(ctx)
}

func (p *program) Wake(ctx context.Context) error { return p.server.engine.Wake(ctx) }

// Signal is an administrator who ends a call.
func (p *program) Signal(_ context.Context, e flow.Event) error {
	require.Equal(p.t, flow.Dropped, e.News)
	p.post("/api/v1/calls/"+e.Call.ID+"/hangup", nil).is(202)
	return nil
}

// Move and Pick are a supervisor's, over the API.
func (p *program) Move(_ context.Context, k flow.Key, id string, to flow.Dest) error {
	name := any(to.Name)
	if to.To == flow.TargetHangUp {
		name = true
	}
	return refused(p.post("/api/v1/calls/"+k.ID+"/move", object{"id": id, "to": object{string(to.To): name}}))
}

func (p *program) Pick(_ context.Context, k flow.Key, id, agent string) error {
	return refused(p.post("/api/v1/calls/"+k.ID+"/pick", object{"id": id, "agent": agent}))
}

// CallOut is the product, over the API.
func (p *program) CallOut(_ context.Context, o extflow.CallOut) (flow.Key, error) {
	a := p.post("/api/v1/calls", object{"key": o.Key, "agent": o.Agent, "from": o.From, "to": o.To})
	if a.status == http.StatusAccepted {
		return flow.Key{Account: o.Account, ID: a.word("id")}, nil
	}
	if strings.Contains(a.text, extflow.ErrNotCallable.Error()) {
		return flow.Key{}, extflow.ErrNotCallable
	}
	return flow.Key{}, refused(a)
}

// Answer is the product's over the API.
func (p *program) Answer(_ context.Context, k flow.Key, turn uint32, word string) error {
	a := p.post("/api/v1/calls/"+k.ID+"/answer", object{"turn": turn, "answer": word})
	if a.status == http.StatusUnprocessableEntity {
		return extflow.ErrAnswer
	}
	return refused(a)
}

// refused is the error that an answer of the API stands for.
func refused(a answer) error {
	switch a.status {
	case http.StatusNotFound:
		return storage.ErrNotFound
	case http.StatusUnprocessableEntity:
		return flow.ErrSettings
	}
	for _, err := range []error{extflow.ErrNotWaiting, extflow.ErrNotAsked, extflow.ErrThere, extflow.ErrNotFree} {
		if a.status == http.StatusConflict && strings.Contains(a.text, err.Error()) {
			return err
		}
	}
	a.is(http.StatusOK)
	return nil
}

func (p *program) SetPresence(_ context.Context, _, agent string, to extension.Presence, _ string) error {
	p.put("/api/v1/agents/"+agent+"/presence", object{"presence": to}).is(200)
	return nil
}

func (p *program) Calls(ctx context.Context) (calls []flow.Call, err error) {
	for c, err := range p.server.store.Calls().List(ctx, p.account, storage.Query{}) {
		if err != nil {
			return nil, err
		}
		calls = append(calls, c)
	}
	return calls, nil
}

func (p *program) Turns(ctx context.Context, k flow.Key, after uint32) ([]flow.Turn, error) {
	return p.server.store.Calls().Turns(ctx, k, after)
}

func (p *program) Words(ctx context.Context) (map[string]flowtest.Words, error) {
	return flowtest.WordsIn(ctx, p.server.store, p.account)
}

func (p *program) Agents(ctx context.Context) (agents []extension.Agent, err error) {
	for a, err := range p.server.store.Directory().Agents(ctx, p.account) {
		if err != nil {
			return nil, err
		}
		agents = append(agents, a)
	}
	return agents, nil
}
