package sqlite

import (
	"errors"
	"fmt"
)

// The errors that people can do something about. Open returns them, and so does any
// method later on; then nothing of what it was asked for was stored. Once ErrCorrupt or
// ErrNotDatabase was returned the Store takes nothing more until it is opened again.
var (
	ErrPath        = errors.New("sqlite: no place for a database")
	ErrReadOnly    = errors.New("sqlite: the file, or its directory, cannot be written; change its permissions, or name another file")
	ErrNotDatabase = errors.New("sqlite: the file is no SQLite database; name another file, or move this one away")
	ErrCorrupt     = errors.New("sqlite: the file is damaged; stop, and put a copy back, or move it away to begin anew")
	ErrBusy        = errors.New("sqlite: another process is writing to the file; one at a time may use it")
	ErrFull        = errors.New("sqlite: the disk is full; make room, and what was refused is stored when it comes again")
)

// The primary result codes of SQLite that have an error of their own
// (https://www.sqlite.org/rescode.html).
var known = map[int]error{
	5: ErrBusy, 6: ErrBusy, // SQLITE_BUSY, SQLITE_LOCKED
	8:  ErrReadOnly,    // SQLITE_READONLY
	11: ErrCorrupt,     // SQLITE_CORRUPT
	13: ErrFull,        // SQLITE_FULL
	14: ErrReadOnly,    // SQLITE_CANTOPEN: the file is there, or its directory is
	26: ErrNotDatabase, // SQLITE_NOTADB
}

// damaged reports whether an error says that the file is not what it was.
func damaged(err error) bool {
	var c coded
	return errors.As(err, &c) && (known[c.Code()&0xff] == ErrCorrupt || known[c.Code()&0xff] == ErrNotDatabase)
}

// coded is an error of the driver.
type coded interface{ Code() int }

// explained is an error with what can be done about it.
func explained(file string, err error) error {
	var c coded
	if !errors.As(err, &c) {
		return err
	}
	if what := known[c.Code()&0xff]; what != nil {
		return fmt.Errorf("%w (%s): %w", what, file, err)
	}
	return err
}
