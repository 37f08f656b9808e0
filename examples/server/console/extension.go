package console

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/extflow/extflow/extension"
)

// Extensions: the next free one, whether one can be had, and another for an agent.

// nextFree is the extension that nobody has, as far as one can see: those that rest
// show when they are given out.
func (c *Console) nextFree(ctx context.Context) (string, error) {
	held := map[string]bool{}
	for g, err := range c.cfg.Store.Directory().Agents(ctx, c.cfg.Account) {
		if err != nil {
			return "", err
		}
		held[g.Extension] = true
	}
	return c.freeBeside(ctx, held)
}

// freeBeside is the first extension of the account's range that is not held.
func (c *Console) freeBeside(ctx context.Context, held map[string]bool) (string, error) {
	a, err := c.cfg.Store.Accounts().Load(ctx, c.cfg.Account)
	if err != nil {
		return "", err
	}
	for ext, ok := a.Range.After(""); ok; ext, ok = a.Range.After(ext) {
		if !held[ext] {
			return ext, nil
		}
	}
	return "", extension.ErrFull
}

// extensionFree says, while somebody types, whether an extension can be had.
func (c *Console) extensionFree(w http.ResponseWriter, r *http.Request) error {
	ctx, ext, id := r.Context(), strings.TrimSpace(r.FormValue("extension")), r.FormValue("agent")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	say := func(format string, args ...any) error { _, err := fmt.Fprintf(w, format, args...); return err }
	if ext == "" {
		next, err := c.nextFree(ctx)
		if err != nil {
			return say("Every extension is taken.")
		}
		return say("Left empty, it is the next free one: %s.", next)
	}
	a, err := c.cfg.Store.Accounts().Load(ctx, c.cfg.Account)
	if err != nil {
		return err
	}
	if err := a.Range.Check(ext); err != nil {
		return say("%s", sentence(err.Error()))
	}
	for g, err := range c.cfg.Store.Directory().Agents(ctx, c.cfg.Account) {
		if err != nil {
			return err
		}
		if g.Extension == ext && g.ID != id {
			next, _ := c.nextFree(ctx)
			return say("%s is taken by %s; %s is free.", ext, nameOf(g), next)
		}
	}
	return say("%s can be had.", ext)
}

// setExtension changes an extension in the list: to what was typed, or to the next
// free one.
func (c *Console) setExtension(w http.ResponseWriter, r *http.Request) error {
	return c.inList(w, r, "extension", "Extension of ", func(g *extension.Agent) (err error) {
		g.Extension = strings.TrimSpace(r.FormValue("extension"))
		if r.FormValue("next") != "" || g.Extension == "" {
			g.Extension, err = c.nextFree(r.Context())
		}
		return err
	})
}

// setListed says in the list whether callers may find an agent by name.
func (c *Console) setListed(w http.ResponseWriter, r *http.Request) error {
	return c.inList(w, r, "listed", "", func(g *extension.Agent) error {
		if err := r.ParseForm(); err != nil {
			return wrong("The form did not arrive whole. Nothing was changed; send it again.")
		}
		g.Listed = listedTyped(r) == "on"
		return nil
	})
}

// inList changes one field of an agent where it stands in the list. A fault of the field is
// told with of before the agent's name.
func (c *Console) inList(w http.ResponseWriter, r *http.Request, field, of string, change func(*extension.Agent) error) error {
	ctx, id := r.Context(), r.PathValue("agent")
	if err := own(r, id, Administrator); err != nil {
		return err
	}
	g, err := c.cfg.Store.Directory().Agent(ctx, c.cfg.Account, id)
	if err != nil {
		return err
	}
	if err := change(&g); err != nil {
		return err
	}
	if _, err := c.cfg.Store.Directory().Put(ctx, c.cfg.Account, g); err != nil {
		if faults := c.agentFaults(ctx, id, err); faults != nil {
			return &problem{status: http.StatusConflict, text: of + nameOf(g) + ": " + faults[field] + faults[""]}
		}
		return err
	}
	c.settled(ctx)
	if r.FormValue("back") == "me" {
		return c.next(w, r, "me?done=saved")
	}
	return c.next(w, r, "agents?done=saved")
}
