package flow

import (
	"errors"
	"strings"
)

// Fault is one thing wrong with what an author wrote: where, and what to do.
type Fault struct {
	Path    string // as in flows.front-desk.busy.menu
	Problem string // as in no menu "mian"; did you mean "main"?
}

// Error is the path and the problem in one line.
func (f Fault) Error() string { return f.Path + ": " + f.Problem }

// Faults are all that is wrong, in the order in which a reader meets them.
type Faults []Fault

// Error lists every fault, one a line.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i := range f {
		lines[i] = f[i].Error()
	}
	return strings.Join(lines, "\n")
}

// ErrSettings is matched by the error of Compile.
var ErrSettings = errors.New("the settings have faults")

// Is makes errors.Is(err, ErrSettings) true.
func (f Faults) Is(target error) bool { return target == ErrSettings }

// Err is f as an error, nil where there is no fault.
func (f Faults) Err() error {
	if len(f) == 0 {
		return nil
	}
	return f
}
