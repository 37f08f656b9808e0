package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/extflow/extflow/storage/internal/tables"
)

// writer is the one connection that writes. Jobs that come while a transaction is on
// its way to the disk gather, and the next transaction takes them all: the more
// there is to do, the less each costs.
type writer struct {
	conn  *link
	jobs  chan *job
	pause chan func()   // things to do between two transactions
	end   chan struct{} // closed to end it
	gone  chan struct{} // closed when it has ended, and takes no more jobs
	ended sync.WaitGroup
	once  sync.Once
	back  *backwriter

	// damage is what was found wrong with the file. Nothing is written to it any more:
	// that could make it worse.
	damage atomic.Pointer[error]
}

// atOnce bounds how many jobs one transaction takes.
const atOnce = 256

// job is something to write.
type job struct {
	f     func(tables.Conn) error
	state atomic.Int32  // waiting, begun or withdrawn
	ran   chan struct{} // closed when f is over
	done  chan error    // gets the outcome, after the commit
}

const (
	waiting int32 = iota
	begun
	withdrawn
)

// errClosed is what comes after Close.
var errClosed = errors.New("sqlite: the store is closed")

func newWriter(conn *sql.Conn) *writer {
	return &writer{
		conn: &link{conn: conn, stmts: map[string]*sql.Stmt{}},
		jobs: make(chan *job, atOnce), pause: make(chan func()),
		end: make(chan struct{}), gone: make(chan struct{}),
	}
}

func (w *writer) start(db *sql.DB) {
	w.back = newBackwriter(db)
	w.ended.Go(w.loop)
	w.ended.Go(func() { w.back.loop(w) })
}

// do has f write and returns when that is on the disk. If ctx ends while f is
// waiting, nothing happens; if it ends later, the outcome is unknown.
func (w *writer) do(ctx context.Context, f func(tables.Conn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j := &job{f: f, ran: make(chan struct{}), done: make(chan error, 1)}
	select {
	case w.jobs <- j:
	case <-w.end:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	late := ctx.Err
	select {
	case err := <-j.done:
		return err
	case <-ctx.Done():
	case <-w.gone: // it may have come behind the last one
		late = func() error { return errClosed }
	}
	if j.state.CompareAndSwap(waiting, withdrawn) {
		return late()
	}
	<-j.ran // f may write what the caller reads
	select {
	case err := <-j.done:
		return err
	default:
		return late()
	}
}

func (w *writer) loop() {
	defer close(w.gone)
	for {
		select {
		case j := <-w.jobs:
			w.transact(j)
		case f := <-w.pause:
			f()
		case <-w.end:
			w.refuse()
			return
		}
	}
}

// refuse answers those who came too late.
func (w *writer) refuse() {
	for {
		select {
		case j := <-w.jobs:
			if j.state.CompareAndSwap(waiting, begun) {
				j.over(errClosed)
			}
		default:
			return
		}
	}
}

func (j *job) over(err error) {
	close(j.ran)
	j.done <- err
}

// transact runs a job and all that have gathered behind it, and commits them
// together.
func (w *writer) transact(first *job) {
	var held []*job // those to be committed
	for j := first; j != nil; j = w.next(len(held)) {
		if !j.state.CompareAndSwap(waiting, begun) {
			continue
		}
		if damage := w.damage.Load(); damage != nil {
			j.over(*damage)
			continue
		}
		err, whole := w.try(j.f, len(held) == 0)
		close(j.ran)
		if !whole {
			w.fail(append(held, j), err)
			return
		}
		if err != nil {
			j.done <- err
			continue
		}
		held = append(held, j)
	}
	if len(held) == 0 {
		return
	}
	if err := w.conn.exec(`COMMIT`); err != nil {
		w.fail(held, err)
		return
	}
	for _, j := range held {
		j.done <- nil
	}
	w.back.wrote(len(held))
}

// next is a job that has gathered; nil where there is none, or the transaction has
// enough.
func (w *writer) next(held int) *job {
	if held >= atOnce {
		return nil
	}
	select {
	case j := <-w.jobs:
		return j
	default:
		return nil
	}
}

// fail undoes the transaction, and all of its jobs.
func (w *writer) fail(jobs []*job, err error) {
	_ = w.conn.exec(`ROLLBACK`) // the database may have done it already
	for _, j := range jobs {
		j.done <- err
	}
}

// try runs f in the transaction. An error undoes what f wrote and nothing else:
// behind a savepoint, or with the transaction where f is the first in it. It is not
// whole any more where the database has undone more than that.
func (w *writer) try(f func(tables.Conn) error, first bool) (err error, whole bool) {
	if first {
		if err := w.conn.exec(`BEGIN IMMEDIATE`); err != nil {
			return err, true
		}
		if err = guarded(f, w.conn); err != nil {
			_ = w.conn.exec(`ROLLBACK`) // the database may have done it already
		}
		return err, true
	}
	part := &part{link: w.conn}
	if err = guarded(f, part); err == nil {
		err = part.end(`RELEASE job`)
		return err, err == nil
	}
	if bad := part.end(`ROLLBACK TO job`, `RELEASE job`); bad != nil {
		return errors.Join(err, bad), false
	}
	return err, !damaged(err)
}

// part is the share of one job in a transaction. Its savepoint is set when it first
// writes: a job that only finds out that it is refused costs no more than that.
type part struct {
	*link
	set bool
}

func (p *part) Exec(ctx context.Context, sql string, args ...any) (int64, error) {
	if err := p.save(); err != nil {
		return 0, err
	}
	return p.link.Exec(ctx, sql, args...)
}

func (p *part) Query(ctx context.Context, sql string, args ...any) (tables.Rows, error) {
	if !strings.HasPrefix(sql, "SELECT") { // it returns what it wrote
		if err := p.save(); err != nil {
			return nil, err
		}
	}
	return p.link.Query(ctx, sql, args...)
}

func (p *part) save() error {
	if p.set {
		return nil
	}
	p.set = true
	return p.link.exec(`SAVEPOINT job`)
}

func (p *part) end(how ...string) error {
	if !p.set {
		return nil
	}
	for _, sql := range how {
		if err := p.link.exec(sql); err != nil {
			return err
		}
	}
	return nil
}

// guarded is f, where a panic is an error: the others of the transaction have
// nothing to do with it.
func guarded(f func(tables.Conn) error, c tables.Conn) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("sqlite: panic while writing: %v", p)
		}
	}()
	return f(c)
}

// run has f write, while the writer is not started yet.
func (w *writer) run(f func(tables.Conn) error) error {
	err, _ := w.try(f, true)
	if err != nil {
		return err
	}
	return w.conn.exec(`COMMIT`)
}

func (w *writer) close() error {
	var err error
	w.once.Do(func() {
		close(w.end)
		w.ended.Wait()
		err = w.conn.close()
	})
	return err
}
