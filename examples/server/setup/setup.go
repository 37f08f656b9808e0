// Package setup keeps an account document and a store in step: what the store has
// as a document, how the two differ, and a document carried out in the store.
package setup

import (
	"context"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/extflow/extflow/audio"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/storage"
)

// State is an account as the store has it: the document that it would export, and
// what a change is compared with.
type State struct {
	Document account.Document
	Release  flow.Release // the newest
	Account  storage.Account
	Audio    map[string]string // the content of each uploaded file, by its name
}

// Files are the uploaded files, for account.ParseAmong.
func (st State) Files() map[string]bool {
	files := map[string]bool{}
	for name := range st.Audio {
		files[name] = true
	}
	return files
}

// Read is what the store has of an account. The settings are those of its newest
// release, and presences are those of now. The error is storage.ErrNotFound, or the
// store's.
func Read(ctx context.Context, s storage.Store, id string) (State, error) {
	var st State
	var err error
	if st.Account, err = s.Accounts().Load(ctx, id); err != nil {
		return st, err
	}
	if st.Release, err = s.Releases().Latest(ctx, id); err != nil {
		return st, err
	}
	if st.Audio, err = audio.Files(ctx, s.Audio(), id); err != nil {
		return st, err
	}
	a := st.Account
	st.Document = account.Document{
		Account: id, Range: a.Range, Quarantine: a.Quarantine, Region: a.Region,
		Countries: a.Countries, KeepCalls: a.KeepCalls, Emergency: a.Emergency, Settings: st.Release.Settings,
	}
	for agent, err := range s.Directory().Agents(ctx, id) {
		if err != nil {
			return st, err
		}
		st.Document.Agents = append(st.Document.Agents, agent)
	}
	for n, err := range s.Numbers().List(ctx, id) {
		if err != nil {
			return st, err
		}
		st.Document.Numbers = append(st.Document.Numbers, n)
	}
	st.Document.Members = map[string][]string{}
	for _, queue := range slices.Sorted(maps.Keys(st.Release.Settings.Queues)) {
		members, err := Members(ctx, s, id, queue)
		if err != nil {
			return st, err
		}
		if len(members) > 0 {
			st.Document.Members[queue] = members
		}
	}
	return st, nil
}

// Members are the ids of a queue's members, in their order.
func Members(ctx context.Context, s storage.Store, id, queue string) ([]string, error) {
	line, err := s.Queues().Waiting(ctx, id, queue, 0, nil)
	if err != nil {
		return nil, err
	}
	var members []string
	for _, m := range line.Members {
		members = append(members, m.Party.Agent)
	}
	return members, nil
}

// Publish makes settings the account's next release, after the version that they
// were made from, with the files that they play as they are now. The error is storage.ErrConflict where another came first, or
// flow.Faults.
func Publish(ctx context.Context, s storage.Store, id string, after uint32, settings flow.Settings, note string) (flow.Release, error) {
	settings, err := audio.Pin(ctx, s.Audio(), id, settings)
	if err != nil {
		return flow.Release{}, err
	}
	return publish(ctx, s, id, after, settings, note)
}

// publish is Publish of settings that name their files' contents.
func publish(ctx context.Context, s storage.Store, id string, after uint32, settings flow.Settings, note string) (flow.Release, error) {
	now, err := s.Agenda().Now(ctx)
	if err != nil {
		return flow.Release{}, err
	}
	r, err := flow.NewRelease(id, uuid.NewString(), after+1, now, settings)
	if err != nil {
		return flow.Release{}, err
	}
	r.Note = note
	return r, s.Releases().Publish(ctx, r)
}
