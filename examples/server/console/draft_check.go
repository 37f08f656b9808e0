package console

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/examples/server/setup"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/storage"
)

// What is to be said of a draft: its faults, and its book where it has none.

// checked is what is to be said of a draft.
type checked struct {
	Faults []account.Fault
	Doc    *account.Document
	Book   *flow.Book // nil where there are faults
	open   *setup.Draft
}

// files are the files that were uploaded since the newest version, in place of those
// that it plays, by name: to publish is to have callers hear them.
func (k checked) files() map[string]string {
	if k.Doc == nil {
		return nil
	}
	out := map[string]string{}
	for _, name := range k.Doc.Settings.Files() {
		if was, now := k.open.State.Release.Settings.Audio[name], k.open.State.Audio[name]; was != "" && now != "" && was != now {
			out[name] = now
		}
	}
	return out
}

// notices are what would go otherwise than the draft says, without a fault.
func (c *Console) notices(k checked) []extflow.Notice {
	if k.Doc == nil {
		return nil
	}
	doc := k.open.State.Document
	doc.Settings = k.Doc.Settings
	return extflow.Notices(extflow.Setup(doc), c.cfg.Engine.Carriers)
}

// drafted is the draft of whoever asks, and what is to be said of it.
func (c *Console) drafted(r *http.Request) (*draft, checked, error) {
	d, err := c.draft(r.Context(), person(r))
	if err != nil {
		return nil, checked{}, err
	}
	k, err := c.check(r.Context(), d)
	return d, k, err
}

// check reads the account as it would be with the draft published now: on top of
// what others published since.
func (c *Console) check(ctx context.Context, d *draft) (checked, error) {
	var out checked
	open, err := setup.OpenDraft(ctx, c.cfg.Store, c.cfg.Account)
	if err != nil {
		return out, err
	}
	for _, t := range changedIn(d.began, d.Now) {
		v, is := d.Now[t.Section][t.Name]
		if t.Section == "settings" {
			setSetting(open, t.Name, v)
			continue
		}
		switch m, isMap := v.(map[string]any); {
		case !is:
			if err := open.Remove(t.Section, t.Name); err != nil && !errors.Is(err, storage.ErrNotFound) {
				return out, err
			}
		case isMap:
			if err := open.Set(t.Section, t.Name, cloned(m).(map[string]any)); err != nil {
				return out, err
			}
		default:
			if open.Section(t.Section) == nil {
				open.Root[t.Section] = map[string]any{}
			}
			open.Section(t.Section)[t.Name] = v
		}
	}
	out.open = open
	doc, err := open.Check()
	var faults account.Faults
	if errors.As(err, &faults) {
		out.Faults = faults
		return out, nil
	}
	if err != nil {
		return out, err
	}
	out.Doc = doc
	out.Book, err = flow.Compile(doc.Settings)
	return out, err
}

// mended is a book of a draft with faults, without the settings that have them, for a
// picture; nil where that makes no sense either.
func (k checked) mended() *flow.Book {
	less, faults := *k.open, account.Faults(k.Faults)
	less.Root = cloned(k.open.Root).(map[string]any)
	for range mostMended {
		for _, f := range faults {
			cut(less.Root, f.Path)
		}
		doc, err := less.Check()
		if err == nil {
			b, err := flow.Compile(doc.Settings)
			if err != nil {
				return nil
			}
			return b
		}
		if !errors.As(err, &faults) {
			return nil
		}
	}
	return nil
}

// mostMended is how often what is left of a draft may have faults in its turn.
const mostMended = 3

// cut takes out of a document what a path leads to, as far as it leads anywhere: names may
// have dots in them, and what is in a list goes with the list.
func cut(m map[string]any, path string) {
	for key, v := range m {
		rest, is := strings.CutPrefix(path, key)
		if !is {
			continue
		}
		inner, isMap := v.(map[string]any)
		switch {
		case rest == "" || rest[0] == '[' || rest[0] == '.' && !isMap:
			delete(m, key)
			return
		case rest[0] == '.':
			if was := len(inner); was > 0 {
				cut(inner, rest[1:])
				if len(inner) == was && !deeper(inner, rest[1:]) { // what is missing is what is wrong
					delete(m, key)
				}
				return
			}
			delete(m, key)
			return
		}
	}
}

// deeper reports whether a path leads further down from here.
func deeper(m map[string]any, path string) bool {
	for key := range m {
		if rest, is := strings.CutPrefix(path, key); is && (rest == "" || strings.ContainsAny(rest[:1], ".[")) {
			return true
		}
	}
	return false
}
