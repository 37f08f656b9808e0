package flowtest

import (
	"context"
	"time"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
)

// Exchange is what a story's calls go through: the pure core that Run uses by
// itself, or an engine with its store. Its clock is Site.Now. Nothing happens in
// it but during its methods.
type Exchange interface {
	adapter.Handler

	// Next is when Wake has something to do next; false where it never will unless
	// something happens. Wake does everything that is due.
	Next(ctx context.Context) (time.Time, bool, error)
	Wake(ctx context.Context) error

	// Signal tells a call something on the product's behalf.
	Signal(ctx context.Context, e flow.Event) error
	SetPresence(ctx context.Context, account, agent string, p extension.Presence, reason string) error

	// Move and Pick are what a supervisor does with a waiting caller: as an Engine's,
	// errors included.
	Move(ctx context.Context, call flow.Key, id string, to flow.Dest) error
	Pick(ctx context.Context, call flow.Key, id, agent string) error

	// CallOut has an agent connected with somebody outside: as an Engine's, errors
	// included.
	CallOut(ctx context.Context, o extflow.CallOut) (flow.Key, error)

	// Answer is what the product answers to a question: as an Engine's, errors included.
	Answer(ctx context.Context, call flow.Key, turn uint32, word string) error

	// Calls are all calls that there have been, in any order; Turns are those of a
	// call after a Seq; Agents are the agents as they are now.
	Calls(ctx context.Context) ([]flow.Call, error)
	Turns(ctx context.Context, k flow.Key, after uint32) ([]flow.Turn, error)
	Agents(ctx context.Context) ([]extension.Agent, error)

	// Words are what messages say that are put into words, by the call that left them.
	Words(ctx context.Context) (map[string]Words, error)
}

// Site is where an Exchange stands: whose account it serves, and the carrier that
// brings its calls.
type Site struct {
	Document *account.Document
	Book     *flow.Book // of the document's settings, compiled
	Name     string     // the carrier's, as events bear it
	Carrier  adapter.Carrier
	Now      func() time.Time
}

// Open makes an Exchange for one story. It may be called for several stories at
// once.
type Open func(s Site) (Exchange, error)
