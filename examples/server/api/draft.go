package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/extflow/extflow/examples/server/setup"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/number/written"
	"github.com/extflow/extflow/storage"
)

// draft is the account document as it stands in the store, to be changed. Agents
// are in it as far as the rest may refer to them.
type draft struct {
	state setup.State
	root  map[string]any
}

func (a *API) open(ctx context.Context) (*draft, error) {
	st, err := setup.Read(ctx, a.cfg.Store, a.cfg.Account)
	if err != nil {
		return nil, err
	}
	doc := st.Document
	doc.Agents = make([]extension.Agent, len(st.Document.Agents))
	for i, g := range st.Document.Agents {
		doc.Agents[i] = extension.Agent{ID: g.ID, Extension: g.Extension, Mailbox: g.Mailbox, Hours: g.Hours}
	}
	text, err := account.ExportJSON(&doc)
	if err != nil {
		return nil, err
	}
	d := &draft{state: st}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	return d, dec.Decode(&d.root)
}

func (d *draft) section(all string) map[string]any {
	m, _ := d.root[all].(map[string]any)
	return m
}

// key is the name under which a thing stands in its section: a number may be
// written in another form.
func (d *draft) key(all, name string) (string, error) {
	if all != "numbers" {
		return name, nil
	}
	n, err := written.Parse(name, d.state.Account.Region)
	if err != nil {
		return "", err
	}
	for key := range d.section(all) {
		if other, err := written.Parse(key, d.state.Account.Region); err == nil && other == n {
			return key, nil
		}
	}
	return string(n), nil
}

func (d *draft) find(all, name string) (map[string]any, error) {
	key, err := d.key(all, name)
	if err != nil {
		return nil, err
	}
	if v, ok := d.section(all)[key].(map[string]any); ok {
		return v, nil
	}
	return nil, fmt.Errorf("%s has no %q: %w", all, name, storage.ErrNotFound)
}

func found[T ~map[string]any](d *draft, all, name string) (*thing[T], error) {
	v, err := d.find(all, name)
	if err != nil {
		return nil, err
	}
	return &thing[T]{ETag: tag(v), Body: T(v)}, nil
}

func (d *draft) matches(all, name, ifMatch string) error {
	if ifMatch == "" {
		return nil
	}
	v, err := d.find(all, name)
	if errors.Is(err, storage.ErrNotFound) {
		return matches(ifMatch+"x", "")
	}
	if err != nil {
		return err
	}
	return matches(ifMatch, tag(v))
}

func (d *draft) set(all, name string, v map[string]any) error {
	key, err := d.key(all, name)
	if err != nil {
		return err
	}
	if _, given := v["members"]; all == "queues" && !given { // those who serve a queue stay
		if was, ok := d.section(all)[key].(map[string]any); ok && was["members"] != nil {
			v["members"] = was["members"]
		}
	}
	if all == "mailboxes" {
		d.disown(key)
	}
	if d.section(all) == nil {
		d.root[all] = map[string]any{}
	}
	d.section(all)[key] = v
	return nil
}

func (d *draft) remove(all, name string) error {
	if _, err := d.find(all, name); err != nil {
		return err
	}
	key, err := d.key(all, name)
	if all == "mailboxes" {
		d.disown(key)
	}
	delete(d.section(all), key)
	return err
}

// disown takes a mailbox from the agent who owns it: who owns it next is read from
// the mailbox.
func (d *draft) disown(mailbox string) {
	was, _ := d.section("mailboxes")[mailbox].(map[string]any)
	agents, _ := d.root["agents"].([]any)
	for _, g := range agents {
		if m, ok := g.(map[string]any); ok && was["owner"] != nil && m["id"] == was["owner"] && m["mailbox"] == mailbox {
			delete(m, "mailbox")
		}
	}
}

// edits is how often a change is repeated that somebody else's came before.
const edits = 5

// edit changes the account document, checks it whole, and stores what has changed,
// again from the start where somebody else published meanwhile.
func (a *API) edit(ctx context.Context, note string, change func(*draft) error) (*draft, error) {
	for try := 1; ; try++ {
		d, err := a.open(ctx)
		if err != nil {
			return nil, err
		}
		if err := change(d); err != nil {
			return nil, err
		}
		err = a.store(ctx, d, note)
		if errors.Is(err, storage.ErrConflict) && try < edits {
			continue
		}
		if err != nil {
			return nil, err
		}
		a.settled(ctx)
		return a.open(ctx)
	}
}

// store checks a draft and stores it. Of agents only the mailboxes are taken from
// it: one that names its owner is that agent's.
func (a *API) store(ctx context.Context, d *draft, note string) error {
	text, err := json.Marshal(d.root)
	if err != nil {
		return err
	}
	doc, err := account.Parse(text)
	if err != nil {
		return err
	}
	want := *doc
	want.Agents = slices.Clone(d.state.Document.Agents)
	for i, g := range doc.Agents { // in the order of the store's
		want.Agents[i].Mailbox = g.Mailbox
	}
	_, err = setup.Apply(ctx, a.cfg.Store, d.state, want, nil, note)
	return err
}
