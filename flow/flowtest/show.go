package flowtest

import (
	"context"

	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/flow/account"
)

// Stage is where acts are played one by one, as they are thought of: the terminal
// phone is one. Run plays whole stories on stages of its own.
type Stage struct {
	st      *stage
	carrier *sim.Carrier
}

// NewStage raises a stage for an account document, in YAML or JSON, with an
// exchange behind its telephones. The error tells every fault of the document.
func NewStage(document []byte, open Open) (*Stage, error) {
	script, err := prepare(document, "")
	if err != nil {
		return nil, err
	}
	st, err := raise(script, monday, laySim, open)
	if err != nil {
		return nil, err
	}
	return &Stage{st, st.lines.(simulated).Carrier}, nil
}

// Do has an act happen and returns what the account's calls answer, a line each.
// The error says why the act cannot happen, or what went wrong.
func (s *Stage) Do(ctx context.Context, a Act) ([]string, error) { return s.st.scene(ctx, a) }

// Document is the account that the stage is raised for.
func (s *Stage) Document() *account.Document { return s.st.script.doc }

// Carrier is the simulated carrier with its telephones.
func (s *Stage) Carrier() *sim.Carrier { return s.carrier }
