package console

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/extflow/extflow/examples/server/setup"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/flow/picture"
)

// Drafts that come and go as files.

// importDraft reads an account document, or a part of one, into the draft: what it does not
// mention stays as it is.
func (c *Console) importDraft(w http.ResponseWriter, r *http.Request) error {
	file, _, err := r.FormFile("document")
	if err != nil {
		return wrong("Document: choose a file, YAML or JSON.")
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, 1<<20+1))
	if err != nil || len(text) > 1<<20 {
		return wrong("Document: the file is larger than 1 MiB.")
	}
	things, err := c.imported(r, text)
	if err != nil {
		return err
	}
	err = c.change(r, func(d *draft) error {
		for _, t := range things {
			d.set(t.Section, t.Name, cloned(t.value))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return c.next(w, r, "publish?done=imported")
}

// imported are the things of a draft that a document has, or a part of one. Its faults are
// told with line and column; those that the draft has already are none of its.
func (c *Console) imported(r *http.Request, text []byte) ([]importedThing, error) {
	refuse := func(lines string) error {
		return &problem{status: http.StatusUnprocessableEntity, text: "Document: it has faults, and nothing was changed.\n" + lines}
	}
	plain, err := account.JSON(text)
	if err != nil {
		return nil, refuse(err.Error())
	}
	var root map[string]any
	dec := json.NewDecoder(bytes.NewReader(plain))
	dec.UseNumber()
	if err := dec.Decode(&root); err != nil {
		return nil, err
	}
	_, k, err := c.drafted(r)
	if err != nil {
		return nil, err
	}
	merged := setup.Draft{State: k.open.State, Root: cloned(k.open.Root).(map[string]any)}
	var all []importedThing
	for section, is := range root {
		things, isMap := is.(map[string]any)
		switch {
		case has([]string{"account", "agents", "numbers"}, section): // are no part of a draft
		case !has(draftParts, section) || !isMap:
			merged.Root[section] = is // which is a fault
		default:
			if merged.Section(section) == nil {
				merged.Root[section] = map[string]any{}
			}
			for name, v := range things {
				merged.Section(section)[name] = cloned(v)
				all = append(all, importedThing{thing{section, name}, v})
			}
		}
	}
	if lines := newFaults(&merged, k.Faults, text); lines != "" {
		return nil, refuse(lines)
	}
	if len(all) == 0 {
		return nil, wrong("Document: nothing in it is a part of a draft. Write settings, " + strings.Join(releaseParts, ", ") + "; agents and numbers have pages of their own.")
	}
	slices.SortFunc(all, func(a, b importedThing) int { return strings.Compare(a.String(), b.String()) })
	return all, nil
}

// importedThing is a thing of a document.
type importedThing struct {
	thing
	value any
}

// newFaults are those that a draft got by a document, a line each, with where in the document
// they are.
func newFaults(merged *setup.Draft, before []account.Fault, text []byte) string {
	_, err := merged.Check()
	var now, there account.Faults
	if !errors.As(err, &now) {
		return ""
	}
	_, err = account.Parse(text)
	_ = errors.As(err, &there)
	var lines []string
	for _, f := range now {
		same := func(other account.Fault) bool { return other.Path == f.Path && other.Problem == f.Problem }
		if slices.ContainsFunc(before, same) {
			continue
		}
		f.Line = 0
		if i := slices.IndexFunc(there, same); i >= 0 {
			f.Line = there[i].Line
		}
		lines = append(lines, placed(f, text))
	}
	return strings.Join(lines, "\n")
}

// placed is a fault with its line and column: where the last key of its path stands.
func placed(f account.Fault, text []byte) string {
	all := strings.Split(string(text), "\n")
	if f.Line < 1 || f.Line > len(all) {
		return f.Path + ": " + f.Problem
	}
	key := f.Path[strings.LastIndexByte(f.Path, '.')+1:]
	key, _, _ = strings.Cut(key, "[")
	column := max(strings.Index(all[f.Line-1], key), 0) + 1
	return fmt.Sprintf("line %d, column %d: %s: %s", f.Line, column, f.Path, f.Problem)
}

// exportDraft is the account with the draft, as a document or as a picture.
func (c *Console) exportDraft(w http.ResponseWriter, r *http.Request) error {
	d, k, err := c.drafted(r)
	if err != nil {
		return err
	}
	file := r.PathValue("file")
	var body []byte
	kind := "text/plain; charset=utf-8"
	switch {
	case file == "draft.json":
		kind = "application/json"
		root := map[string]any{"account": c.cfg.Account}
		for section, things := range d.Now {
			if len(things) > 0 {
				root[section] = things
			}
		}
		body, err = json.MarshalIndent(root, "", "  ")
	case k.Book == nil:
		return &problem{status: http.StatusConflict, text: "The draft has faults, so there is no picture of it yet."}
	case file == "flows.svg":
		kind, body = "image/svg+xml", []byte(picture.New(k.Book.Chart()).SVG(picture.Look{Title: "The flows of " + c.cfg.Account}))
	case file == "flows.mmd":
		body = []byte(k.Book.Mermaid())
	case file == "account.yaml":
		kind = "application/yaml"
		doc := k.open.State.Document
		doc.Settings = k.Doc.Settings
		body, err = account.Export(&doc)
	default:
		return notFound("There is no such file.")
	}
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+file+`"`)
	_, err = io.Copy(w, bytes.NewReader(body))
	return err
}
