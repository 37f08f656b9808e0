package sqlite

import (
	"context"
	"database/sql"
	"sync"
	"sync/atomic"
	"time"
)

// backwriter copies the log back into the file (a checkpoint), on a connection of
// its own while the writer goes on. What the writer adds meanwhile it copies itself,
// which is little, and then begins the log anew: it does not grow without end
// however long the load lasts.
type backwriter struct {
	db     *sql.DB
	jobs   atomic.Int64 // written since the last time
	nudge  chan struct{}
	erased atomic.Bool // something was, and the log still has it
	mu     sync.Mutex  // one at a time
}

// The log is written back after so many jobs, or after a while where there were
// fewer.
const (
	backEvery = 2000
	backAfter = time.Second
)

func newBackwriter(db *sql.DB) *backwriter {
	return &backwriter{db: db, nudge: make(chan struct{}, 1)}
}

// wrote counts jobs that were committed.
func (b *backwriter) wrote(n int) {
	if b.jobs.Add(int64(n)) < backEvery {
		return
	}
	select {
	case b.nudge <- struct{}{}:
	default:
	}
}

func (b *backwriter) loop(w *writer) {
	tick := time.NewTicker(backAfter)
	defer tick.Stop()
	for {
		select {
		case <-w.end:
			return
		case <-b.nudge:
		case <-tick.C:
		}
		if b.jobs.Swap(0) > 0 {
			b.copy(w)
		}
		if b.erased.Load() {
			b.empty(w)
		}
	}
}

// logPages is how long the log may be, in pages of 4 KiB, before the writer stops to
// finish it.
const logPages = 4096

// copy does not mind a failure: the log keeps what it has, and the next time tries
// again.
func (b *backwriter) copy(w *writer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var busy, pages, copied int
	if err := b.db.QueryRowContext(ctx, `PRAGMA wal_checkpoint(PASSIVE)`).Scan(&busy, &pages, &copied); err != nil || pages < logPages {
		return
	}
	_ = w.between(func(c *link) error {
		var busy, pages, copied int
		return c.conn.QueryRowContext(ctx, `PRAGMA wal_checkpoint(PASSIVE)`).Scan(&busy, &pages, &copied)
	})
}

// empty writes all of the log back and cuts it off, so that nothing of what was erased
// stays in it. Whoever reads meanwhile keeps it from that, and is not waited for: it is
// tried again the next time.
func (b *backwriter) empty(w *writer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	ctx := context.Background()
	_ = w.between(func(c *link) error {
		if _, err := c.conn.ExecContext(ctx, `PRAGMA busy_timeout = 0`); err != nil {
			return err
		}
		var busy, pages, copied int
		err := c.conn.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &copied)
		b.erased.Store(err != nil || busy != 0)
		_, err = c.conn.ExecContext(ctx, patience)
		return err
	})
}

// between has f use the writing connection while no transaction is open.
func (w *writer) between(f func(*link) error) error {
	turn := make(chan error, 1)
	select {
	case w.pause <- func() { turn <- f(w.conn) }:
		return <-turn
	case <-w.end:
		return errClosed
	}
}
