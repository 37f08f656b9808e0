package extflow

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
)

// Setup is an account to begin with. It has the fields of account.Document, so
// that Setup(*document) is what a document says; a program may fill in one itself,
// where everything but Account may be left out.
type Setup struct {
	Account string // its id

	Range      extension.Range  // which extensions the account has
	Quarantine time.Duration    // how long a freed extension rests; 0 is 30 days
	Region     string           // ISO 3166; the country of numbers that are written without one
	Countries  []string         // ISO 3166; where agents' telephones and hand-offs may be
	KeepCalls  time.Duration    // how long finished calls are kept; 0 is 90 days
	Emergency  number.Emergency // of the numbers that do not say it themselves

	Settings flow.Settings       // what the first release is made of
	Agents   []extension.Agent   // those without an extension get the next free one, in this order
	Members  map[string][]string // agents' ids, by queue
	Numbers  []number.Assignment // their Account may be left out
}

func (s Setup) account() storage.Account {
	return storage.Account{
		ID: s.Account, Range: s.Range, Quarantine: s.Quarantine,
		Region: s.Region, Countries: s.Countries, KeepCalls: s.KeepCalls, Emergency: s.Emergency,
	}
}

// ErrExists is returned by Install for an account that the store has already.
var ErrExists = errors.New("the account exists already")

// Install puts a new account into a store and publishes its first release, whose
// id it returns. Settings are checked before anything is stored: their faults are
// flow.Faults. The store's own errors say which part they are about; what was
// stored before them stays.
func Install(ctx context.Context, s storage.Store, setup Setup, now time.Time) (release string, err error) {
	id := setup.Account
	first, err := flow.NewRelease(id, uuid.NewString(), 1, now, setup.Settings)
	if err != nil {
		return "", err
	}
	if err := s.Accounts().Put(ctx, setup.account()); err != nil {
		if errors.Is(err, storage.ErrConflict) {
			return "", fmt.Errorf("account %s: %w", id, ErrExists)
		}
		return "", fmt.Errorf("account %s: %w", id, err)
	}
	for _, a := range explicitFirst(setup.Agents) {
		if _, err := s.Directory().Put(ctx, id, a); err != nil {
			return "", fmt.Errorf("agent %s: %w", a.ID, err)
		}
	}
	for _, queue := range slices.Sorted(maps.Keys(setup.Members)) {
		if err := s.Queues().SetMembers(ctx, id, queue, setup.Members[queue]); err != nil {
			return "", fmt.Errorf("members of queue %s: %w", queue, err)
		}
	}
	if err := s.Releases().Publish(ctx, first); err != nil {
		return "", fmt.Errorf("release of %s: %w", id, err)
	}
	for _, n := range setup.Numbers {
		n.Account = id
		if n.Emergency == (number.Emergency{}) {
			n.Emergency = setup.Emergency
		}
		if err := s.Numbers().Assign(ctx, n); err != nil {
			return "", fmt.Errorf("number %s: %w", n.Number, err)
		}
	}
	return first.ID, nil
}

// explicitFirst is the agents with those that name their extension before those
// that get the next free one.
func explicitFirst(agents []extension.Agent) []extension.Agent {
	return slices.SortedStableFunc(slices.Values(agents), func(a, b extension.Agent) int {
		switch {
		case (a.Extension == "") == (b.Extension == ""):
			return 0
		case a.Extension != "":
			return -1
		}
		return 1
	})
}
