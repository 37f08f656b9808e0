package memory

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
)

// directory is the store as storage.Directory: an extension.Directory for each
// account, and what calls hold.
type directory Store

func (d *directory) Find(ctx context.Context, id string, l storage.Lookup) (extension.Class, *extension.Party, error) {
	s := (*Store)(d)
	a, err := s.reach(ctx, id)
	if err != nil {
		return 0, nil, err
	}
	q := extension.Inquiry{Call: l.Call, Caller: l.Caller, Carrier: l.Carrier, Now: s.now()}
	var class extension.Class
	var party *extension.Party
	a.ask(l.Open, q, func(q extension.Inquiry) {
		class, party = a.dir.Find(l.Entry, q)
	})
	return class, party, nil
}

// ask looks something up under the account's lock. What it wants to know of hours
// is asked of the product without the lock, and then it looks again: open may take
// its time, or come back to the store.
func (a *account) ask(open func(hours string) bool, q extension.Inquiry, look func(extension.Inquiry)) {
	known := map[string]bool{}
	for {
		var asked []string
		if open != nil {
			q.Closed = func(hours string) bool {
				closed, ok := known[hours]
				if !ok {
					asked = append(asked, hours)
				}
				return closed
			}
		}
		a.mu.RLock()
		look(q)
		a.mu.RUnlock()
		if len(asked) == 0 {
			return
		}
		for _, hours := range asked {
			if _, ok := known[hours]; !ok {
				known[hours] = !open(hours)
			}
		}
	}
}

func (d *directory) Agent(ctx context.Context, id, agent string) (extension.Agent, error) {
	a, err := (*Store)(d).reach(ctx, id)
	if err != nil {
		return extension.Agent{}, err
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	if found, ok := a.dir.Agent(agent); ok {
		return found, nil
	}
	return extension.Agent{}, fmt.Errorf("agent %q: %w", agent, storage.ErrNotFound)
}

func (d *directory) Put(ctx context.Context, id string, agent extension.Agent) (extension.Agent, error) {
	s := (*Store)(d)
	a, err := s.reach(ctx, id)
	if err != nil {
		return extension.Agent{}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	put, err := a.dir.Put(s.now(), agent)
	switch {
	case errors.Is(err, extension.ErrConflict):
		return extension.Agent{}, fmt.Errorf("%w: %w", storage.ErrConflict, err)
	case err != nil:
		return extension.Agent{}, err
	}
	return put[0], nil
}

func (d *directory) SetPresence(ctx context.Context, id, agent string, p extension.Presence, reason string) error {
	a, err := (*Store)(d).reach(ctx, id)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	_, err = a.dir.SetPresence(agent, p, reason)
	return orNotFound(err)
}

// Remove refuses, with extension.ErrNamed, an agent who is another's successor.
func (d *directory) Remove(ctx context.Context, id, agent string) error {
	s := (*Store)(d)
	a, err := s.reach(ctx, id)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	_, err = a.dir.Remove(s.now(), agent)
	return orNotFound(err)
}

// orNotFound makes an agent who is not there storage's error too.
func orNotFound(err error) error {
	if errors.Is(err, extension.ErrNoAgent) {
		return fmt.Errorf("%w: %w", storage.ErrNotFound, err)
	}
	return err
}

// Agents yields the agents as they were when it began.
func (d *directory) Agents(ctx context.Context, id string) iter.Seq2[extension.Agent, error] {
	return func(yield func(extension.Agent, error) bool) {
		a, err := (*Store)(d).reach(ctx, id)
		if errors.Is(err, storage.ErrNotFound) {
			return
		}
		if err != nil {
			yield(extension.Agent{}, err)
			return
		}
		a.mu.RLock()
		agents := slices.Collect(a.dir.Agents())
		a.mu.RUnlock()
		order := make([]int32, len(agents)) // an agent is large, and sorting moves what it sorts
		for i := range order {
			order[i] = int32(i)
		}
		slices.SortFunc(order, func(x, y int32) int { return strings.Compare(agents[x].Extension, agents[y].Extension) })
		for _, i := range order {
			if !yield(agents[i], nil) {
				return
			}
		}
	}
}

func (d *directory) Spelled(ctx context.Context, id, keys string, n int) ([]extension.Listing, error) {
	a, err := (*Store)(d).reach(ctx, id)
	if err != nil {
		return nil, err
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.dir.Spelled(keys, n), nil
}

func (d *directory) Reached(ctx context.Context, id string, address number.E164) (bool, error) {
	a, err := (*Store)(d).reach(ctx, id)
	if err != nil || address == "" {
		return false, err
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	_, held := a.dir.HeldAt(address)
	return held, nil
}
