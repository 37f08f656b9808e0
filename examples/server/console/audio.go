package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/extflow/extflow/storage"
)

// The files that messages play: uploaded, heard, removed. They change at once; callers
// hear a new one when a version is published that plays it.

func (c *Console) audioRoutes() {
	c.handle("POST /audio", Administrator, c.addAudio)
	c.handle("GET /audio/{file}", Supervisor, c.hearAudio)
	c.handle("POST /audio/{file}/remove", Administrator, c.removeAudio)
	c.handle("GET /sounds/{content}", Supervisor, c.hearSound)
}

// audioFile is an uploaded file in the list.
type audioFile struct {
	storage.File
	Used []string // the things of the draft that play it
	Live bool     // the newest version plays it
	New  bool     // that version plays an earlier file of its name
}

func (f audioFile) Kind() string {
	return map[string]string{"audio/mpeg": "MP3", "audio/wav": "WAV"}[f.Type]
}

// Large is the size for people.
func (f audioFile) Large() string { return sized(f.Size) }

func sized(bytes int64) string {
	if bytes >= 1<<20 {
		return fmt.Sprintf("%.1f MB", float64(bytes)/(1<<20))
	}
	return fmt.Sprintf("%d kB", max((bytes+512)/1024, 1))
}

// audioFiles are all of the account, and what a draft does with them.
func (c *Console) audioFiles(ctx context.Context, d *draft) ([]audioFile, error) {
	latest, err := c.cfg.Store.Releases().Latest(ctx, c.cfg.Account)
	if err != nil {
		return nil, err
	}
	used := playing(d.Now)
	var all []audioFile
	for f, err := range c.cfg.Store.Audio().Files(ctx, c.cfg.Account) {
		if err != nil {
			return nil, err
		}
		pinned := latest.Settings.Audio[f.Name]
		all = append(all, audioFile{File: f, Used: used[f.Name], Live: pinned != "", New: pinned != "" && pinned != f.Content})
	}
	return all, nil
}

// playing are the things that play each file, by its name.
func playing(s sections) map[string][]string {
	out := map[string][]string{}
	for _, section := range releaseParts {
		for _, name := range slices.Sorted(maps.Keys(s[section])) {
			t := thing{section, name}.String()
			for _, file := range playedIn(s[section][name]) {
				if !slices.Contains(out[file], t) {
					out[file] = append(out[file], t)
				}
			}
		}
	}
	return out
}

// playedIn are what a value of the account document says is to be played, addresses too.
func playedIn(v any) (all []string) {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if key != "play" {
				all = append(all, playedIn(v[key])...)
				continue
			}
			switch play := v[key].(type) {
			case string:
				all = append(all, play)
			case map[string]any:
				for _, language := range slices.Sorted(maps.Keys(play)) {
					all = append(all, plainly(play[language]))
				}
			}
		}
	case []any:
		for _, inner := range v {
			all = append(all, playedIn(inner)...)
		}
	}
	return all
}

// newFiles are the files that a version plays and that are others than those of an
// earlier version, in words. Contents are by file name; files are those that there are
// now, where they are.
func newFiles(was, now map[string]string, files map[string]storage.File, zone *time.Location) []change {
	var out []change
	for _, name := range slices.Sorted(maps.Keys(now)) {
		if was[name] == "" || was[name] == now[name] {
			continue
		}
		says := name + " is a new file"
		if f := files[name]; f.Content == now[name] {
			says += ", uploaded " + f.At.In(zone).Format("2 Jan 2006, 15:04") + " (" + sized(f.Size) + ")"
		}
		out = append(out, change{Thing: "audio", Now: says})
	}
	return out
}

// filesNow are the uploaded files by name.
func (c *Console) filesNow(ctx context.Context) (map[string]storage.File, error) {
	files := map[string]storage.File{}
	for f, err := range c.cfg.Store.Audio().Files(ctx, c.cfg.Account) {
		if err != nil {
			return nil, err
		}
		files[f.Name] = f
	}
	return files, nil
}

// uploadTime is how long an upload may take.
const uploadTime = 5 * time.Minute

// addAudio takes a file from the form of the page of messages.
func (c *Console) addAudio(w http.ResponseWriter, r *http.Request) error {
	if err := whole(w, r); err != nil {
		return c.notUploaded(w, r, "", err)
	}
	file, head, err := r.FormFile("audio")
	if err != nil {
		return c.notUploaded(w, r, r.FormValue("name"), wrong("File: choose an MP3 or WAV file."))
	}
	defer file.Close()
	name := strings.TrimSpace(r.FormValue("name"))
	if name == "" {
		name = head.Filename
	}
	if err := c.upload(r, name, file); err != nil {
		return c.notUploaded(w, r, r.FormValue("name"), err)
	}
	return c.next(w, r, "messages?done=uploaded#audio")
}

func (c *Console) upload(r *http.Request, name string, from io.Reader) error {
	if _, err := c.cfg.Store.Audio().Put(r.Context(), c.cfg.Account, name, from); err != nil {
		return err
	}
	c.note(r, "uploaded a file", "file", name)
	return nil
}

// notUploaded shows the page of messages again, with what is wrong at the field.
func (c *Console) notUploaded(w http.ResponseWriter, r *http.Request, name string, err error) error {
	p := c.told(r, err)
	if r.Header.Get("X-Script") != "" || p.status >= http.StatusInternalServerError {
		return p
	}
	return c.showList(w, r, "messages", p.status, func(l *listData) { l.Upload, l.UploadError = name, p.text })
}

// removeAudio removes a file that nothing plays any more.
func (c *Console) removeAudio(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("file")
	err := c.cfg.Store.Audio().Delete(r.Context(), c.cfg.Account, name)
	if played := new(storage.PlayedError); errors.As(err, &played) {
		return c.showList(w, r, "messages", http.StatusConflict, func(l *listData) { l.Wrong = sentence(played.Error()) })
	}
	if err != nil {
		return err
	}
	c.note(r, "removed a file", "file", name)
	return c.next(w, r, "messages?done=removed#audio")
}

// hearAudio plays a file as it is now.
func (c *Console) hearAudio(w http.ResponseWriter, r *http.Request) error {
	f, err := c.cfg.Store.Audio().File(r.Context(), c.cfg.Account, r.PathValue("file"))
	if err != nil {
		return err
	}
	return c.sound(w, r, f.Content)
}

// hearSound plays a content: what a call of some version heard.
func (c *Console) hearSound(w http.ResponseWriter, r *http.Request) error {
	return c.sound(w, r, r.PathValue("content"))
}

func (c *Console) sound(w http.ResponseWriter, r *http.Request, content string) error {
	s, err := c.cfg.Store.Audio().Open(r.Context(), c.cfg.Account, content)
	if err != nil {
		return err
	}
	defer s.Close()
	w.Header().Set("Content-Type", s.Type)
	http.ServeContent(w, r, "", s.At, s)
	return nil
}
