package api

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/extflow/extflow/examples/server/setup"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/storage"
)

// Release is what an account published, without or with its settings.
type Release struct {
	ID       string          `json:"id"`
	Version  uint32          `json:"version" doc:"from 1"`
	At       time.Time       `json:"at"`
	Note     string          `json:"note,omitempty"`
	Document json.RawMessage `json:"document,omitempty" doc:"its part of the account document"`
}

func told(r flow.Release) Release {
	return Release{ID: r.ID, Version: r.Version, At: r.At, Note: r.Note}
}

func (a *API) releases() {
	const tag = "releases"
	add(a, operation{id: "list-releases", method: http.MethodGet, path: "/releases", tag: tag, summary: "What was published, the newest first"}, a.listReleases)
	add(a, operation{id: "read-release", method: http.MethodGet, path: "/releases/{release}", tag: tag, summary: "One release, with its settings"}, a.readRelease)
	add(a, operation{id: "publish-release", method: http.MethodPost, path: "/releases", tag: tag, status: http.StatusCreated, body: DocumentBody,
		summary: "Publish settings", about: "Sections of the account document that are given take the place of what there is; or an earlier release is published again. Calls that are under way keep theirs."}, a.publishRelease)
}

func (a *API) listReleases(ctx context.Context, in *struct {
	Limit int `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}) (*struct {
	Body struct {
		Releases []Release `json:"releases"`
	}
}, error) {
	out := new(struct {
		Body struct {
			Releases []Release `json:"releases"`
		}
	})
	out.Body.Releases = []Release{}
	for r, err := range a.cfg.Store.Releases().List(ctx, a.cfg.Account) {
		if err != nil {
			return nil, err
		}
		if out.Body.Releases = append(out.Body.Releases, told(r)); len(out.Body.Releases) == in.Limit {
			break
		}
	}
	return out, nil
}

type releaseBody struct {
	ETag string `header:"ETag"`
	Body Release
}

func (a *API) readRelease(ctx context.Context, in *struct {
	Release string `path:"release" maxLength:"64" doc:"an id, a version, or the word latest"`
}) (*releaseBody, error) {
	r, err := a.release(ctx, in.Release)
	if err != nil {
		return nil, err
	}
	return a.whole(ctx, r)
}

func (a *API) release(ctx context.Context, name string) (flow.Release, error) {
	releases := a.cfg.Store.Releases()
	if name == "latest" {
		return releases.Latest(ctx, a.cfg.Account)
	}
	version, err := strconv.ParseUint(name, 10, 32)
	if err != nil {
		return releases.Load(ctx, a.cfg.Account, name)
	}
	for r, err := range releases.List(ctx, a.cfg.Account) {
		if err != nil || uint64(r.Version) == version {
			return r, err
		}
	}
	return flow.Release{}, fmt.Errorf("version %d: %w", version, storage.ErrNotFound)
}

// whole is a release with its settings in the notation of the account document.
func (a *API) whole(ctx context.Context, r flow.Release) (*releaseBody, error) {
	out := &releaseBody{ETag: `"` + r.ID + `"`, Body: told(r)}
	text, err := account.ExportJSON(&account.Document{Account: r.Account, Settings: r.Settings})
	out.Body.Document = text
	return out, err
}

// Publishable are the sections that a release is made of.
type Publishable struct {
	Messages  map[string]Message  `json:"messages,omitzero" required:"false"`
	Hours     map[string]Hours    `json:"hours,omitzero" required:"false"`
	Mailboxes map[string]Mailbox  `json:"mailboxes,omitzero" required:"false"`
	Queues    map[string]Queue    `json:"queues,omitzero" required:"false"`
	Menus     map[string]Menu     `json:"menus,omitzero" required:"false"`
	Flows     map[string]Flow     `json:"flows,omitzero" required:"false"`
	Questions map[string]Question `json:"questions,omitzero" required:"false"`

	Directories map[string]Directory `json:"directories,omitzero" required:"false"`
}

func (a *API) publishRelease(ctx context.Context, in *struct {
	Body struct {
		Expected uint32       `json:"expected" minimum:"1" doc:"the version of the release that this one follows"`
		Note     string       `json:"note,omitempty" maxLength:"200"`
		From     string       `json:"from,omitempty" maxLength:"64" doc:"an earlier release to publish again, by id or version"`
		Document *Publishable `json:"document,omitempty" doc:"the sections to publish; those left out stay"`
	}
}) (*releaseBody, error) {
	if (in.Body.From == "") == (in.Body.Document == nil) {
		return nil, at(http.StatusUnprocessableEntity, "body", "give either document or from")
	}
	d, err := a.open(ctx)
	if err != nil {
		return nil, err
	}
	if newest := d.State.Release.Version; newest != in.Body.Expected {
		return nil, at(http.StatusConflict, "body.expected", "version %d is the newest by now; read it and repeat the change", newest)
	}
	doc, err := a.publishable(ctx, d, in.Body.From, in.Body.Document)
	if err != nil {
		return nil, err
	}
	r, err := setup.Publish(ctx, a.cfg.Store, a.cfg.Account, in.Body.Expected, doc.Settings, in.Body.Note)
	if err != nil {
		return nil, err
	}
	if err := a.own(ctx, doc); err != nil {
		return nil, err
	}
	a.settled(ctx)
	return a.whole(ctx, r)
}

// own gives agents the mailboxes that a document says are theirs.
func (a *API) own(ctx context.Context, doc *account.Document) error {
	st, err := setup.Read(ctx, a.cfg.Store, a.cfg.Account)
	if err != nil {
		return err
	}
	want := st.Document
	want.Agents = slices.Clone(want.Agents)
	for i, g := range want.Agents {
		for _, said := range doc.Agents {
			if said.ID == g.ID {
				want.Agents[i].Mailbox = said.Mailbox
			}
		}
	}
	_, err = setup.Apply(ctx, a.cfg.Store, st, want, nil, "")
	return err
}

// publishable is a document with the settings to publish, checked against agents and numbers as
// they are now. What answers each number stays.
func (a *API) publishable(ctx context.Context, d *setup.Draft, from string, p *Publishable) (*account.Document, error) {
	if from != "" {
		r, err := a.release(ctx, from)
		if err != nil {
			return nil, err
		}
		again := d.State.Document
		again.Settings = r.Settings
		again.Settings.Entries = d.State.Release.Settings.Entries
		again.Agents = slices.Clone(again.Agents)
		for i, g := range again.Agents {
			again.Agents[i] = extension.Agent{ID: g.ID, Extension: g.Extension, Mailbox: g.Mailbox, Hours: g.Hours}
		}
		text, err := account.ExportJSON(&again)
		if err != nil {
			return nil, err
		}
		return account.ParseAmong(text, d.State.Files())
	}
	text, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	var given map[string]map[string]any
	if err := json.Unmarshal(text, &given); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		d.Root[name] = any(given[name])
	}
	for _, q := range given["queues"] {
		if m, ok := q.(map[string]any); ok && m["members"] != nil {
			return nil, at(http.StatusUnprocessableEntity, "body.document.queues",
				"who serves a queue is no part of a release; leave members out, and write them at %s", strings.TrimSuffix(a.cfg.Prefix, "/")+"/queues/{name}/members")
		}
	}
	if text, err = json.Marshal(d.Root); err != nil {
		return nil, err
	}
	return account.ParseAmong(text, d.State.Files())
}
