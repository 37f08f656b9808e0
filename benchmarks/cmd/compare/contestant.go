package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// contestant is a benchmark that is measured again and again.
type contestant struct {
	name    string // as the tables show it
	bench   string // the benchmark's name
	program string // the test binary that has it
	per     string // what one operation is: "event" or "call"

	times  int           // operations in one measurement
	start  time.Duration // what the process costs without any
	ns     []float64     // processor time of one operation, by repetition
	allocs string
	bytes  string
}

// The two test binaries.
const (
	machine = "github.com/extflow/extflow/flow"
	peers   = "github.com/extflow/extflow/benchmarks"
)

func contestants() []*contestant {
	return []*contestant{
		{name: "yardstick", bench: "Yardstick", program: machine, per: "event"},
		{name: "extflow step", bench: "Step", program: machine, per: "event"},
		{name: "extflow Advance", bench: "Advance", program: machine, per: "event"},
		{name: "qmuntal/stateless", bench: "Stateless", program: peers, per: "event"},
		{name: "looplab/fsm", bench: "Looplab", program: peers, per: "event"},
		{name: "extflow, a call", bench: "WholeCall", program: machine, per: "call"},
		{name: "stateless, a call", bench: "StatelessCall", program: peers, per: "call"},
		{name: "looplab, a call", bench: "LooplabCall", program: peers, per: "call"},
		{name: "engine, store, simulator", bench: "SimulatedCall", program: peers, per: "call"},
	}
}

// build compiles the two test binaries into a folder.
func build(dir string) ([]*contestant, error) {
	binaries := map[string]string{machine: filepath.Join(dir, "flow.test"), peers: filepath.Join(dir, "peers.test")}
	for pkg, binary := range binaries {
		home, err := output("", "go", "list", "-f", "{{.Dir}}", pkg)
		if err != nil {
			return nil, err
		}
		if _, err := output(strings.TrimSpace(home), "go", "test", "-c", "-o", binary, "."); err != nil {
			return nil, err
		}
	}
	ring := contestants()
	for _, c := range ring {
		c.program = binaries[c.program]
	}
	return ring, nil
}

func output(dir, name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return string(out), nil
}

// calibrate finds out how many operations take about that long, and what the
// process takes without any.
func (c *contestant) calibrate(long time.Duration) error {
	least, err := c.run(1)
	if err != nil {
		return err
	}
	c.start = least
	for c.times = 100; ; c.times *= 4 {
		took, err := c.run(c.times)
		if err != nil {
			return err
		}
		if took -= c.start; took > long/8 {
			c.times = max(1, int(float64(c.times)*float64(long)/float64(took)))
			return nil
		}
	}
}

// measure adds the figure of one repetition.
func (c *contestant) measure() error {
	took, err := c.run(c.times)
	c.ns = append(c.ns, float64(took-c.start)/float64(c.times))
	return err
}

var line = regexp.MustCompile(`(?m)^Benchmark\S+\s.*?\s(\d+) B/op\s+(\d+) allocs/op`)

// run is the processor time of a process that does that many operations.
func (c *contestant) run(times int) (time.Duration, error) {
	cmd := exec.Command(c.program, "-test.run=^$", "-test.bench=^Benchmark"+c.bench+"$", "-test.cpu=1",
		"-test.benchtime="+strconv.Itoa(times)+"x")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return 0, fmt.Errorf("%s: %w\n%s", c.bench, err, out.String())
	}
	found := line.FindStringSubmatch(out.String())
	if found == nil {
		return 0, fmt.Errorf("%s reports no figures:\n%s", c.bench, out.String())
	}
	if times > 1 {
		c.bytes, c.allocs = found[1], found[2]
	}
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), nil
}
