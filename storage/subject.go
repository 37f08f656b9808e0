package storage

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
)

// Subjects says what an account holds about people, by their telephone number, and
// erases it: for those who ask what is known of them, and want it gone.
type Subjects interface {
	// Export is all that the account holds about a number: nothing of an account that
	// does not exist.
	Export(ctx context.Context, account string, n number.E164) (Subject, error)

	// Erase removes it: calls with their turns and what the feed says of them,
	// messages, and counted guesses. Each message, and each recording that was none,
	// is posted as deleted (flow.PostMessageDeleted), so that whoever keeps the
	// recording deletes that too. *LiveError: a call of the number is under way, and nothing was changed; do
	// it again when it is over. After any other error some of it may be gone, and it
	// may be done again. Calls that begin meanwhile are not part of it.
	Erase(ctx context.Context, account string, n number.E164) (Erased, error)
}

// Subject is what an account holds about a telephone number: of the calls that it
// made or that were forwarded by it. That the number is an agent's, or in a flow, is
// the account's own affair, and no part of it.
type Subject struct {
	Number   number.E164   `json:"number"`
	At       time.Time     `json:"at"` // when it was read
	Calls    []SubjectCall `json:"calls"`
	Messages []Message     `json:"messages"` // their recordings are where Ref says, or kept by whoever keeps them
	Keys     []string      `json:"keys"`     // of the budget: that wrong entries are counted for it
}

// SubjectCall is one call with all that is kept of it.
type SubjectCall struct {
	Call    flow.Call   `json:"call"`
	Turns   []flow.Turn `json:"turns"`
	Entries []Entry     `json:"entries"` // of the feed
}

// Erased is how much was erased.
type Erased struct {
	Calls    int `json:"calls"`
	Messages int `json:"messages"`
	Keys     int `json:"keys"`
}

// LiveError says which calls of a number are under way.
type LiveError struct{ Calls []string }

func (e *LiveError) Error() string {
	return fmt.Sprintf("a call of this number is under way (%s); nothing was erased, do it again when it is over", strings.Join(e.Calls, ", "))
}

// Names reports whether a key of the budget names a number, as the engine's do that
// count what a caller does.
func Names(key string, n number.E164) bool {
	for rest := key; n != ""; {
		_, after, found := strings.Cut(rest, string(n))
		if !found {
			return false
		}
		if after == "" || after[0] < '0' || after[0] > '9' {
			return true
		}
		rest = after
	}
	return false
}

// Concerns reports whether a call is part of what is held about a number.
func Concerns(c *flow.Call, n number.E164) bool {
	return c.Info != nil && n != "" && (c.From == n || c.Forwarder() == n)
}
