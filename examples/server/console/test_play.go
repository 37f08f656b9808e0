package console

import (
	"context"
	"slices"

	"github.com/extflow/extflow/examples/server/setup"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/flow/flowtest"
)

// Saved calls, played again on what is live and on a draft.

// testRun is a saved call as it goes now, and as it would go.
type testRun struct {
	savedTest
	Live, Draft outcomeOf
}

// outcomeOf is how a story went.
type outcomeOf struct {
	OK    bool
	Diff  string // why it cannot be played
	Steps []stepOf
	told  string
}

// stepOf is an act of a story, with what was expected to answer it and what does.
type stepOf struct {
	Act       string
	Want, Got []string
	Differs   bool
}

// Differing is how many steps go otherwise.
func (o outcomeOf) Differing() (n int) {
	for _, s := range o.Steps {
		if s.Differs {
			n++
		}
	}
	return n
}

// Different reports whether the draft would change what the call does.
func (t testRun) Different() bool { return t.Live.told != t.Draft.told }

// runTests plays every saved call on the account as it is, and on a draft of it.
func (c *Console) runTests(ctx context.Context, draft *account.Document) ([]testRun, error) {
	all, err := c.tests(ctx)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	st, err := setup.Read(ctx, c.cfg.Store, c.cfg.Account)
	if err != nil {
		return nil, err
	}
	live, drafted := st.Document, st.Document
	if draft != nil {
		drafted.Settings = draft.Settings
	}
	var runs []testRun
	for _, t := range all {
		run := testRun{savedTest: t, Live: t.play(ctx, live)}
		if run.Draft = run.Live; draft != nil {
			run.Draft = t.play(ctx, drafted)
		}
		runs = append(runs, run)
	}
	return runs, nil
}

// play plays the call on an account.
func (t savedTest) play(ctx context.Context, doc account.Document) outcomeOf {
	doc.Agents = slices.Clone(doc.Agents)
	for i, g := range doc.Agents {
		doc.Agents[i].Rev, doc.Agents[i].Duty, doc.Agents[i].Reason = 0, extension.Duty{}, ""
		if p := t.Presence[g.ID]; p != "" {
			doc.Agents[i].Presence = p
		}
	}
	text, err := account.ExportJSON(&doc)
	if err != nil {
		return outcomeOf{Diff: err.Error(), told: err.Error()}
	}
	story, err := flowtest.ParseStory(t.Name, t.Story)
	if err != nil {
		return outcomeOf{Diff: err.Error(), told: err.Error()}
	}
	stage, err := flowtest.NewStage(text, flowtest.OpenCore)
	if err != nil {
		return outcomeOf{Diff: err.Error(), told: err.Error()}
	}
	var answers [][]string
	for i, scene := range story.Scenes {
		lines, err := stage.Do(ctx, scene.Act)
		if err != nil {
			lines = append(lines, "cannot happen: "+err.Error())
		}
		answers = append(answers, lines)
		if err != nil {
			for range story.Scenes[i+1:] {
				answers = append(answers, nil)
			}
			break
		}
	}
	o := outcomeOf{OK: true, told: story.Told(answers)}
	for i, scene := range story.Scenes {
		step := stepOf{Act: scene.Act.String(), Want: scene.Answers, Got: answers[i], Differs: !slices.Equal(scene.Answers, answers[i])}
		o.Steps, o.OK = append(o.Steps, step), o.OK && !step.Differs
	}
	return o
}
