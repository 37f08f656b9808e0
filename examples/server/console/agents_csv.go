package console

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/storage"
)

// Agents as a table for spreadsheets, out and in.

var csvHead = []string{"id", "name", "extension", "endpoints", "presence", "hours", "screening", "mailbox", "language", "listed", "successor"}

// agentsCSV is all agents, for a spreadsheet. What would be a formula there is
// written as words.
func (c *Console) agentsCSV(w http.ResponseWriter, r *http.Request) error {
	var b bytes.Buffer
	out := csv.NewWriter(&b)
	_ = out.Write(csvHead)
	for g, err := range c.cfg.Store.Directory().Agents(r.Context(), c.cfg.Account) {
		if err != nil {
			return err
		}
		f := formOfAgent(g)
		row := []string{f.ID, f.Name, f.Extension, strings.Join(strings.Fields(strings.ReplaceAll(f.Endpoints, " via ", "\x00")), "; "), f.Presence, f.Hours, f.Screening, f.Mailbox, f.Language, f.Listed, f.Successor}
		for i, cell := range row {
			row[i] = noFormula(strings.ReplaceAll(cell, "\x00", " via "))
		}
		_ = out.Write(row)
	}
	out.Flush()
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="agents.csv"`)
	_, err := w.Write(b.Bytes())
	return err
}

func noFormula(s string) string {
	if s != "" && strings.ContainsAny(s[:1], "=+-@\t\r") {
		return "'" + s
	}
	return s
}

// readAgents adds and changes agents from a file. All of it is read before anything
// is changed; what the directory then refuses is told by line.
func (c *Console) readAgents(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	file, _, err := r.FormFile("agents")
	if err != nil {
		return wrong("Agents: choose a CSV file.")
	}
	defer file.Close()
	in := csv.NewReader(io.LimitReader(file, 4<<20))
	in.FieldsPerRecord = -1
	rows, err := in.ReadAll()
	if err != nil {
		return wrong("Agents: " + sentence(err.Error()))
	}
	if len(rows) == 0 || !slices.Contains(rows[0], "id") {
		return wrong("Agents: the first line must name the columns, as in " + strings.Join(csvHead, ",") + ". Only id is required.")
	}
	column := map[string]int{}
	var faults []string
	for i, name := range rows[0] {
		if name = strings.TrimSpace(name); !slices.Contains(csvHead, name) {
			faults = append(faults, fmt.Sprintf("line 1: no column %q; there are %s", name, strings.Join(csvHead, ", ")))
		}
		column[name] = i
	}
	var agents []extension.Agent
	for n, row := range rows[1:] {
		cell := func(name, usual string) string {
			i, ok := column[name]
			if !ok || i >= len(row) {
				return usual
			}
			return strings.TrimPrefix(strings.TrimSpace(row[i]), "'")
		}
		id := cell("id", "")
		if id == "" {
			faults = append(faults, fmt.Sprintf("line %d: no id", n+2))
			continue
		}
		was, err := c.cfg.Store.Directory().Agent(ctx, c.cfg.Account, id)
		if err != nil && !errors.Is(err, storage.ErrNotFound) {
			return err
		}
		f := formOfAgent(was)
		f.ID, f.Name, f.Extension, f.Endpoints = id, cell("name", f.Name), cell("extension", f.Extension), cell("endpoints", f.Endpoints)
		f.Presence, f.Hours, f.Screening = cell("presence", f.Presence), cell("hours", f.Hours), cell("screening", f.Screening)
		f.Mailbox, f.Language, f.Listed, f.Successor = cell("mailbox", f.Mailbox), cell("language", f.Language), cell("listed", f.Listed), cell("successor", f.Successor)
		if f.Extension == "" {
			f.Extension = was.Extension
		}
		g := f.agent()
		for _, e := range g.Endpoints {
			if _, err := extension.ParseEndpoint(e.Address); err != nil {
				faults = append(faults, fmt.Sprintf("line %d: %v", n+2, err))
			}
		}
		if p := g.Presence; p != "" && !p.Valid() {
			faults = append(faults, fmt.Sprintf("line %d: presence %q; write available, busy, away or offline", n+2, p))
		}
		if !slices.Contains([]string{"", "on", "off"}, f.Listed) {
			faults = append(faults, fmt.Sprintf("line %d: listed %q; write on or off", n+2, f.Listed))
		}
		if err := g.CheckListed(); err != nil {
			faults = append(faults, fmt.Sprintf("line %d: %v", n+2, err))
		}
		agents = append(agents, g)
	}
	if len(faults) > 0 {
		return wrong("Nothing was changed. The file has faults:\n" + strings.Join(faults, "\n"))
	}
	for i, g := range agents {
		if err := c.put(ctx, g); err != nil {
			p := c.told(r, err)
			return &problem{status: p.status, text: fmt.Sprintf("Line %d (%s): %s\nThe %d lines before it were taken.", i+2, g.ID, p.text, i)}
		}
	}
	return c.next(w, r, "agents?done=saved")
}
