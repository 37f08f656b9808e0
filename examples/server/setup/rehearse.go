package setup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
)

// rehearse applies the document to a copy in memory and returns everything that is
// refused there. What a copy cannot know is asked for: numbers of other accounts.
func rehearse(ctx context.Context, s storage.Store, was State, want account.Document, keep map[string]bool) error {
	now, err := s.Agenda().Now(ctx)
	if err != nil {
		return err
	}
	kept := memory.New(memory.Config{Now: func() time.Time { return now }})
	from := was.Document
	from.Agents, from.Numbers = slices.Clone(from.Agents), slices.Clone(from.Numbers)
	for i := range from.Agents {
		from.Agents[i].Rev, from.Agents[i].Duty = 0, extension.Duty{}
	}
	for i := range from.Numbers {
		from.Numbers[i].Rev, from.Numbers[i].Release = 0, ""
	}
	if _, err := extflow.Install(ctx, kept, extflow.Setup(from), now); err != nil {
		return err
	}
	copied, err := Read(ctx, kept, was.Account.ID)
	if err != nil {
		return err
	}
	var faults []error
	for i, n := range want.Numbers {
		if by, err := s.Numbers().Entry(ctx, n.Number); err == nil && by.Account != was.Account.ID {
			faults = append(faults, fmt.Errorf("numbers.%s: it belongs to another account", string(n.Number)))
		}
		if n.Release != "" {
			want.Numbers = slices.Clone(want.Numbers)
			want.Numbers[i].Release = "" // which only the store has
		}
	}
	a := applier{ctx: ctx, store: kept, id: was.Account.ID, was: copied, want: want, keep: keep, refused: &faults}
	for _, step := range a.steps("") {
		if err := step(); err != nil {
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}
