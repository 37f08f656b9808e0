package console

import (
	"encoding/csv"
	"log/slog"
	"net/http"
	"strconv"
	"time"
)

// Calls as a table for spreadsheets.

// callsCSV is the calls that a filter asks for, for a spreadsheet, with their numbers in
// full.
func (c *Console) callsCSV(w http.ResponseWriter, r *http.Request) error {
	f := filterOf(r)
	store := c.storeOf(f)
	now, err := store.Agenda().Now(r.Context())
	if err != nil {
		return err
	}
	c.note(r, "took a list of calls", "filter", f.Query(1))
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(uploadTime))
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="calls.csv"`)
	out := csv.NewWriter(w)
	_ = out.Write([]string{"id", "began", "lasted", "caller", "called", "version", "outcome", "agent", "carrier", "look_at_it"})
	for call, err := range c.selected(r.Context(), store, f) {
		if err != nil {
			c.cfg.Logger.LogAttrs(r.Context(), slog.LevelError, "a list of calls broke off", slog.Any("error", err))
			panic(http.ErrAbortHandler) // what the browser has of it is not the whole list
		}
		is := c.row(r.Context(), store, call, now)
		began := ""
		if !is.Began.IsZero() {
			began = is.Began.In(c.zone(r.Context())).Format(time.RFC3339)
		}
		if err := out.Write([]string{is.ID, began, is.Lasted, noFormula(string(call.From)), noFormula(is.To), strconv.Itoa(int(is.Version)), is.Outcome, noFormula(is.Agent), call.Carrier, is.Problem}); err != nil {
			return nil //nolint:nilerr // the browser has gone
		}
	}
	out.Flush()
	return nil
}
