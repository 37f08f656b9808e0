package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/examples/server/simulator"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number/written"
	"github.com/extflow/extflow/storage"
)

// The simulator: callers' and agents' phones, and time.

// Exchange is the simulator at a glance.
type Exchange struct {
	Clock  ClockReading `json:"clock"`
	Calls  []Phone      `json:"calls" doc:"callers' phones whose calls have not ended"`
	Phones []Phone      `json:"phones" doc:"agents' phones"`
	Copy   bool         `json:"copy" doc:"it works on a copy of the account, because a carrier is switched on"`
}

// ClockReading is what the simulator's clock shows.
type ClockReading struct {
	Now     time.Time `json:"now"`
	Running bool      `json:"running"`
	Ahead   string    `json:"ahead" doc:"of real time: what was skipped, less the time for which it was stopped"`
}

// Phone is a phone as one sees it.
type Phone struct {
	ID       string   `json:"id,omitempty" doc:"a caller's phone: its name in the addresses of the simulator"`
	Phone    string   `json:"phone" doc:"the caller's number, or the endpoint's address"`
	Agent    string   `json:"agent,omitempty" doc:"whose phone it is"`
	State    string   `json:"state" enum:"idle,waiting,hearing,listening,holding,recording,ringing,screening,joining,talking,over"`
	Call     string   `json:"call,omitempty" doc:"the call's id"`
	Standing []string `json:"standing,omitempty" doc:"what the call says and waits on, in the notation of transcripts"`
	Entry    string   `json:"entry,omitempty" doc:"keyed so far"`
	Heard    []Heard  `json:"heard,omitempty"`
	Timers   []Timer  `json:"timers,omitempty" doc:"that run, the earliest first"`
	With     []string `json:"with,omitempty" doc:"who rings, or talks, at the other end"`
	Shown    string   `json:"shown,omitempty" doc:"an agent's phone: the number that calls"`
	Cause    string   `json:"cause,omitempty" doc:"how the call ended"`
}

// Heard is something that a phone heard.
type Heard struct {
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

// Timer is a deadline that runs at a phone.
type Timer struct {
	Name string    `json:"name"`
	At   time.Time `json:"at"`
	In   string    `json:"in"`
}

// Lasting is a time such as "20s".
type Lasting time.Duration

// Schema describes it.
func (Lasting) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: `^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$`, PatternDescription: "a time such as 20s, 1m30s or 2h", MaxLength: new(20), Examples: []any{"20s"}}
}

// UnmarshalText reads it.
func (l *Lasting) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	*l = Lasting(d)
	return err
}

type phoneBody struct{ Body Phone }

type PhonePath struct {
	ID string `path:"id" maxLength:"64" doc:"the id that placing the call answered"`
}

type keysBody struct {
	Keys string `json:"keys" minLength:"1" maxLength:"32" pattern:"^[0-9*#]+$" patternDescription:"keys: 0 to 9, * and #" example:"1001"`
}

func (a *API) simulator() {
	const tag = "simulator"
	post := func(id, path, summary string) operation {
		return operation{id: id, method: http.MethodPost, path: "/simulator" + path, tag: tag, summary: summary}
	}
	get := func(id, path, summary string) operation {
		o := post(id, path, summary)
		o.method = http.MethodGet
		return o
	}
	add(a, get("read-simulator", "", "Phones and time at a glance"), a.readExchange)
	placed := post("place-call", "/calls", "Call a number")
	placed.status = http.StatusCreated
	add(a, placed, a.placeCall)
	add(a, get("read-phone", "/calls/{id}", "A caller's phone"), a.readPhone)
	add(a, post("press-keys", "/calls/{id}/keys", "Press keys at a caller's phone"), a.pressKeys)
	add(a, post("speak", "/calls/{id}/speak", "Have the caller speak, as into a recording"), a.speak)
	add(a, post("hang-up", "/calls/{id}/hangup", "Hang up a caller's phone"), a.hangUpPhone)
	script := get("read-script", "/calls/{id}/transcript", "What happened in the call, as text")
	script.then = saysText("text/plain")
	add(a, script, a.readScript)

	for _, does := range agentActs {
		add(a, post("agent-"+does.word, "/agents/{agent}/"+does.word, does.summary), a.agentActs(does.act))
	}
	add(a, post("agent-keys", "/agents/{agent}/keys", "Press keys at an agent's phone: 1 takes a call that is screened"), a.agentKeys)
	manner := post("set-manner", "/agents/{agent}/manner", "Say what an agent does by itself from the next ring on")
	manner.method = http.MethodPut
	add(a, manner, a.setManner)

	clock := post("set-clock", "/clock", "Stop time, or let it pass")
	clock.method = http.MethodPut
	add(a, clock, a.setClock)
	add(a, post("skip-time", "/skip", "Let time pass at once"), a.skip)
	if a.cfg.Renew != nil {
		add(a, post("renew-simulator", "/renew", "Hang up everything and take a fresh copy of the account"), a.renew)
	}
}

func (a *API) sim() *simulator.Simulator { return a.cfg.Simulator() }

func (a *API) readExchange(ctx context.Context, _ *struct{}) (*struct{ Body Exchange }, error) {
	s := a.sim()
	if err := s.Catch(context.WithoutCancel(ctx)); err != nil {
		return nil, err
	}
	out := Exchange{Clock: reading(s), Calls: []Phone{}, Phones: []Phone{}, Copy: a.cfg.Renew != nil}
	for _, p := range s.Carrier.Phones() {
		out.Calls = append(out.Calls, phone(s, p.View()))
	}
	for g, err := range s.Store.Directory().Agents(ctx, a.cfg.Account) {
		if err != nil {
			return nil, err
		}
		for _, e := range g.Endpoints {
			p := phone(s, s.Carrier.Agent(e.Address).View())
			p.Agent, p.ID = g.ID, ""
			out.Phones = append(out.Phones, p)
		}
	}
	return &struct{ Body Exchange }{out}, nil
}

func reading(s *simulator.Simulator) ClockReading {
	c := s.Clock()
	return ClockReading{Now: c.Now.UTC(), Running: c.Running, Ahead: c.Ahead.Round(time.Millisecond).String()}
}

// phone is a phone as the API writes one.
func phone(s *simulator.Simulator, v sim.View) Phone {
	p := Phone{
		ID: v.Ref, Phone: v.Phone, State: string(v.State), Call: v.Call.ID, Entry: string(v.Entry),
		With: v.With, Shown: v.Shown, Cause: v.Cause,
	}
	if v.State != sim.Over && v.State != sim.Idle {
		p.Standing = flow.Script{}.Move(v.Turn.Move)
	}
	for _, h := range v.Heard {
		p.Heard = append(p.Heard, Heard{At: h.At, Text: strings.Join(flow.Script{}.Move(flow.Move{Say: []flow.Message{h.Message}}), "")})
	}
	now := s.Clock().Now
	for _, t := range v.Timers {
		p.Timers = append(p.Timers, Timer{Name: t.Name, At: t.At, In: max(t.At.Sub(now), 0).Round(time.Millisecond).String()})
	}
	return p
}

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
		For Lasting `json:"for" doc:"how long; time must pass, or be skipped, for it to be over"`
	}
}) (*phoneBody, error) {
	return a.phone(ctx, in.ID, func(ctx context.Context, p *sim.Phone) error { return p.Speak(ctx, time.Duration(in.Body.For)) })
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

// agentActs are what agents do with their phones.
var agentActs = []struct {
	word, summary string
	act           func(*sim.Agent, context.Context) error
}{
	{"answer", "Answer the phone that rings", (*sim.Agent).Answer},
	{"decline", "Refuse the call that rings", (*sim.Agent).Decline},
	{"hangup", "Hang up an agent's phone", (*sim.Agent).HangUp},
}

type AgentAct struct {
	AgentPath
	Endpoint string `query:"endpoint" maxLength:"255" doc:"which of the agent's phones; the first for which it makes sense"`
}

func (a *API) agentActs(act func(*sim.Agent, context.Context) error) func(context.Context, *AgentAct) (*phoneBody, error) {
	return func(ctx context.Context, in *AgentAct) (*phoneBody, error) {
		return a.atDesk(ctx, in, act)
	}
}

func (a *API) agentKeys(ctx context.Context, in *struct {
	AgentAct
	Body keysBody
}) (*phoneBody, error) {
	return a.atDesk(ctx, &in.AgentAct, func(g *sim.Agent, ctx context.Context) error { return g.Press(ctx, in.Body.Keys) })
}

// atDesk does something at the first of an agent's phones that allows it.
func (a *API) atDesk(ctx context.Context, in *AgentAct, act func(*sim.Agent, context.Context) error) (*phoneBody, error) {
	s := a.sim()
	desk, err := a.desk(ctx, s, in)
	if err != nil {
		return nil, err
	}
	err = sim.ErrIdle
	for _, address := range desk {
		g := s.Carrier.Agent(address)
		if err = s.Act(ctx, func(ctx context.Context) error { return act(g, ctx) }); !is(err, sim.ErrIdle) {
			p := phone(s, g.View())
			p.Agent, p.ID = in.Agent, ""
			return &phoneBody{p}, err
		}
	}
	return nil, err
}

// desk are the addresses of an agent's phones, or the one that is asked for.
func (a *API) desk(ctx context.Context, s *simulator.Simulator, in *AgentAct) ([]string, error) {
	g, err := s.Store.Directory().Agent(ctx, a.cfg.Account, in.Agent)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, e := range g.Endpoints {
		all = append(all, e.Address)
	}
	switch {
	case in.Endpoint == "":
		return all, nil
	case slices.ContainsFunc(g.Endpoints, func(e extension.Endpoint) bool { return e.Address == in.Endpoint }):
		return []string{in.Endpoint}, nil
	}
	return nil, at(http.StatusUnprocessableEntity, "query.endpoint", "agent %s has no phone %q; there are %v", in.Agent, in.Endpoint, all)
}

func (a *API) setManner(ctx context.Context, in *struct {
	AgentAct
	Body struct {
		Manner string  `json:"manner" enum:"rings out,takes,declines,voicemail,engaged,unreachable" doc:"rings out does nothing; takes answers and presses 1; voicemail is a mobile's, which answers and presses nothing; engaged is busy"`
		After  Lasting `json:"after,omitempty" doc:"how long it rings before that; at once"`
	}
}) (*struct {
	Body struct {
		Phones []Phone `json:"phones"`
	}
}, error) {
	s := a.sim()
	desk, err := a.desk(ctx, s, &in.AgentAct)
	if err != nil {
		return nil, err
	}
	manner := sim.Manner(in.Body.Manner)
	if in.Body.Manner == "rings out" {
		manner = sim.RingsOut
	}
	out := new(struct {
		Body struct {
			Phones []Phone `json:"phones"`
		}
	})
	out.Body.Phones = []Phone{}
	for _, address := range desk {
		g := s.Carrier.Agent(address)
		g.Set(manner, time.Duration(in.Body.After))
		p := phone(s, g.View())
		p.Agent, p.ID = in.Agent, ""
		out.Body.Phones = append(out.Body.Phones, p)
	}
	return out, nil
}

type clockBody struct{ Body ClockReading }

func (a *API) setClock(ctx context.Context, in *struct {
	Body struct {
		Running bool `json:"running" doc:"false: only skipping moves it"`
	}
}) (*clockBody, error) {
	s := a.sim()
	turn := s.Stop
	if in.Body.Running {
		turn = s.Start
	}
	if err := turn(ctx); err != nil {
		return nil, err
	}
	return &clockBody{reading(s)}, nil
}

func (a *API) skip(ctx context.Context, in *struct {
	Body struct {
		For    *Lasting `json:"for,omitempty" doc:"up to 24h; 0s does what is due now"`
		ToNext bool     `json:"to_next,omitempty" doc:"until the next thing is due"`
	}
}) (*clockBody, error) {
	s := a.sim()
	if (in.Body.For == nil) == !in.Body.ToNext {
		return nil, at(http.StatusUnprocessableEntity, "body", `give either for, as in {"for": "20s"}, or {"to_next": true}`)
	}
	if !in.Body.ToNext {
		err := s.Skip(ctx, time.Duration(*in.Body.For))
		return &clockBody{reading(s)}, err
	}
	some, err := s.SkipToNext(ctx)
	if err == nil && !some {
		return nil, at(http.StatusConflict, "body.to_next", "nothing is due: no call is under way")
	}
	return &clockBody{reading(s)}, err
}

func (a *API) renew(ctx context.Context, _ *struct{}) (*none, error) {
	return nil, a.cfg.Renew(ctx)
}
