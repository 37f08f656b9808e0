package account

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/extflow/extflow/flow"
)

// Fault is one thing wrong with a document: the line, counted from 1, the path
// of the key, and what to do. A document that is no YAML at all has no paths.
type Fault struct {
	Line    int    `json:"line"`
	Path    string `json:"path,omitempty"`
	Problem string `json:"problem"`
}

// Error is the fault in one line: "line 41: flows.front-desk.busy.menu: no menu …".
func (f Fault) Error() string {
	if f.Path == "" {
		return fmt.Sprintf("line %d: %s", f.Line, f.Problem)
	}
	return fmt.Sprintf("line %d: %s: %s", f.Line, f.Path, f.Problem)
}

// Faults are all that is wrong with a document, in the order of its lines.
type Faults []Fault

// Error lists every fault, one a line.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i := range f {
		lines[i] = f[i].Error()
	}
	return strings.Join(lines, "\n")
}

// Is makes errors.Is(err, flow.ErrSettings) true.
func (f Faults) Is(target error) bool { return target == flow.ErrSettings }

// maxFaults is how many faults are told. Who has more sees the rest when these
// are mended.
const maxFaults = 1000

// told sorts what was found by line and cuts it to what a person can read. It is
// nil where nothing was found.
func (f Faults) told() error {
	if len(f) == 0 {
		return nil
	}
	slices.SortStableFunc(f, func(a, b Fault) int { return cmp.Compare(a.Line, b.Line) })
	f = slices.Compact(f)
	if more := len(f) - maxFaults; more > 0 {
		f = append(f[:maxFaults:maxFaults], Fault{
			Line:    f[maxFaults].Line,
			Problem: fmt.Sprintf("%d more faults from here on; mend those above first", more),
		})
	}
	return f
}
