package console

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/storage"
)

// The sections of a draft: from releases, from documents, and from what was kept.

// sectionsOf are the sections of a release, and of an account's own settings.
func sectionsOf(r flow.Release, a storage.Account) (sections, error) {
	return sectionsIn(&account.Document{
		Account: r.Account, Settings: r.Settings, Range: a.Range, Quarantine: a.Quarantine, Region: a.Region,
		Countries: a.Countries, KeepCalls: a.KeepCalls, Emergency: a.Emergency,
	})
}

func sectionsIn(doc *account.Document) (sections, error) {
	text, err := account.ExportJSON(doc)
	if err != nil {
		return nil, err
	}
	var root map[string]any
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(&root); err != nil {
		return nil, err
	}
	out := sections{}
	for _, name := range draftParts {
		out[name], _ = root[name].(map[string]any)
		if out[name] == nil {
			out[name] = map[string]any{}
		}
	}
	return out, nil
}

// began is what a draft began with: its release, and the account's own settings as they
// were then; as they are now for one that an older program kept.
func (c *Console) began(ctx context.Context, d *draft, own map[string]any) error {
	base, err := c.cfg.Store.Releases().Load(ctx, c.cfg.Account, d.Release)
	if err != nil {
		return err
	}
	if d.began, err = sectionsOf(base, storage.Account{}); err != nil {
		return err
	}
	if d.Whole == nil {
		d.Whole = own
	}
	maps.Copy(d.began["settings"], cloned(d.Whole).(map[string]any))
	if d.Now["settings"] == nil {
		d.Now["settings"] = cloned(d.began["settings"]).(map[string]any)
	}
	return nil
}
