package console

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"
)

// How pages are made.

//go:embed pages/*.html
var pageFiles embed.FS

//go:embed assets
var assetFiles embed.FS

// assets are the files that pages load, by a name that changes with the content.
var assets = func() map[string]asset {
	all := map[string]asset{}
	_ = fs.WalkDir(assetFiles, "assets", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(file) == ".txt" {
			return err
		}
		body, err := assetFiles.ReadFile(file)
		sum := sha256.Sum256(body)
		ext := path.Ext(file)
		name := strings.TrimSuffix(path.Base(file), ext)
		all[name+ext] = asset{name + "-" + hex.EncodeToString(sum[:4]) + ext, body}
		return err
	})
	return all
}()

type asset struct {
	name string
	body []byte
}

var contentTypes = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

func (c *Console) asset(w http.ResponseWriter, r *http.Request) error {
	for _, a := range assets {
		if a.name == r.PathValue("file") {
			w.Header().Set("Content-Type", contentTypes[path.Ext(a.name)])
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
			_, err := w.Write(a.body)
			return err
		}
	}
	return notFound("There is no such file.")
}

// views are the pages, each with the frame and the parts that pages share.
var views = func() map[string]*template.Template {
	shared := template.Must(template.New("").Funcs(functions).ParseFS(pageFiles, "pages/frame.html", "pages/parts.html"))
	all := map[string]*template.Template{}
	files, _ := fs.Glob(pageFiles, "pages/*.html")
	for _, file := range files {
		name := strings.TrimSuffix(path.Base(file), ".html")
		if name != "frame" && name != "parts" {
			all[name] = template.Must(template.Must(shared.Clone()).ParseFS(pageFiles, file))
		}
	}
	return all
}()

var functions = template.FuncMap{
	"asset":  func(name string) string { return "assets/" + assets[name].name },
	"join":   strings.Join,
	"path":   url.PathEscape,
	"masked": func(s interface{ String() string }) string { return s.String() },
	"lasting": func(d time.Duration) string {
		return d.Round(time.Second).String()
	},
	"svg": func(s string) template.HTML { return template.HTML(s) }, //nolint:gosec // package picture escapes what it draws
	"dict": func(pairs ...any) map[string]any {
		m := map[string]any{}
		for i := 0; i+1 < len(pairs); i += 2 {
			m[pairs[i].(string)] = pairs[i+1]
		}
		return m
	},
}

// view is what every page is given.
type view struct {
	Title   string
	Nav     string // the entry of the navigation that is open
	Base    string // from this page to the console's root
	Who     Person
	Account string
	Badge   string // what brings calls
	Phone   bool   // there is a simulator
	SignIn  bool   // people sign in here
	People  bool   // there is a page of those who may
	Links   []Link
	Notice  string // what was just done
	Error   string // what went wrong with a form, in a line
	Live    string // the address of this page's updates; empty where it has none
	Zone    *time.Location
	Data    any
}

func (v view) Clock(t time.Time) string { return t.In(v.Zone).Format("15:04:05") }
func (v view) Day(t time.Time) string   { return t.In(v.Zone).Format("2 Jan 2006, 15:04:05") }
func (v view) Admin() bool              { return v.Who.Role.may(Administrator) }
func (v view) Local() bool              { return !strings.Contains(v.Who.ID, "/") }
func (v view) Staff() bool              { return v.Who.Role.may(Supervisor) }

// base leads from a page to the console's root, so that it works under any prefix.
func base(r *http.Request) string {
	deep := strings.Count(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/")
	if deep == 0 {
		return "./"
	}
	return strings.Repeat("../", deep)
}

func (c *Console) view(r *http.Request, nav, title string, data any) view {
	badge := ""
	for _, carrier := range on(c.cfg.Carriers) {
		badge = strings.TrimPrefix(badge+", "+carrier.Name, ", ")
	}
	switch {
	case badge != "":
	case c.sim() != nil:
		badge = "Simulated carrier"
	default:
		badge = "No carrier"
	}
	return view{
		Title: title, Nav: nav, Base: base(r), Who: person(r), Account: c.cfg.Account, Badge: badge, Phone: c.sim() != nil, SignIn: c.cfg.Accounts != nil && c.cfg.Accounts.Any(r.Context()),
		People: c.cfg.Accounts != nil,
		Links:  c.cfg.Links, Notice: notices[r.URL.Query().Get("done")], Zone: c.zone(r.Context()), Data: data,
	}
}

// notices are what a page says after a form was sent, by the word in its address: no
// address has the page say anything else.
var notices = map[string]string{
	"saved": "Saved.", "uploaded": "Uploaded. Messages may play it.", "made": "It was made, and is picked here.", "test": "Saved as a test.", "ended": "The carrier was told to end the call.", "removed": "Removed.",
	"published": "Published. New calls follow it; calls under way keep the version that they began with.",
	"restored":  "That version is in your draft now. Nothing changes for callers until you publish.",
	"discarded": "Your draft was discarded.", "imported": "Imported into your draft.", "undone": "Undone.", "redone": "Done again.",
	"supervised": "Done.", "archived": "Archived, once you publish. It can be put back below.", "back": "It is in your draft again.",
	"presence": "The presence was changed.", "renewed": "The simulator has a fresh copy of the account.",
}

// show answers with a page.
func (c *Console) show(w http.ResponseWriter, name string, status int, v view) error {
	var b bytes.Buffer
	if err := views[name].ExecuteTemplate(&b, "frame", v); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
	return nil
}

// part renders a part of a page alone.
func part(page, name string, v view) ([]byte, error) {
	var b bytes.Buffer
	err := views[page].ExecuteTemplate(&b, name, v)
	return b.Bytes(), err
}

// next sends the browser to another page of the console. A script that asked is told
// where that would be.
func (c *Console) next(w http.ResponseWriter, r *http.Request, to string) error {
	if r.Header.Get("X-Script") != "" {
		w.Header().Set("X-Next", base(r)+to)
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	w.Header().Set("Location", base(r)+to)
	w.WriteHeader(http.StatusSeeOther)
	return nil
}
