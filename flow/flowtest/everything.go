package flowtest

import (
	_ "embed"
	"slices"
)

//go:embed everything.yaml
var everything []byte

// Everything is the document of an account that uses as much as possible: shared
// telephones, every strategy and way of offering, menus that lead everywhere, full
// mailboxes. Wander is at home there.
func Everything() []byte { return slices.Clone(everything) }
