package simulator

import (
	"context"
	"log/slog"
	"time"
)

// tidying is how often what was kept for long enough is removed, by the simulator's
// clock.
const tidying = time.Minute

// tidy removes it until ctx ends. It looks at the clock again and again: somebody may
// have skipped a day. Where ctx ends in the middle the next Run goes on.
func (s *Simulator) tidy(ctx context.Context) {
	tick := time.NewTicker(idle)
	defer tick.Stop()
	for {
		if now := s.clock.now().UnixNano(); now-s.tidied.Load() >= int64(tidying) {
			switch err := s.Engine.Tidy(ctx); {
			case err == nil:
				s.tidied.Store(now)
			case ctx.Err() == nil:
				s.Engine.Logger.LogAttrs(ctx, slog.LevelError, "tidy", slog.Any("error", err))
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
