package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/storage"
)

// What people do with a whole draft, and with a thing of it: undo, redo, discard,
// remove, copy.

// draftBar is what every page of a draft says of it.
type draftBar struct {
	Changes    int
	Faults     []account.Fault
	Undo, Redo bool
	Base       uint32
	Newer      uint32 // a version that was published since; 0 is none
	Back       string // the page to come back to
}

func (c *Console) bar(ctx context.Context, d *draft, k checked, back string) (*draftBar, error) {
	latest, err := c.cfg.Store.Releases().Latest(ctx, c.cfg.Account)
	if err != nil {
		return nil, err
	}
	b := &draftBar{Changes: len(changedIn(d.began, d.Now)) + len(k.files()), Faults: k.Faults, Undo: len(d.Undo) > 0, Redo: len(d.Redo) > 0, Base: d.Base, Back: back}
	if latest.Version != d.Base {
		b.Newer = latest.Version
	}
	return b, nil
}

// change changes the person's draft and keeps it, again where the person changed it
// at another place at the same time.
func (c *Console) change(r *http.Request, change func(*draft) error) error {
	for try := 1; ; try++ {
		d, err := c.draft(r.Context(), person(r))
		if err != nil {
			return err
		}
		if err := change(d); err != nil {
			return err
		}
		if err = c.keep(r.Context(), person(r), d); !errors.Is(err, storage.ErrConflict) || try == 5 {
			return err
		}
	}
}

func (c *Console) removeThing(w http.ResponseWriter, r *http.Request, section string) error {
	if err := c.unused(r, thing{section, r.PathValue("name")}); err != nil {
		return err
	}
	if err := c.change(r, func(d *draft) error { d.set(section, r.PathValue("name"), nil); return nil }); err != nil {
		return err
	}
	return c.next(w, r, section+"?done=removed")
}

func (c *Console) copyThing(w http.ResponseWriter, r *http.Request, section string) error {
	name := ""
	err := c.change(r, func(d *draft) error {
		v, is := d.Now[section][r.PathValue("name")]
		if !is {
			return storage.ErrNotFound
		}
		name = r.PathValue("name") + " copy"
		for d.Now[section][name] != nil {
			name += " copy"
		}
		d.set(section, name, cloned(v))
		return nil
	})
	if err != nil {
		return err
	}
	return c.next(w, r, section+"/"+url.PathEscape(name))
}

// backTo is the page of a draft to come back to: one of ours, whatever the form says.
func backTo(r *http.Request, done string) string {
	section, name, _ := strings.Cut(r.FormValue("back"), "/")
	if section == "settings" {
		return "settings?done=" + done
	}
	if about[section].Title == "" {
		return "flows?done=" + done
	}
	if name, err := url.PathUnescape(name); err == nil && name != "" {
		return section + "/" + url.PathEscape(name) + "?done=" + done
	}
	return section + "?done=" + done
}

func (c *Console) undo(w http.ResponseWriter, r *http.Request) error {
	if err := c.change(r, func(d *draft) error { d.back(false); return nil }); err != nil {
		return err
	}
	return c.next(w, r, c.stillThere(r, backTo(r, "undone")))
}

func (c *Console) redo(w http.ResponseWriter, r *http.Request) error {
	if err := c.change(r, func(d *draft) error { d.back(true); return nil }); err != nil {
		return err
	}
	return c.next(w, r, c.stillThere(r, backTo(r, "redone")))
}

// stillThere is the page, or its list where the thing has gone.
func (c *Console) stillThere(r *http.Request, page string) string {
	path, query, _ := strings.Cut(page, "?")
	section, escaped, one := strings.Cut(path, "/")
	if !one {
		return page
	}
	name, _ := url.PathUnescape(escaped)
	if d, err := c.draft(r.Context(), person(r)); err == nil {
		if _, is := d.Now[section][name]; is {
			return page
		}
	}
	return section + "?" + query
}

func (c *Console) discard(w http.ResponseWriter, r *http.Request) error {
	if err := c.drop(r.Context(), person(r)); err != nil {
		return err
	}
	return c.next(w, r, "flows?done=discarded")
}
