package console

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/picture"
	"github.com/extflow/extflow/storage"
)

// The versions that were published, and an earlier one put back into a draft.

// version is a release in the list.
type version struct {
	Version uint32
	ID      string
	At      time.Time
	Note    string
	Newest  bool
}

type versionData struct {
	version
	Changes []change // from this one to the newest
	Files   []change // likewise: what no restoring brings back
	Latest  uint32
	Svg     string
	Outline []picture.Line
}

const mostVersions = 200

func (c *Console) versionsPage(w http.ResponseWriter, r *http.Request) error {
	var all []version
	for rel, err := range c.cfg.Store.Releases().List(r.Context(), c.cfg.Account) {
		if err != nil {
			return err
		}
		all = append(all, version{rel.Version, rel.ID, rel.At, rel.Note, len(all) == 0})
		if len(all) == mostVersions {
			break
		}
	}
	return c.show(w, "versions", http.StatusOK, c.view(r, "flows", "Versions", all))
}

func (c *Console) release(ctx context.Context, r *http.Request) (flow.Release, error) {
	for rel, err := range c.cfg.Store.Releases().List(ctx, c.cfg.Account) {
		if err != nil || strconv.FormatUint(uint64(rel.Version), 10) == r.PathValue("version") {
			return rel, err
		}
	}
	return flow.Release{}, notFound("There is no such version.")
}

func (c *Console) versionPage(w http.ResponseWriter, r *http.Request) error {
	rel, err := c.release(r.Context(), r)
	if err != nil {
		return err
	}
	latest, err := c.cfg.Store.Releases().Latest(r.Context(), c.cfg.Account)
	if err != nil {
		return err
	}
	was, err := sectionsOf(rel, storage.Account{})
	if err != nil {
		return err
	}
	now, err := sectionsOf(latest, storage.Account{})
	if err != nil {
		return err
	}
	b, err := rel.Book()
	if err != nil {
		return err
	}
	files, err := c.filesNow(r.Context())
	if err != nil {
		return err
	}
	data := versionData{
		version: version{rel.Version, rel.ID, rel.At, rel.Note, rel.Version == latest.Version}, Latest: latest.Version,
		Changes: changes(was, now), Files: newFiles(rel.Settings.Audio, latest.Settings.Audio, files, c.zone(r.Context())),
		Svg: picture.New(b.Chart()).SVG(picture.Look{Page: true, Title: fmt.Sprintf("Version %d", rel.Version)}), Outline: picture.Outline(b.Chart()),
	}
	return c.show(w, "version", http.StatusOK, c.view(r, "flows", fmt.Sprintf("Version %d", rel.Version), data))
}

// restore puts an earlier version into the draft.
func (c *Console) restore(w http.ResponseWriter, r *http.Request) error {
	rel, err := c.release(r.Context(), r)
	if err != nil {
		return err
	}
	then, err := sectionsOf(rel, storage.Account{})
	if err != nil {
		return err
	}
	err = c.change(r, func(d *draft) error { d.become(then); return nil })
	if err != nil {
		return err
	}
	return c.next(w, r, "publish?done=restored")
}

// become makes the draft say what sections of a release say. The account's own
// settings stay.
func (d *draft) become(s sections) {
	for _, t := range changedIn(d.Now, s) {
		if t.Section == "settings" && !inReleases[t.Name] {
			continue
		}
		d.set(t.Section, t.Name, cloned(s[t.Section][t.Name]))
	}
}
