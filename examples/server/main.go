// Command server answers calls for one account: a carrier's where its secrets are set,
// and simulated ones where no carrier is. It keeps everything in a file.
//
//	go run ./examples/server
//
// README.md says how to place a first call. Packages below this one are ordinary
// packages: api, gate and simulator can be mounted in another program.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
