package console

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/extflow/extflow/examples/server/setup"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/flow/flowtest"
	"github.com/extflow/extflow/storage"
)

// Saved calls: what a call did once, held against every version to come. They are
// played on the pure machine, as stories in files are; no telephone rings.

// savedTest is a call that was saved.
type savedTest struct {
	Name     string                        `json:"name"`
	Story    string                        `json:"story"` // as in .call files
	Call     string                        `json:"call,omitempty"`
	By       string                        `json:"by,omitempty"`
	At       time.Time                     `json:"at"`
	Presence map[string]extension.Presence `json:"presence,omitempty"` // of the agents, when it was saved
	Runs     []ran                         `json:"runs,omitempty"`     // when versions were published, the newest last

	rev uint64
}

// ran is how it went when a version was published.
type ran struct {
	Version uint32    `json:"version"`
	OK      bool      `json:"ok"`
	At      time.Time `json:"at"`
}

// mostRuns are how many of them are kept.
const mostRuns = 12

const testKind = "test"

// published notes with every saved call how it goes in a version that was just published.
func (c *Console) published(ctx context.Context, version uint32, runs []testRun) error {
	now, err := c.cfg.Store.Agenda().Now(ctx)
	if err != nil {
		return err
	}
	for _, r := range runs {
		t := r.savedTest
		t.Runs = append(t.Runs, ran{version, r.Draft.OK, now})
		t.Runs = t.Runs[max(0, len(t.Runs)-mostRuns):]
		if err := c.storeTest(ctx, t); err != nil && !errors.Is(err, storage.ErrConflict) { // somebody changed it meanwhile
			return err
		}
	}
	return nil
}

func (c *Console) testRoutes() {
	c.handle("GET /tests", Supervisor, c.testsPage)
	c.handle("POST /tests", Administrator, c.addTest)
	c.handle("POST /tests/remove", Administrator, c.removeTest)
	c.handle("POST /tests/accept", Administrator, c.acceptTest)
}

// saveTest keeps a call as a test.
func (c *Console) saveTest(w http.ResponseWriter, r *http.Request) error {
	t, err := c.timeline(r.Context(), r.PathValue("call"), false)
	if err != nil {
		return err
	}
	if err := c.putTest(r, savedTest{Name: strings.TrimSpace(r.FormValue("name")), Story: t.story(false), Call: t.Call.ID}); err != nil {
		return err
	}
	return c.next(w, r, "calls/"+pathEscape(t.Call.ID)+"?done=test")
}

// putTest keeps a new test.
func (c *Console) putTest(r *http.Request, t savedTest) error {
	ctx := r.Context()
	if t.Name == "" || len(t.Name) > 120 {
		return wrong("Name of the test: write what the call shows, in 1 to 120 letters, as in “Grace is out, so the team gets the message”.")
	}
	if _, err := flowtest.ParseStory(t.Name, t.Story); err != nil {
		return wrong("Story: " + err.Error())
	}
	var err error
	if t.At, err = c.cfg.Store.Agenda().Now(ctx); err != nil {
		return err
	}
	t.By, t.Presence = person(r).ID, map[string]extension.Presence{}
	for g, err := range c.cfg.Store.Directory().Agents(ctx, c.cfg.Account) {
		if err != nil {
			return err
		}
		t.Presence[g.ID] = g.Presence
	}
	err = c.storeTest(ctx, t)
	if errors.Is(err, storage.ErrConflict) {
		return &problem{status: http.StatusConflict, text: "Name of the test: there is one of that name already; write another."}
	}
	return err
}

func (c *Console) storeTest(ctx context.Context, t savedTest) error {
	body, err := json.Marshal(t)
	if err != nil {
		return err
	}
	return c.cfg.Store.Notes().Put(ctx, c.cfg.Account, storage.Note{Kind: testKind, Name: t.Name, Body: body, Rev: t.rev})
}

func (c *Console) tests(ctx context.Context) ([]savedTest, error) {
	var all []savedTest
	for n, err := range c.cfg.Store.Notes().List(ctx, c.cfg.Account, testKind) {
		if err != nil {
			return nil, err
		}
		t := savedTest{rev: n.Rev}
		if err := json.Unmarshal(n.Body, &t); err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

type testsData struct {
	Runs    []testRun
	Version uint32 // that is live
	Drafted bool
	Name    string
	Story   string
}

func (c *Console) testsPage(w http.ResponseWriter, r *http.Request) error {
	return c.showTests(w, r, http.StatusOK, "")
}

func (c *Console) showTests(w http.ResponseWriter, r *http.Request, status int, fault string) error {
	ctx := r.Context()
	data := testsData{}
	if r.Method == http.MethodPost {
		data.Name, data.Story = r.FormValue("name"), r.FormValue("story")
	}
	d, err := c.draft(ctx, person(r))
	if err != nil {
		return err
	}
	var doc *account.Document
	if d.Changed() {
		k, err := c.check(ctx, d)
		if err != nil {
			return err
		}
		doc = k.Doc
	}
	data.Drafted = doc != nil
	latest, err := c.cfg.Store.Releases().Latest(ctx, c.cfg.Account)
	if err != nil {
		return err
	}
	data.Version = latest.Version
	if data.Runs, err = c.runTests(ctx, doc); err != nil {
		return err
	}
	v := c.view(r, "tests", "Tests", data)
	v.Error = fault
	return c.show(w, "tests", status, v)
}

func (c *Console) addTest(w http.ResponseWriter, r *http.Request) error {
	err := c.putTest(r, savedTest{Name: strings.TrimSpace(r.FormValue("name")), Story: strings.ReplaceAll(r.FormValue("story"), "\r", "")})
	var p *problem
	if errors.As(err, &p) {
		return c.showTests(w, r, p.status, p.text)
	}
	if err != nil {
		return err
	}
	return c.next(w, r, "tests?done=test")
}

func (c *Console) removeTest(w http.ResponseWriter, r *http.Request) error {
	if err := c.cfg.Store.Notes().Delete(r.Context(), c.cfg.Account, testKind, r.FormValue("name")); err != nil {
		return err
	}
	return c.next(w, r, "tests?done=removed")
}

// acceptTest has a test expect what the call does now.
func (c *Console) acceptTest(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	st, err := setup.Read(ctx, c.cfg.Store, c.cfg.Account)
	if err != nil {
		return err
	}
	all, err := c.tests(ctx)
	if err != nil {
		return err
	}
	for _, t := range all {
		if t.Name != r.FormValue("name") {
			continue
		}
		t.Story = t.play(ctx, st.Document).told
		if _, err := flowtest.ParseStory(t.Name, t.Story); err != nil {
			return wrong("This call cannot happen any more, so there is nothing to expect: " + err.Error())
		}
		if err := c.storeTest(ctx, t); err != nil {
			return err
		}
		return c.next(w, r, "tests?done=saved")
	}
	return storage.ErrNotFound
}
