// Command phone is a telephone in the terminal: dial the demo number, key an
// extension, and play the agents who are rung. The engine and the store are the
// real ones; only the carrier is simulated, and time passes when you say so.
//
//	go run ./examples/phone                 the sample account
//	go run ./examples/phone -config my.yaml an account of your own
//	go run ./examples/phone < script        the same acts from a file
//
// What you did and what was answered is a story: "save FILE" writes it down, and
// flowtest plays it again as a test.
package main

import (
	"bufio"
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/flow/flowtest"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
)

func main() {
	config := flag.String("config", "", "the account document, in YAML or JSON (default: the sample account)")
	flag.Parse()
	document := account.Sample()
	if *config != "" {
		var err error
		if document, err = os.ReadFile(*config); err != nil {
			fail(err)
		}
	}
	if err := run(context.Background(), document, os.Stdin, os.Stdout); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// run reads lines until they end, or somebody quits. Without a terminal a line
// that makes no sense is an error, so that a script with a mistake fails.
func run(ctx context.Context, document []byte, in io.Reader, out io.Writer) error {
	stage, err := flowtest.NewStage(document, flowtest.OpenEngine(func(now func() time.Time) (storage.Store, error) {
		return memory.New(memory.Config{Now: now}), nil
	}))
	if err != nil {
		return err
	}
	p := &phone{ctx: ctx, stage: stage, out: out, script: !terminal(in)}
	p.welcome()
	lines := bufio.NewScanner(in)
	for p.prompt(); lines.Scan(); p.prompt() {
		if p.script {
			fmt.Fprintln(out, lines.Text())
		}
		quit, err := p.line(lines.Text())
		if quit || err != nil && p.script {
			fmt.Fprintln(out)
			return err
		}
		if err != nil {
			fmt.Fprintln(out, "    "+err.Error())
		}
	}
	fmt.Fprintln(out)
	return cmp.Or(lines.Err(), ctx.Err())
}

// terminal reports whether a person types.
func terminal(in io.Reader) bool {
	f, ok := in.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
