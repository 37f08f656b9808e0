package extflow

import (
	"context"
	"time"

	"github.com/extflow/extflow/storage"
)

// tidying is how often Run removes what was kept for long enough, and step how much of
// it at once.
const (
	tidying = time.Minute
	step    = 64
)

// Tidy removes the finished calls, turns and entries of the feed that were kept for as
// long as their account says, a few at a time. Run does it every minute. A store that
// removes them by itself has nothing left to remove.
func (e *Engine) Tidy(ctx context.Context) error {
	t, ok := e.Store.(storage.Tidier)
	for n := step; ok && n > 0 && ctx.Err() == nil; {
		var err error
		if n, err = t.Tidy(ctx, step); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// tidy does so until the runner ends.
func (r *runner) tidy() {
	tick := time.NewTicker(tidying)
	defer tick.Stop()
	for {
		select {
		case <-r.ctx.Done():
			return
		case <-tick.C:
			r.report(r.e.Tidy(r.ctx))
		}
	}
}
