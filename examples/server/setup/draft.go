package setup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/number/written"
	"github.com/extflow/extflow/storage"
)

// Draft is the account document as it stands in the store, to be changed. Agents
// are in it as far as the rest may refer to them.
type Draft struct {
	State State
	Root  map[string]any // as the document is written, in JSON's types
}

// OpenDraft reads a draft from the store.
func OpenDraft(ctx context.Context, s storage.Store, id string) (*Draft, error) {
	st, err := Read(ctx, s, id)
	if err != nil {
		return nil, err
	}
	return Drafted(st)
}

// Drafted is the draft of a state that was read.
func Drafted(st State) (*Draft, error) {
	doc := st.Document
	doc.Agents = make([]extension.Agent, len(st.Document.Agents))
	for i, g := range st.Document.Agents {
		doc.Agents[i] = extension.Agent{ID: g.ID, Extension: g.Extension, Mailbox: g.Mailbox, Hours: g.Hours}
	}
	text, err := account.ExportJSON(&doc)
	if err != nil {
		return nil, err
	}
	d := &Draft{State: st}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	return d, dec.Decode(&d.Root)
}

// Section is one of the document's maps by name, as in "flows"; nil where there is
// nothing in it.
func (d *Draft) Section(all string) map[string]any {
	m, _ := d.Root[all].(map[string]any)
	return m
}

// key is the name under which a thing stands in its section: a number may be
// written in another form.
func (d *Draft) key(all, name string) (string, error) {
	if all != "numbers" {
		return name, nil
	}
	n, err := written.Parse(name, d.State.Account.Region)
	if err != nil {
		return "", err
	}
	for key := range d.Section(all) {
		if other, err := written.Parse(key, d.State.Account.Region); err == nil && other == n {
			return key, nil
		}
	}
	return string(n), nil
}

// Find is a thing of a section. The error is storage.ErrNotFound, or one of
// number/written's for what is no number.
func (d *Draft) Find(all, name string) (map[string]any, error) {
	key, err := d.key(all, name)
	if err != nil {
		return nil, err
	}
	if v, ok := d.Section(all)[key].(map[string]any); ok {
		return v, nil
	}
	return nil, fmt.Errorf("%s has no %q: %w", all, name, storage.ErrNotFound)
}

// Set puts a thing into a section. A queue that says nothing of its members keeps
// them; who owns a mailbox is read from the mailbox alone.
func (d *Draft) Set(all, name string, v map[string]any) error {
	key, err := d.key(all, name)
	if err != nil {
		return err
	}
	if _, given := v["members"]; all == "queues" && !given { // those who serve a queue stay
		if was, ok := d.Section(all)[key].(map[string]any); ok && was["members"] != nil {
			v["members"] = was["members"]
		}
	}
	if all == "mailboxes" {
		d.disown(key)
	}
	if d.Section(all) == nil {
		d.Root[all] = map[string]any{}
	}
	d.Section(all)[key] = v
	return nil
}

// Remove takes a thing out of its section. The errors are Find's.
func (d *Draft) Remove(all, name string) error {
	if _, err := d.Find(all, name); err != nil {
		return err
	}
	key, err := d.key(all, name)
	if all == "mailboxes" {
		d.disown(key)
	}
	delete(d.Section(all), key)
	return err
}

// disown takes a mailbox from the agent who owns it: who owns it next is read from
// the mailbox.
func (d *Draft) disown(mailbox string) {
	was, _ := d.Section("mailboxes")[mailbox].(map[string]any)
	agents, _ := d.Root["agents"].([]any)
	for _, g := range agents {
		if m, ok := g.(map[string]any); ok && was["owner"] != nil && m["id"] == was["owner"] && m["mailbox"] == mailbox {
			delete(m, "mailbox")
		}
	}
}

// Check reads the draft as a document. The error is account.Faults.
func (d *Draft) Check() (*account.Document, error) {
	text, err := json.Marshal(d.Root)
	if err != nil {
		return nil, err
	}
	doc, err := account.ParseAmong(text, d.State.Files())
	if err != nil {
		return nil, err
	}
	if faults := d.comesBack(doc); len(faults) > 0 {
		return nil, faults
	}
	return doc, nil
}

// comesBack are the numbers that the draft adds and that an agent is rung at, of which a
// draft says nothing: a call to the agent would come back.
func (d *Draft) comesBack(doc *account.Document) (faults account.Faults) {
	had := map[number.E164]bool{}
	for _, n := range d.State.Document.Numbers {
		had[n.Number] = true
	}
	for _, n := range doc.Numbers {
		for _, g := range d.State.Document.Agents {
			if !had[n.Number] && slices.ContainsFunc(g.Endpoints, func(e extension.Endpoint) bool { at, ok := e.Number(); return ok && at == n.Number }) {
				faults = append(faults, account.Fault{Line: 1, Path: "numbers." + string(n.Number), Problem: "agent " + g.ID + " is rung at it, so the call would come back; give the agent a telephone's own number first"})
			}
		}
	}
	return faults
}

// Store checks a draft and stores what it changes. Of agents only the mailboxes are
// taken from it: one that names its owner is that agent's. The errors are Check's
// and Apply's.
func (d *Draft) Store(ctx context.Context, s storage.Store, note string) error {
	doc, err := d.Check()
	if err != nil {
		return err
	}
	want := *doc
	want.Agents = slices.Clone(d.State.Document.Agents)
	for i, g := range doc.Agents { // in the order of the store's
		want.Agents[i].Mailbox = g.Mailbox
	}
	_, err = Apply(ctx, s, d.State, want, nil, note)
	return err
}

// edits is how often a change is repeated that somebody else's came before.
const edits = 5

// Edit changes the account document, checks it whole, and stores what has changed,
// again from the start where somebody else published meanwhile. It returns the
// draft as it stands then.
func Edit(ctx context.Context, s storage.Store, id, note string, change func(*Draft) error) (*Draft, error) {
	for try := 1; ; try++ {
		d, err := OpenDraft(ctx, s, id)
		if err != nil {
			return nil, err
		}
		if err := change(d); err != nil {
			return nil, err
		}
		err = d.Store(ctx, s, note)
		if errors.Is(err, storage.ErrConflict) && try < edits {
			continue
		}
		if err != nil {
			return nil, err
		}
		return OpenDraft(ctx, s, id)
	}
}
