package setup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/extflow/extflow/audio"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
)

// Apply makes the store's account what the document says, as compared with what
// was read before, and returns what was done, a line each. Presences of agents who
// are there stay, and so do the extensions of those named in keep.
//
// It is rehearsed on a copy first: what the store would refuse is found, all of it,
// before anything is changed. Where the store fails in the middle all the same, or
// somebody changes the account meanwhile, the error is an *Unfinished.
func Apply(ctx context.Context, s storage.Store, was State, want account.Document, keep map[string]bool, note string) (done []string, err error) {
	if want.Settings, err = audio.Pin(ctx, s.Audio(), was.Account.ID, want.Settings); err != nil {
		return nil, fmt.Errorf("nothing was changed: %w", err)
	}
	if err := rehearse(ctx, s, was, want, keep); err != nil {
		return nil, fmt.Errorf("nothing was changed: %w", err)
	}
	a := applier{ctx: ctx, store: s, id: was.Account.ID, was: was, want: want, keep: keep}
	for _, step := range a.steps(note) {
		if err := step(); err != nil {
			return a.done, &Unfinished{Done: a.done, Err: err}
		}
	}
	return a.done, nil
}

// Unfinished is an Apply that broke off: what was done stays. The same document
// applied again does what is left.
type Unfinished struct {
	Done []string
	Err  error
}

func (u *Unfinished) Error() string {
	so := "nothing was changed"
	if len(u.Done) > 0 {
		so = "already " + strings.Join(u.Done, ", ")
	}
	return fmt.Sprintf("%v; %s; apply the document again for the rest", u.Err, so)
}

func (u *Unfinished) Unwrap() error { return u.Err }

func (a *applier) steps(note string) []func() error {
	return []func() error{a.account, a.agents, a.members, func() error { return a.release(note) }, a.numbers, a.removals}
}

// fails is the end of a step; a rehearsal goes on, to find all that is refused.
func (a *applier) fails(format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	if a.refused != nil {
		*a.refused = append(*a.refused, err)
		return nil
	}
	return err
}

type applier struct {
	ctx   context.Context
	store storage.Store
	id    string
	was   State
	want  account.Document
	keep  map[string]bool
	done  []string

	refused *[]error // of a rehearsal
}

func (a *applier) did(format string, args ...any) {
	a.done = append(a.done, fmt.Sprintf(format, args...))
}

func (a *applier) account() error {
	next := a.was.Account
	next.Range, next.Quarantine, next.Region = a.want.Range, a.want.Quarantine, a.want.Region
	next.Countries, next.KeepCalls, next.Emergency = a.want.Countries, a.want.KeepCalls, a.want.Emergency
	if same(next, a.was.Account) {
		return nil
	}
	if err := a.store.Accounts().Put(a.ctx, next); err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	a.did("changed the settings of the account")
	return nil
}

// agents adds and changes agents: those that name their extension first.
func (a *applier) agents() error {
	stored := byID(a.was.Document.Agents)
	wanted := slices.Clone(a.want.Agents)
	for i, agent := range wanted {
		was, known := stored[agent.ID]
		wanted[i].Rev, wanted[i].Duty = was.Rev, extension.Duty{}
		if a.keep[agent.ID] { // the document left the extension open
			wanted[i].Extension = was.Extension
		}
		if known {
			wanted[i].Presence, wanted[i].Reason = was.Presence, was.Reason
		}
	}
	slices.SortStableFunc(wanted, func(x, y extension.Agent) int {
		return cmp.Compare(b2i(x.Extension == ""), b2i(y.Extension == ""))
	})
	for _, agent := range wanted {
		was, known := stored[agent.ID]
		was.Duty = extension.Duty{}
		if known && same(agent, was) {
			continue
		}
		put, err := a.store.Directory().Put(a.ctx, a.id, agent)
		if err != nil {
			if err := a.fails("agents.%s: %w", agent.ID, err); err != nil {
				return err
			}
			continue
		}
		if known {
			a.did("changed agent %s", agent.ID)
		} else {
			a.did("added agent %s with extension %s", agent.ID, put.Extension)
		}
	}
	return nil
}

func (a *applier) members() error {
	queues := map[string]bool{}
	for q := range a.want.Members {
		queues[q] = true
	}
	for q := range a.was.Document.Members {
		queues[q] = true
	}
	for _, q := range slices.Sorted(maps.Keys(queues)) {
		if slices.Equal(a.want.Members[q], a.was.Document.Members[q]) {
			continue
		}
		if err := a.store.Queues().SetMembers(a.ctx, a.id, q, a.want.Members[q]); err != nil {
			if err := a.fails("queues.%s.members: %w", q, err); err != nil {
				return err
			}
			continue
		}
		a.did("changed the members of queue %s", q)
	}
	return nil
}

func (a *applier) release(note string) error {
	if same(a.want.Settings, a.was.Release.Settings) {
		return nil
	}
	r, err := publish(a.ctx, a.store, a.id, a.was.Release.Version, a.want.Settings, note)
	if err != nil {
		return fmt.Errorf("release: %w", err)
	}
	a.did("published version %d", r.Version)
	return nil
}

func (a *applier) numbers() error {
	stored := map[number.E164]number.Assignment{}
	for _, n := range a.was.Document.Numbers {
		stored[n.Number] = n
	}
	for _, n := range a.want.Numbers {
		was := stored[n.Number]
		n.Account, n.Rev = a.id, was.Rev
		delete(stored, n.Number)
		if same(n, was) {
			continue
		}
		if err := a.store.Numbers().Assign(a.ctx, n); err != nil {
			if err := a.fails("numbers.%s: %w", string(n.Number), err); err != nil {
				return err
			}
			continue
		}
		a.did("assigned number %s", string(n.Number))
	}
	for _, n := range slices.Sorted(maps.Keys(stored)) {
		if err := a.store.Numbers().Unassign(a.ctx, a.id, n); err != nil && !errors.Is(err, storage.ErrNotFound) {
			return fmt.Errorf("numbers.%s: %w", string(n), err)
		}
		a.did("unassigned number %s", string(n))
	}
	return nil
}

func (a *applier) removals() error {
	wanted := byID(a.want.Agents)
	for _, agent := range a.was.Document.Agents {
		if _, stays := wanted[agent.ID]; stays {
			continue
		}
		if err := a.store.Directory().Remove(a.ctx, a.id, agent.ID); err != nil && !errors.Is(err, storage.ErrNotFound) {
			if err := a.fails("agents.%s: %w", agent.ID, err); err != nil {
				return err
			}
			continue
		}
		a.did("removed agent %s", agent.ID)
	}
	return nil
}

func byID(agents []extension.Agent) map[string]extension.Agent {
	m := make(map[string]extension.Agent, len(agents))
	for _, a := range agents {
		m[a.ID] = a
	}
	return m
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Deadline is a reasonable time for Apply and Read on an account of a megabyte.
const Deadline = 10 * time.Second
