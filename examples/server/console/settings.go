package console

import (
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/extflow/extflow/examples/server/setup"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
)

// The settings of the whole account. They are changed in the draft like everything
// else, each a thing of its own: so two people change two of them without a conflict.

func (c *Console) settingsRoutes() {
	c.handle("GET /settings", Supervisor, c.settingsPage)
	c.handle("POST /settings", Administrator, c.saveSettings)
}

// inReleases are the settings that releases have; the others are the account's own,
// whatever version is live.
var inReleases = func() map[string]bool {
	all := map[string]bool{}
	for field := range reflect.TypeFor[flow.Defaults]().Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		all[name] = true
	}
	return all
}()

// ownSettings are those of the settings that no release has.
func ownSettings(all map[string]any) map[string]any {
	own := map[string]any{}
	for key, v := range all {
		if !inReleases[key] {
			own[key] = cloned(v)
		}
	}
	return own
}

// setSetting changes a setting of an account document, or takes it out where v is nil.
func setSetting(d *setup.Draft, key string, v any) {
	all := d.Section("settings")
	if all == nil {
		all = map[string]any{}
		d.Root["settings"] = all
	}
	if v == nil {
		delete(all, key)
	} else {
		all[key] = cloned(v)
	}
}

type settingsData struct {
	editData
	Carriers []carrierState
}

func (c *Console) settingsPage(w http.ResponseWriter, r *http.Request) error {
	data, err := c.settings(r)
	if err != nil {
		return err
	}
	return c.show(w, "settings", http.StatusOK, c.view(r, "settings", "Settings", data))
}

func (c *Console) settings(r *http.Request) (settingsData, error) {
	ctx := r.Context()
	data := settingsData{editData: editData{Section: "settings"}}
	d, k, err := c.drafted(r)
	if err != nil {
		return data, err
	}
	if data.Draft, err = c.bar(ctx, d, k, "settings"); err != nil {
		return data, err
	}
	s := showing{section: "settings", draft: d, faults: k.Faults, value: d.Now["settings"]}
	data.Groups = s.groups()
	data.Faults = faultsOf(d, k.Faults, "settings")
	data.Carriers, err = c.carrierStates(ctx)
	return data, err
}

func (c *Console) saveSettings(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return wrong("The form did not arrive whole. Nothing was changed; send it again.")
	}
	err := c.change(r, func(d *draft) error {
		in := reading{form: r.PostForm, auto: r.Header.Get("X-Script") == drafting}
		now := in.read("settings", d.Now["settings"])
		d.make(in.made)
		keys := maps.Clone(d.Now["settings"])
		maps.Copy(keys, now)
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			d.set("settings", key, jsoned(now[key]))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return c.saved(w, r, "settings", func() (string, any, error) {
		data, err := c.settings(r)
		return "Settings", data, err
	})
}

// faultsOf are the faults at a thing or below it, with the form where each is.
func faultsOf(d *draft, all []account.Fault, path string) []fault {
	var out []fault
	for _, f := range all {
		if f.Path == path || strings.HasPrefix(f.Path, path+".") || strings.HasPrefix(f.Path, path+"[") {
			out = append(out, fault{f, formOf(d, f.Path)})
		}
	}
	return out
}
