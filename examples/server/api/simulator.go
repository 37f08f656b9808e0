package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/examples/server/simulator"
	"github.com/extflow/extflow/flow"
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
