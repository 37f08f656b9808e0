package main

import (
	"strings"
	"testing"

	"github.com/extflow/extflow/benchmarks/webhook"
)

// figured is a ring whose every contestant took the same time in three
// repetitions, but for those named.
func figured(ns map[string][]float64) []*contestant {
	ring := contestants()
	for _, c := range ring {
		c.allocs, c.bytes, c.ns = "0", "0", []float64{1000, 1000, 1000}
		if given, ok := ns[c.name]; ok {
			c.ns = given
		}
	}
	return ring
}

func TestGoals_areMetOrCountedAsMissed(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	ring := figured(map[string][]float64{
		"extflow step":      {100, 110, 90},
		"extflow Advance":   {200, 200, 200},
		"yardstick":         {50, 50, 50},
		"qmuntal/stateless": {400, 440, 360},
		"looplab/fsm":       {1500, 1500, 1800},
	})
	named(ring, "extflow Advance").allocs = "1"
	missed := printMachine(&out, ring)
	for _, line := range []string{
		"step costs, in yardsticks           2.00 [1.80 to 2.20]           at most 3           met",
		"step is faster than stateless       4.00 [4.00 to 4.00]           at least 5 times    NOT MET",
		"step is faster than looplab         15.00 [13.64 to 20.00]        at least 15 times   met",
		"calls a second, on a quiet machine  1000000 [1000000 to 1000000]  at least 1,000,000  met",
		"extflow Advance allocates           1                             0                   NOT MET",
	} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("the table lacks %q:\n%s", line, out.String())
		}
	}
	if missed != 3 {
		t.Errorf("%d goals were missed, not 3: step and Advance beside stateless, and the allocation", missed)
	}
}

func TestGoals_aHopeMissedIsNoGoalMissed(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	ring := figured(map[string][]float64{
		"extflow step": {10, 10, 10}, "extflow Advance": {20, 20, 20}, "extflow, a call": {1250, 1250, 1250},
	})
	if missed := printMachine(&out, ring); missed != 0 || !strings.Contains(out.String(), "not yet") {
		t.Errorf("%d goals were missed:\n%s", missed, out.String())
	}
}

func TestWebhooks_areComparedWithinARepetition(t *testing.T) {
	t.Parallel()
	var servers []*server
	for i, name := range webhook.Servers {
		servers = append(servers, &server{
			contestant: &contestant{name: name, ns: []float64{20_000, 40_000, 30_000}}, second: []float64{9000, 8000, 10000},
			allocs: float64(20 + i), bytes: 2000,
		})
	}
	servers[len(servers)-1].ns = []float64{50_000, 80_000, 60_000} // 2.5, 2 and 2 bare handlers
	var out strings.Builder
	missed := printWebhooks(&out, servers, webhookGoals)
	for _, line := range []string{
		"extflow, everything on  60.0 [50.0 to 80.0]  2.00 [2.00 to 2.50]  9000 [8000 to 10000]  3.0                0",
		"extflow costs, in bare handlers   2.00 [2.00 to 2.50]  at most 2.2  met",
		"and later                         2.00 [2.00 to 2.50]  at most 1.3  not yet",
		"extflow costs, in twilio-go apps  2.00 [2.00 to 2.50]  at most 0.5  NOT MET",
	} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("the table lacks %q:\n%s", line, out.String())
		}
	}
	if missed != 1 {
		t.Errorf("%d goals were missed, not 1", missed)
	}
}
