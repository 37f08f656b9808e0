package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
)

// reached is the error of opening a database, with what to do about it.
func reached(err error) error {
	var pg *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &pg):
		switch pg.Code {
		case "28P01", "28000":
			return fmt.Errorf("postgres: the database does not let us in; see user and password, and pg_hba.conf: %w", err)
		case "3D000":
			return fmt.Errorf("postgres: there is no such database; make it with createdb: %w", err)
		case "42501":
			return fmt.Errorf("postgres: the user may not do that; it needs CREATE on the database or its schema: %w", err)
		case "53300":
			return fmt.Errorf("postgres: the database takes no more connections; raise max_connections or lower Conns: %w", err)
		}
	}
	return fmt.Errorf("postgres: the database cannot be reached; is it running, and is the URL right? %w", err)
}

// How often something is tried that others kept from being done.
const tries = 4

// undone reports whether nothing came of a transaction, because it and another
// waited for each other: it may be tried again at once.
func undone(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

// cut reports whether the connection was lost, or the server went down: what was
// asked of it may have happened, or not.
func cut(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return len(pg.Code) == 5 && (pg.Code[:2] == "08" || pg.Code[:3] == "57P") // the latter: shutting down, starting up
	}
	var broken net.Error
	return errors.As(err, &broken) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || pgconn.SafeToRetry(err)
}

// again does something that may be done twice, once more on another connection
// where the first was cut.
func again(ctx context.Context, do func() error) error {
	err := do()
	for try := 1; try < tries && cut(err) && ctx.Err() == nil; try++ {
		err = do()
	}
	return err
}
