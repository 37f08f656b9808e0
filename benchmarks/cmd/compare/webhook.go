package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/extflow/extflow/benchmarks/webhook"
)

// In a repetition every server gets the same calls, a slice of them at a time and
// in turn with the others, so that what else the machine does meets all of them. The
// first slice is not counted.
const (
	slice = 256 // calls
	parts = 16  // slices of a repetition
)

// server is one of the servers that are compared, over all repetitions.
type server struct {
	*contestant
	second []float64 // webhooks of a second on the clock, by repetition
	allocs float64   // of one webhook, in the latest repetition
	bytes  float64

	process *webhook.Process // of this repetition, like what follows
	client  *webhook.Client
	used    webhook.Usage
	took    time.Duration
	asked   int
}

// compareWebhooks measures and prints what servers pay for a webhook, and counts
// the goals that were missed. Profiles of the processor go to a folder, if one is
// named.
func compareWebhooks(w io.Writer, reps int, profiles string) (missed int, err error) {
	for _, c := range []struct {
		carrier string
		record  func(int) ([]webhook.Call, error)
		servers []string
		goals   []goal
	}{
		{"Twilio", webhook.Record, webhook.Servers, webhookGoals},
		{"Vonage", webhook.RecordVonage, webhook.VonageServers, vonageGoals},
	} {
		fmt.Fprintf(w, "%s: ", c.carrier)
		n, err := compareCarrier(w, c.record, c.servers, c.goals, reps, profiles)
		if err != nil {
			return missed, err
		}
		missed += n
	}
	return missed, nil
}

func compareCarrier(w io.Writer, record func(int) ([]webhook.Call, error), names []string, goals []goal, reps int, profiles string) (missed int, err error) {
	calls, err := record(slice * parts)
	if err != nil {
		return 0, err
	}
	var servers []*server
	for _, name := range names {
		servers = append(servers, &server{contestant: &contestant{name: name, per: "webhook"}})
	}
	for rep := range reps {
		if err := repeat(servers, calls, rep, profiles); err != nil {
			return 0, err
		}
	}
	fmt.Fprintf(w, "%d repetitions of %d webhooks, %d connections\n\n", reps, servers[0].asked, webhook.Connections)
	return printWebhooks(w, servers, goals), nil
}

// repeat is one repetition: servers are started, asked and ended.
func repeat(servers []*server, calls []webhook.Call, rep int, profiles string) (err error) {
	for _, s := range servers {
		err = errors.Join(err, s.start(profiles))
	}
	for part := 0; part < len(calls)/slice && err == nil; part++ {
		for i := range servers {
			s := servers[(rep+part+i)%len(servers)]
			err = errors.Join(err, s.ask(calls[part*slice:(part+1)*slice], part > 0))
		}
	}
	for _, s := range servers {
		err = errors.Join(err, s.stop())
	}
	return err
}

// start makes the server's process, which is this program.
func (s *server) start(profiles string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	args := []string{"-serve", s.name}
	if profiles != "" {
		file := strings.ReplaceAll(strings.ReplaceAll(s.name, ",", ""), " ", "-") + ".pprof"
		args = append(args, "-profile", filepath.Join(profiles, file))
	}
	s.used, s.took, s.asked = webhook.Usage{}, 0, 0
	if s.process, err = webhook.Start(exec.Command(self, args...)); err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	s.client, err = webhook.Dial(s.process.Address, webhook.Connections, s.name == webhook.Extflow || s.name == webhook.VonageExtflow)
	return err
}

// ask plays calls on the server, and counts what they cost it.
func (s *server) ask(calls []webhook.Call, counted bool) error {
	before, err := s.process.Used()
	if err != nil {
		return err
	}
	began := time.Now()
	n, err := s.client.Play(calls)
	if err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	took := time.Since(began)
	after, err := s.process.Used()
	if counted {
		s.took += took
		s.asked += n
		s.used.CPU += after.CPU - before.CPU
		s.used.Allocs += after.Allocs - before.Allocs
		s.used.Bytes += after.Bytes - before.Bytes
	}
	return err
}

// stop ends the process, and adds the figures of the repetition.
func (s *server) stop() error {
	if s.client != nil {
		s.client.Close()
	}
	if s.process == nil {
		return nil
	}
	if err := s.process.Stop(); err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	n := float64(s.asked)
	s.ns = append(s.ns, float64(s.used.CPU)/n)
	s.second = append(s.second, n/s.took.Seconds())
	s.allocs, s.bytes = float64(s.used.Allocs)/n, float64(s.used.Bytes)/n
	return nil
}

var webhookGoals = []goal{
	{what: "extflow costs, in bare handlers", a: webhook.Extflow, b: webhook.Bare, bound: 2.2, atMost: true, aim: "at most 2.2"},
	{what: "and later", a: webhook.Extflow, b: webhook.Bare, bound: 1.3, atMost: true, aim: "at most 1.3", hope: true},
	{what: "extflow costs, in twilio-go apps", a: webhook.Extflow, b: webhook.SDK, bound: 0.5, atMost: true, aim: "at most 0.5"},
}

var vonageGoals = []goal{
	{what: "extflow costs, in bare handlers", a: webhook.VonageExtflow, b: webhook.VonageBare, bound: 2.5, atMost: true, aim: "at most 2.5"},
	{what: "and later", a: webhook.VonageExtflow, b: webhook.VonageBare, bound: 2, atMost: true, aim: "at most 2", hope: true},
}

// printWebhooks prints the figures and the goals, and counts those missed.
func printWebhooks(w io.Writer, servers []*server, goals []goal) (missed int) {
	ring := make([]*contestant, len(servers))
	for i, s := range servers {
		ring[i] = s.contestant
	}
	beside := ring[0]
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "server\tµs of a webhook\tin bare handlers\ta second\tallocations added\tB added")
	for _, s := range servers {
		mid, least, most := spread(s.ns)
		ratio, low, high := spread(goal{a: s.name, b: beside.name}.figures(ring))
		second, slowest, fastest := spread(s.second)
		fmt.Fprintf(t, "%s\t%.1f [%.1f to %.1f]\t%.2f [%.2f to %.2f]\t%.0f [%.0f to %.0f]\t%.1f\t%.0f\n", s.name,
			mid/1e3, least/1e3, most/1e3, ratio, low, high, second, slowest, fastest,
			s.allocs-servers[0].allocs, s.bytes-servers[0].bytes)
	}
	t.Flush()
	fmt.Fprintln(w)
	t = tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	missed = printGoals(t, ring, goals)
	t.Flush()
	return missed
}
