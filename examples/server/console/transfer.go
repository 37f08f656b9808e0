package console

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"

	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/flow/picture"
)

// Drafts that come and go as files.

// importDraft reads an account document, or a part of one, into the draft.
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
	doc, err := account.Parse(text)
	if err != nil {
		return &problem{status: http.StatusUnprocessableEntity, text: "Document: it has faults, and nothing was changed.\n" + err.Error()}
	}
	then, err := sectionsIn(&account.Document{Account: c.cfg.Account, Settings: doc.Settings})
	if err != nil {
		return err
	}
	if err := c.change(r, func(d *draft) error { d.become(then); return nil }); err != nil {
		return err
	}
	return c.next(w, r, "publish?done=imported")
}

// exportDraft is the account with the draft, as a document or as a picture.
func (c *Console) exportDraft(w http.ResponseWriter, r *http.Request) error {
	d, err := c.draft(r.Context(), person(r))
	if err != nil {
		return err
	}
	k, err := c.check(r.Context(), d)
	if err != nil {
		return err
	}
	file := r.PathValue("file")
	var body []byte
	kind := "text/plain; charset=utf-8"
	switch {
	case file == "draft.json":
		kind = "application/json"
		body, err = json.MarshalIndent(map[string]any{"account": c.cfg.Account, "sections": d.Now}, "", "  ")
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
