package enginetest_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage/memory"
)

// office is one queue with so many agents, random arrivals and random talks: what
// A. K. Erlang's formula is about.
type office struct {
	agents  int
	arrive  time.Duration // between two callers, on average
	talk    time.Duration // on average
	callers int
}

// erlangC is the mean wait that the theory says.
func (o office) erlangC() time.Duration {
	load := float64(o.talk) / float64(o.arrive)
	inverse := 1.0 // Erlang B, by its recurrence, and from it Erlang C
	for n := 1; n <= o.agents; n++ {
		inverse = 1 + inverse*float64(n)/load
	}
	blocked := 1 / inverse
	queued := blocked / (1 - load/float64(o.agents)*(1-blocked))
	return time.Duration(queued * float64(o.talk) / (float64(o.agents) - load))
}

// day is an office at work.
type day struct {
	office
	*rand.Rand
	carrier *sim.Carrier
	phones  map[string]*sim.Phone // by the caller's number
	joined  map[string]time.Time  // when each dialled
	talks   []talk                // under way, in no order
	waits   []time.Duration       // of those who were served
	came    []string              // callers, as they dialled
	lasted  map[string]time.Duration
}

type talk struct {
	until time.Time
	from  string
}

func (d *day) about(mean time.Duration) time.Duration {
	return time.Duration(d.ExpFloat64() * float64(mean))
}

// meanWait plays the office from a seed.
func (o office) meanWait(ctx context.Context, seed uint64) (time.Duration, error) {
	d := &day{
		office: o, Rand: rand.New(rand.NewPCG(seed, 2)), carrier: sim.New(sim.Config{}),
		phones: map[string]*sim.Phone{}, joined: map[string]time.Time{}, lasted: map[string]time.Duration{},
	}
	store := memory.New(memory.Config{Now: d.carrier.Now})
	engine, err := extflow.New(extflow.Config{
		Store: store, Carriers: map[string]adapter.Carrier{"sim": d.carrier}, Deadline: time.Minute, Observe: d.served,
	})
	if err != nil {
		return 0, err
	}
	d.carrier.Attach(engine)
	d.carrier.Drive(engine)
	d.carrier.Observe(func(h sim.Happening) {
		if _, caller := d.joined[h.Phone]; caller && h.What == sim.Joined {
			long := d.about(o.talk)
			d.lasted[h.Phone] = long
			d.talks = append(d.talks, talk{h.At.Add(long), h.Phone})
		}
	})
	if _, err := extflow.Install(ctx, store, o.setup(d.carrier), d.carrier.Now()); err != nil {
		return 0, err
	}
	if err = d.run(ctx); err == nil {
		err = d.ideal()
	}
	return d.mean(), err
}

// ideal is the same day in a queue that takes no time for anything: the same callers,
// who come when they came and talk for as long as they talked. Each of them waits until
// the first agent is free. Random arrivals make one day's mean differ from the theory's
// by a quarter, which hides a fault of a tenth; against this one a hundredth shows.
func (d *day) ideal() error {
	free := make([]time.Time, d.agents)
	var sum, measured time.Duration
	for _, from := range d.came {
		first := 0
		for i := range free {
			if free[i].Before(free[first]) {
				first = i
			}
		}
		begins := d.joined[from]
		if free[first].After(begins) {
			begins = free[first]
		}
		sum += begins.Sub(d.joined[from])
		free[first] = begins.Add(d.lasted[from])
	}
	for _, w := range d.waits {
		measured += w
	}
	if off := (measured - sum).Abs(); off > sum/100 {
		return fmt.Errorf("callers waited %s together, and would have waited %s in a queue without a fault", measured, sum)
	}
	return nil
}

// served notes how long a caller waited whom an agent took.
func (d *day) served(o extflow.Observed) {
	for _, p := range o.Turn.Posts {
		if p.Kind == flow.PostServed && o.Call.State.Result == flow.ResultAnswered {
			d.waits = append(d.waits, o.Turn.Event.At.Sub(d.joined[string(o.Call.From)]))
		}
	}
}

func (d *day) run(ctx context.Context) error {
	next := d.carrier.Now()
	for i := 0; i < d.callers || len(d.talks) > 0; {
		slices.SortFunc(d.talks, func(x, y talk) int { return x.until.Compare(y.until) })
		if len(d.talks) > 0 && (i >= d.callers || d.talks[0].until.Before(next)) {
			over := d.talks[0]
			d.talks = d.talks[1:]
			if err := errors.Join(d.carrier.WaitUntil(ctx, over.until), d.phones[over.from].HangUp(ctx)); err != nil {
				return err
			}
			continue
		}
		if err := d.carrier.WaitUntil(ctx, next); err != nil {
			return err
		}
		from := fmt.Sprintf("+1415%07d", i)
		d.joined[from] = d.carrier.Now()
		d.came = append(d.came, from)
		phone, err := d.carrier.Dial(ctx, from, string(theNumber), sim.Options{})
		if err != nil {
			return err
		}
		d.phones[from] = phone
		next, i = next.Add(d.about(d.arrive)), i+1
	}
	return nil
}

func (d *day) mean() time.Duration {
	sum := time.Duration(0)
	for _, w := range d.waits {
		sum += w
	}
	return sum / time.Duration(max(len(d.waits), 1))
}

const theNumber = number.E164("+12025550100")

// setup has agents answer at once and rest for no time.
func (o office) setup(carrier *sim.Carrier) extflow.Setup {
	s := extflow.Setup{
		Account: "acme",
		Settings: flow.Settings{
			Defaults: flow.Defaults{WrapUp: flow.None},
			Queues: map[string]flow.Queue{"q": {
				MaxWait: 24 * time.Hour, MaxSize: 10_000, Announce: flow.Announce{Every: time.Hour, Position: extension.Off},
			}},
		},
		Members: map[string][]string{},
		Numbers: []number.Assignment{{Number: theNumber, Entry: "queue q"}},
	}
	for i := range o.agents {
		id := fmt.Sprint("agent", i)
		s.Agents = append(s.Agents, extension.Agent{
			ID: id, Extension: fmt.Sprint(1001 + i), Endpoints: []extension.Endpoint{{Address: "client:" + id}}, Presence: extension.Available,
		})
		s.Members["q"] = append(s.Members["q"], id)
		carrier.Agent("client:"+id).Set(sim.Takes, 0)
	}
	return s
}

func TestTheory_waitsInOneQueueAgreeWithErlangC(t *testing.T) {
	t.Parallel()
	offices := []office{
		{agents: 5, arrive: 34 * time.Second, talk: 2 * time.Minute, callers: 500},   // busy for 70 % of the time
		{agents: 10, arrive: 15 * time.Second, talk: 2 * time.Minute, callers: 1000}, // 80 %
	}
	if testing.Short() {
		offices = offices[:1]
		offices[0].callers = 100
	}
	for _, o := range offices {
		const runs, student = 24, 2.807 // Student's t: the interval holds the true mean with 99 %
		sum, squares := 0.0, 0.0
		for seed := range uint64(runs) {
			mean, err := o.meanWait(t.Context(), seed)
			require.NoError(t, err)
			sum += mean.Seconds()
			squares += mean.Seconds() * mean.Seconds()
		}
		mean := sum / runs
		margin := student * math.Sqrt((squares/runs-mean*mean)/(runs-1))
		theory := o.erlangC().Seconds()
		t.Logf("%d agents: %.1f s ± %.1f s, Erlang C says %.1f s", o.agents, mean, margin, theory)
		require.InDelta(t, theory, mean, margin)
		require.Less(t, margin, theory/2, "the interval says something")
	}
}
