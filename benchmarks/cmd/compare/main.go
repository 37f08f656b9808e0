// Command compare measures extflow's machine, the same flow written by hand, and
// the same flow on two state machine libraries, in one run; then what a server pays
// for one of Twilio's webhooks, beside servers that do less.
//
// Every repetition runs every contestant once, in a process of its own on one
// core, and ratios are taken within a repetition. What is measured is processor
// time, so that what else the machine does at that moment counts as little as it
// can; a busy machine still shows in the spread. Run it inside this module:
//
//	go run ./cmd/compare
//	go run ./cmd/compare -only webhook
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/extflow/extflow/benchmarks/webhook"
)

func main() {
	reps := flag.Int("reps", 9, "how often each contestant is measured; at least 5 for a figure worth keeping")
	long := flag.Duration("time", 300*time.Millisecond, "how long each measurement of the machine takes, about")
	strict := flag.Bool("strict", false, "exit with status 1 when a goal is missed")
	only := flag.String("only", "", "measure this alone: machine, or webhook")
	profile := flag.String("profile", "", "a folder for profiles of the servers, of the last repetition; profiling costs them a little")
	serve := flag.String("serve", "", "be the server of that name; compare starts itself so")
	flag.Parse()
	if *serve != "" {
		fail(webhook.Serve(*serve, *profile, os.Stdin, os.Stdout))
		return
	}
	if *only != "" && *only != "machine" && *only != "webhook" {
		fail(fmt.Errorf("-only %s: there are machine and webhook", *only))
	}
	missed := 0
	if *only != "webhook" {
		n, err := compare(*reps, *long)
		fail(err)
		missed += n
		fmt.Println()
	}
	if *only != "machine" {
		n, err := compareWebhooks(os.Stdout, *reps, *profile)
		fail(err)
		missed += n
	}
	if *strict && missed > 0 {
		os.Exit(1)
	}
}

// fail ends the program, if there is an error.
func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(2)
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
	return printMachine(os.Stdout, ring), nil
}
