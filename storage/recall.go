package storage

import (
	"context"

	"github.com/extflow/extflow/flow"
)

// Recaller is what Calls may be beside: calls from the memory of this node.
type Recaller interface {
	// Recall is a call as this node last saw it; false where it remembers nothing.
	// Others may have changed it since: what is made of it holds only once it has
	// been committed, and what a commit does not confirm is to be found out again
	// from Load.
	Recall(ctx context.Context, k flow.Key) (flow.Call, bool)
}
