package flowtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Outcomes is how stories are played at a carrier's far end.
type Outcomes struct {
	Lay  func(t testing.TB) Lay // the telephones of one story; what they need ends with t
	Open Open                   // what stands behind them

	// Late is how long the far end may take longer than the simulated telephones
	// for what an act brings about, and for an act's chance to come. A carrier has
	// timers of its own: it may ring telephones one after the other which the
	// simulated one rings together, and wait for keys longer. 0 is not at all.
	Late time.Duration

	// Differs are the stories, by their files' names without .call, that end
	// otherwise there, each with the reason. One that ends the same after all is a
	// failure, and so is one that leaves something behind.
	Differs map[string]string
}

// RunOutcomes plays the stories whose files match the pattern twice at once, act by
// act: on the simulated telephones with the pure core behind them, and at a far
// end. Compared is what every call was made to do and what it posted, line by
// line and in order; which agents were rung, and what they were asked; who is
// still on the telephone at the end, and the presence of agents. What must hold in
// every story must hold at both.
//
// Acts happen at the same instant at both, or by Late later at the far end: it is
// given time while less has happened there. What it took is not added to the acts
// that follow. Of more than fifty stories, -short plays one in four.
func RunOutcomes(t *testing.T, pattern string, document []byte, o Outcomes) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories at %s (%v)", pattern, err)
	}
	shelf := &shelf{document: document, open: OpenCore}
	names := map[string]bool{}
	skip := seldom(files)
	for i, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".call")
		names[name] = true
		if skip(i) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			differs, err := shelf.compare(t.Context(), file, o.Lay(t), o)
			if err == nil {
				err = o.verdict(name, differs)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	for name := range o.Differs {
		if !names[name] {
			t.Errorf("%s is said to differ; there is no such story", name)
		}
	}
}

// verdict is what is wrong with how a story ended: it differs and should not, or it
// should and does not.
func (o Outcomes) verdict(name, differs string) error {
	reason, listed := o.Differs[name]
	switch {
	case listed && differs == "":
		return fmt.Errorf("it ends the same; take it off the list of those that differ (%s)", reason)
	case !listed && differs != "":
		return fmt.Errorf("- the simulated telephones, + the far end\n%s", differs)
	}
	return nil
}

// compare plays a story at both and tells how they differ. The error says what was
// wrong with the story, or what did not hold at one of them.
func (s *shelf) compare(ctx context.Context, file string, lay Lay, o Outcomes) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	story, err := ParseStory(file, string(text))
	if err != nil {
		return "", err
	}
	script, err := s.script(story)
	if err != nil {
		return "", err
	}
	p := &pair{late: o.Late}
	if p.near, err = raise(script, story.start(), laySim, OpenCore); err != nil {
		return "", err
	}
	if p.far, err = raise(script, story.start(), lay, o.Open); err != nil {
		return "", err
	}
	for _, scene := range story.Scenes {
		if err := p.scene(ctx, scene.Act); err != nil {
			return "", story.at(scene, err)
		}
	}
	return p.end(ctx)
}

// pair is a story on two stages: where it is known how it goes, and where that is
// to be seen.
type pair struct {
	near, far *stage
	late      time.Duration
	heard     [2][]string // at the telephones that are screened
	missed    []string    // acts for which the far end gave no chance
}

func (p *pair) scene(ctx context.Context, a Act) error {
	if err := p.near.do(ctx, a); err != nil {
		return err
	}
	if err := p.near.holds(ctx); err != nil {
		return err
	}
	now := p.near.lines.Now()
	until := now.Add(p.late)
	if a.Does == Waits || a.Does == Skips || a.Does == Reaches { // to the same instant
		a = Act{Does: Waits, For: max(now.Sub(p.far.lines.Now()), 0)}
	}
	if err := p.patiently(ctx, a, until); err != nil {
		return fmt.Errorf("at the far end: %w", err)
	}
	p.listen()
	if err := p.follow(ctx, a, until); err != nil {
		return fmt.Errorf("at the far end: %w", err)
	}
	if err := p.far.holds(ctx); err != nil {
		return fmt.Errorf("at the far end: %w", err)
	}
	return nil
}

// moment is in what steps the far end is given time.
const moment = time.Second

// patiently has an act happen at the far end, as soon as there is a chance for it.
func (p *pair) patiently(ctx context.Context, a Act, until time.Time) error {
	for {
		err := p.far.do(ctx, a)
		if !errors.Is(err, ErrImpossible) {
			return err
		}
		if !p.far.lines.Now().Before(until) {
			p.missed = append(p.missed, a.String()+": "+err.Error())
			return nil
		}
		if err := p.far.lines.Wait(ctx, moment); err != nil {
			return err
		}
	}
}

// follow gives the far end time to come to where the other is. Agents who decline
// do so at each of their telephones, whenever it rings.
func (p *pair) follow(ctx context.Context, a Act, until time.Time) error {
	for p.far.lines.Now().Before(until) {
		near, err := p.near.tales(ctx)
		if err != nil {
			return err
		}
		far, err := p.far.tales(ctx)
		if err != nil || !far.behind(near) {
			return err
		}
		if a.Does == Declines {
			if err := p.far.do(ctx, a); err != nil && !errors.Is(err, ErrImpossible) {
				return err
			}
		}
		if err := p.far.lines.Wait(ctx, moment); err != nil {
			return err
		}
		for _, st := range []*stage{p.near, p.far} {
			says, err := st.says(ctx)
			if err != nil {
				return err
			}
			st.asides = append(st.asides, says...)
		}
		p.listen()
	}
	return nil
}

// listen keeps what agents were asked.
func (p *pair) listen() {
	for i, st := range []*stage{p.near, p.far} {
		for _, aside := range st.asides {
			if aside.rank == overheard {
				p.heard[i] = append(p.heard[i], aside.text)
			}
		}
		st.asides = nil
	}
}

// rest gives the far end time for who is on the telephone to be the same at both: a
// carrier may take a moment to end a call.
func (p *pair) rest(ctx context.Context) error {
	near, err := p.near.still(ctx)
	for until := p.far.lines.Now().Add(p.late); err == nil && p.far.lines.Now().Before(until); {
		var far []string
		if far, err = p.far.still(ctx); err != nil || len(far) <= len(near) {
			return err
		}
		err = p.far.lines.Wait(ctx, moment)
	}
	return err
}

// end has all callers hang up, and tells how the story went differently.
func (p *pair) end(ctx context.Context) (string, error) {
	if err := p.rest(ctx); err != nil {
		return "", err
	}
	var all [2]tales
	for i, st := range []*stage{p.near, p.far} {
		still, err := st.still(ctx)
		if err == nil {
			err = st.clear(ctx)
		}
		if err == nil {
			all[i], err = st.tales(ctx)
		}
		if err != nil {
			return "", fmt.Errorf("%s: %w", [...]string{"on the simulated telephones", "at the far end"}[i], err)
		}
		all[i]["at the end"], all[i][asked] = still, slices.Compact(append(all[i][asked], p.heard[i]...))
	}
	differs := all[0].differs(all[1])
	for _, act := range p.missed {
		differs += "impossible at the far end: " + act + "\n"
	}
	return differs, nil
}
