package console

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/extflow/extflow/storage"
)

// The archive: flows that are out of the way, and can be put back. What is in it is in no
// version that is published from then on; calls under way and earlier versions keep it.

const archiveKind = "archived-flow"

// archived is a flow in the archive.
type archived struct {
	Name  string    `json:"name"`
	Flow  any       `json:"flow"`
	By    string    `json:"by,omitempty"`
	At    time.Time `json:"-"`
	Says  string    `json:"-"`
	notes uint64    // the note's revision
}

func (c *Console) archive(ctx context.Context) ([]archived, error) {
	var all []archived
	for n, err := range c.cfg.Store.Notes().List(ctx, c.cfg.Account, archiveKind) {
		if err != nil {
			return nil, err
		}
		a, err := archivedIn(n)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

func archivedIn(n storage.Note) (archived, error) {
	a := archived{notes: n.Rev, At: n.At}
	err := json.Unmarshal(n.Body, &a)
	a.Flow = jsoned(a.Flow)
	a.Says = summary("flows", a.Flow)
	return a, err
}

// archiveFlow puts a flow away. One of its name that is there already is replaced.
func (c *Console) archiveFlow(w http.ResponseWriter, r *http.Request) error {
	ctx, name := r.Context(), r.PathValue("name")
	if err := c.unused(r, thing{"flows", name}); err != nil {
		return err
	}
	d, err := c.draft(ctx, person(r))
	if err != nil {
		return err
	}
	is, there := d.Now["flows"][name]
	if !there {
		return storage.ErrNotFound
	}
	body, err := json.Marshal(archived{Name: name, Flow: is, By: person(r).ID})
	if err != nil {
		return err
	}
	was, err := c.cfg.Store.Notes().Load(ctx, c.cfg.Account, archiveKind, name)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	if err := c.cfg.Store.Notes().Put(ctx, c.cfg.Account, storage.Note{Kind: archiveKind, Name: name, Body: body, Rev: was.Rev}); err != nil {
		return err
	}
	if err := c.change(r, func(d *draft) error { d.set("flows", name, nil); return nil }); err != nil {
		return err
	}
	return c.next(w, r, "flows?done=archived")
}

// unarchive puts a flow from the archive into the draft, or deletes it for good. One that
// would take another's name gets another.
func (c *Console) unarchive(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	n, err := c.cfg.Store.Notes().Load(ctx, c.cfg.Account, archiveKind, r.FormValue("name"))
	if err != nil {
		return err
	}
	a, err := archivedIn(n)
	if err != nil {
		return err
	}
	to := "flows?done=removed"
	if r.FormValue("act") != "delete" {
		name := a.Name
		err := c.change(r, func(d *draft) error {
			for name = a.Name; d.Now["flows"][name] != nil; {
				name += " again"
			}
			d.set("flows", name, cloned(a.Flow))
			return nil
		})
		if err != nil {
			return err
		}
		to = "flows/" + url.PathEscape(name) + "?done=back"
	}
	if err := c.cfg.Store.Notes().Delete(ctx, c.cfg.Account, archiveKind, n.Name); err != nil && !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	return c.next(w, r, to)
}
