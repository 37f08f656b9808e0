package console

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/extflow/extflow/examples/server/setup"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/number/written"
	"github.com/extflow/extflow/storage"
)

// Numbers and their call actions: what answers each. A change is checked with the
// whole account and is in force at once, for new calls.

func (c *Console) numberRoutes() {
	c.handle("GET /numbers", Supervisor, c.numbersPage)
	c.handle("POST /numbers", Administrator, c.saveNumber)
	c.handle("GET /numbers/{number}", Supervisor, c.numberPage)
	c.handle("POST /numbers/check", Supervisor, c.checkCarrier)
	c.handle("POST /numbers/{number}/remove", Administrator, c.removeNumber)
}

type numberRow struct {
	Number, Label, Does string
	Hours, Release      string
	Carriers            string
	Last                *lastCall
}

type numbersData struct {
	Rows     []numberRow
	Form     numberForm
	Errors   map[string][]string
	Carriers []shownCarrier
	One      bool
	Made     []string // what was made and is not saved yet
	There    string   // the number that is in the list already
}

func (c *Console) numbersPage(w http.ResponseWriter, r *http.Request) error {
	return c.showNumbers(w, r, "", nil, nil)
}

func (c *Console) numberPage(w http.ResponseWriter, r *http.Request) error {
	return c.showNumbers(w, r, r.PathValue("number"), nil, nil)
}

// mostSeen is of how many numbers a page says when the last call came.
const mostSeen = 200

// showNumbers shows all numbers, or one with its form. typed is what somebody sent
// that had faults.
func (c *Console) showNumbers(w http.ResponseWriter, r *http.Request, one string, typed map[string]any, faults []account.Fault, made ...made) error {
	ctx := r.Context()
	d, err := setup.OpenDraft(ctx, c.cfg.Store, c.cfg.Account)
	if err != nil {
		return err
	}
	data := numbersData{Carriers: c.shownCarriers(r), One: one != ""}
	pins, err := c.pins(ctx)
	if err != nil {
		return err
	}
	value := typed
	for _, key := range slices.Sorted(maps.Keys(d.Section("numbers"))) {
		m, _ := d.Section("numbers")[key].(map[string]any)
		n := string(c.number(ctx, key))
		if n == one && value == nil {
			value = m
		}
		row := numberRow{Number: n, Label: plainly(m["label"]), Does: actionOf(m), Hours: plainly(m["hours"]), Release: pins[n], Carriers: spansOf(m["carriers"])}
		if len(data.Rows) < mostSeen && (one == "" || n == one) {
			if row.Last, err = c.lastOf(ctx, []string{n}); err != nil {
				return err
			}
		}
		data.Rows = append(data.Rows, row)
	}
	if one != "" && value == nil {
		return notFound("This number is not the account's, or not any more.")
	}
	if data.Form, err = c.numberForm(r, d, one, value, faults, made); err != nil {
		return err
	}
	data.Made = carried(made)
	data.Errors = map[string][]string{}
	for _, f := range faults {
		data.Errors[numberField(f.Path)] = append(data.Errors[numberField(f.Path)], sentence(f.Problem))
	}
	if typed != nil {
		data.Form.Number = r.FormValue("number")
		if n := string(c.number(ctx, data.Form.Number)); one == "" && slices.ContainsFunc(data.Rows, func(row numberRow) bool { return row.Number == n }) {
			data.There = n
		}
	}
	status, title := http.StatusOK, "Numbers"
	if len(faults) > 0 {
		status = http.StatusUnprocessableEntity
	}
	if data.One {
		title = one
	}
	return c.show(w, "numbers", status, c.view(r, "numbers", title, data))
}

// actionOf is what a number does, in words.
func actionOf(m map[string]any) string {
	dest := map[string]any{}
	for key, v := range m {
		if !has([]string{"label", "hours", "closed", "emergency", "carriers", "release", "language"}, key) {
			dest[key] = v
		}
	}
	return inWords(dest)
}

func (c *Console) numberForm(r *http.Request, d *setup.Draft, one string, m map[string]any, faults []account.Fault, all []made) (numberForm, error) {
	f := numberForm{Number: one, Label: plainly(m["label"]), HoursIs: plainly(m["hours"]), Carriers: spansOf(m["carriers"]), Release: plainly(m["release"]), Language: plainly(m["language"])}
	dest := map[string]any{}
	for key, v := range m {
		if !has([]string{"label", "hours", "closed", "emergency", "carriers", "release", "language"}, key) {
			dest[key] = v
		}
	}
	now := sections{}
	for _, section := range releaseParts {
		now[section] = d.Section(section)
	}
	s := showing{section: "numbers", draft: &draft{Now: along(now, all)}, files: slices.Sorted(maps.Keys(d.State.Audio)), root: base(r), typed: r.PostForm}
	action := map[string]any{"closed": m["closed"], "emergency": m["emergency"]}
	if len(dest) > 0 {
		action["action"] = dest
	}
	s.value = action
	f.Action, f.Closed, f.Emergency = s.field(numberActions[0]), s.field(numberActions[1]), s.field(numberActions[2])
	f.Emergency.Msg.OnSave = true
	f.Action.Help, f.Action.Usual = "What answers a call to this number.", ""
	for _, fault := range faults {
		switch numberField(fault.Path) {
		case "action":
			f.Action.Faults = append(f.Action.Faults, sentence(fault.Problem))
		case "closed":
			f.Closed.Faults = append(f.Closed.Faults, sentence(fault.Problem))
		case "emergency":
			f.Emergency.Faults = append(f.Emergency.Faults, sentence(fault.Problem))
		}
	}
	for _, dest := range []*formField{&f.Action, &f.Closed} {
		dest.OnSave, dest.Msg.OnSave = true, true // a number has no draft
	}
	f.Action.Groups[0].Options = f.Action.Groups[0].Options[1:] // something must answer
	if flows := slices.Sorted(maps.Keys(now["flows"])); m == nil && len(flows) > 0 {
		f.Action.Pick = "flow:" + flows[0] // what most numbers are for
	}
	f.Hours = s.picks("hours", f.HoursIs, "always open")
	if e, ok := m["emergency"].(map[string]any); ok {
		f.EmergencyDial = plainly(e["dial"])
	}
	for rel, err := range c.cfg.Store.Releases().List(r.Context(), c.cfg.Account) {
		if err != nil {
			return f, err
		}
		if len(f.Releases) < 30 || rel.ID == f.Release {
			f.Releases = append(f.Releases, option{rel.ID, "version " + plainly(jsoned(rel.Version)) + ", " + rel.At.Format("2 Jan 2006")})
		}
	}
	return f, nil
}

func (c *Console) saveNumber(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := whole(w, r); err != nil {
		return err
	}
	uploaded, refused, err := c.uploads(r)
	if err != nil {
		return err
	}
	typed := strings.TrimSpace(r.FormValue("number"))
	in := reading{form: r.PostForm, uploaded: uploaded}
	in.carry()
	value := map[string]any{}
	switch dest := in.dest("action").(type) {
	case map[string]any:
		maps.Copy(value, dest)
	case string:
		value[map[string]string{"voicemail": "voicemail", "hangup": "hangup", "repeat": "repeat"}[dest]] = map[string]any{"voicemail": "personal", "hangup": "goodbye", "repeat": "welcome"}[dest]
	}
	var faulty []account.Fault
	for _, key := range []string{"label", "hours", "release", "language"} {
		v := in.value(key)
		if made := in.create(key); made != "" {
			v = made
		} else if strings.HasPrefix(v, "new:") {
			faulty = append(faulty, account.Fault{Path: "numbers.x." + key, Problem: "write a name for it, or pick another"})
		}
		if v != "" {
			value[key] = v
		}
	}
	put(value, "closed", in.dest("closed"))
	if list := spans(r.FormValue("carriers")); len(list) > 0 {
		value["carriers"] = list
		faulty = append(faulty, c.strangers(list)...)
	}
	put(value, "emergency.hangup", in.message("emergency.hangup"))
	if dial := in.value("emergency-dial"); dial != "" {
		put(value, "emergency.dial", dial)
	}
	one := r.FormValue("one")
	again := func(faults ...account.Fault) error { return c.showNumbers(w, r, one, value, faults, in.made...) }
	for key, why := range refused {
		faulty = append(faulty, account.Fault{Path: "numbers.x." + key, Problem: "the file was not taken: " + strings.TrimSuffix(why, ".")})
	}
	if len(faulty) > 0 {
		return again(faulty...)
	}
	_, err = setup.Edit(ctx, c.cfg.Store, c.cfg.Account, "number "+typed, func(d *setup.Draft) error {
		if _, err := d.Find("numbers", typed); err == nil && one == "" {
			return &problem{status: http.StatusConflict, text: "This number is in the list already; open it there to change it."}
		}
		if err := makeIn(d, in.made); err != nil {
			return err
		}
		return d.Set("numbers", typed, value)
	})
	var faults account.Faults
	var p *problem
	switch {
	case errors.As(err, &faults):
		return again(faults...)
	case errors.As(err, &p):
		return again(account.Fault{Path: "numbers.x", Problem: p.text})
	case errors.Is(err, written.ErrNotNumber), errors.Is(err, written.ErrExtension), errors.Is(err, written.ErrRegion):
		return again(account.Fault{Path: "numbers.x", Problem: err.Error()})
	case errors.Is(err, storage.ErrConflict):
		return again(account.Fault{Path: "numbers.x", Problem: "another account has this number, or it was changed meanwhile; look at it and repeat the change"})
	case err != nil:
		return err
	}
	c.note(r, "changed a number", "number", c.number(ctx, typed).String())
	c.settled(ctx)
	return c.next(w, r, "numbers?done=saved")
}

func (c *Console) removeNumber(w http.ResponseWriter, r *http.Request) error {
	_, err := setup.Edit(r.Context(), c.cfg.Store, c.cfg.Account, "number removed", func(d *setup.Draft) error {
		return d.Remove("numbers", r.PathValue("number"))
	})
	if err != nil {
		return err
	}
	c.note(r, "removed a number")
	c.settled(r.Context())
	return c.next(w, r, "numbers?done=removed")
}
