// Command compare measures extflow's machine, the same flow written by hand, and
// the same flow on two state machine libraries, in one run.
//
// Every repetition runs every contestant once, in a process of its own on one
// core, and ratios are taken within a repetition. What is measured is processor
// time, so that what else the machine does at that moment counts as little as it
// can; a busy machine still shows in the spread. Run it inside this module:
//
//	go run ./cmd/compare
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"time"
)

func main() {
	reps := flag.Int("reps", 9, "how often each contestant is measured; at least 5 for a figure worth keeping")
	long := flag.Duration("time", 300*time.Millisecond, "how long each measurement takes, about")
	strict := flag.Bool("strict", false, "exit with status 1 when a goal is missed")
	flag.Parse()
	missed, err := compare(*reps, *long)
	if err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(2)
	}
	if *strict && missed > 0 {
		os.Exit(1)
	}
}

// compare measures and prints, and counts the goals that were missed.
func compare(reps int, long time.Duration) (missed int, err error) {
	dir, err := os.MkdirTemp("", "compare")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	ring, err := build(dir)
	if err != nil {
		return 0, err
	}
	fmt.Printf("%s, %s/%s, %d repetitions of about %v; processor time on one core; median [least to most]\n\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, reps, long)
	for _, c := range ring {
		if err := c.calibrate(long); err != nil {
			return 0, err
		}
	}
	for rep := range reps {
		for i := range ring {
			if err := ring[(rep+i)%len(ring)].measure(); err != nil {
				return 0, err
			}
		}
	}
	printTimes(os.Stdout, ring)
	return printGoals(os.Stdout, ring), nil
}
