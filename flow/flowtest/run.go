// Package flowtest plays stories: .call files that say what happens on telephones
// and what the account's calls answer. They run in microseconds, without a network
// or a store, and in virtual time. A product tests its own account document so:
//
//	func TestOurFlows(t *testing.T) {
//		document, err := os.ReadFile("account.yaml")
//		if err != nil {
//			t.Fatal(err)
//		}
//		flowtest.Run(t, "testdata/*.call", document)
//	}
//
// A new story needs its acts alone: with EXTFLOW_UPDATE=1 in the environment Run
// writes the answers into the files, for people to review.
//
//	caller dials +12025550100 from +14155550100
//	caller presses 1001
//	...20s
//
// Stories are compared line by line. Whatever they are about, every one also
// proves that calls are what their turns say, that each waits on something, and
// that nothing rings and nobody is reserved once the callers are gone.
//
// New is the same for tests written in Go.
package flowtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// Update is the environment variable that has Run write stories instead of
// comparing them.
const Update = "EXTFLOW_UPDATE"

// Run plays the stories whose files match the pattern, each as a subtest, with the
// account document given, in YAML or JSON. A story that names a document of its own
// is played with that; the document given may then be nil.
func Run(t *testing.T, pattern string, document []byte) {
	t.Helper()
	run(t, pattern, &shelf{document: document, open: OpenCore, rewrite: os.Getenv(Update) != ""})
}

// RunOn is Run with another Exchange behind the telephones. It never rewrites a
// story. Such stories take their time where the race detector or a database is
// behind them: of more than fifty, -short plays one in four.
func RunOn(t *testing.T, pattern string, document []byte, open Open) {
	t.Helper()
	run(t, pattern, &shelf{document: document, open: open, engine: true})
}

// seldom says which of many stories are left out where it has to be quick.
func seldom(files []string) (skip func(i int) bool) {
	many := testing.Short() && len(files) > 50
	return func(i int) bool { return many && i%4 != 0 }
}

func run(t *testing.T, pattern string, shelf *shelf) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories at %s; write where .call files are, as in testdata/*.call (%v)", pattern, err)
	}
	skip := seldom(files)
	for i, file := range files {
		if shelf.engine && skip(i) {
			continue
		}
		t.Run(strings.TrimSuffix(filepath.Base(file), ".call"), func(t *testing.T) {
			t.Parallel()
			if err := shelf.play(t.Context(), file); err != nil {
				t.Error(err)
			}
		})
	}
}

// shelf is what stories are played with: documents that were prepared, since most
// stories share one, and what stands behind the telephones.
type shelf struct {
	document []byte
	open     Open
	rewrite  bool // write what happened into the stories
	engine   bool // more than the pure machine is behind the telephones

	mu    sync.Mutex
	ready map[string]script
}

// play plays the story of a file. The error says what is wrong with the file, what
// did not hold, and where the answers differ.
func (s *shelf) play(ctx context.Context, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	story, err := ParseStory(file, string(text))
	if err != nil {
		return err
	}
	script, err := s.script(story)
	if err != nil {
		return fmt.Errorf("%s: the account: %w", file, err)
	}
	answers, err := play(ctx, story, script, s.open)
	if len(answers) < len(story.Scenes) {
		return err
	}
	if told := story.Told(answers); s.rewrite {
		if told != string(text) {
			err = errors.Join(err, os.WriteFile(file, []byte(told), 0o644)) //nolint:gosec // a file that people read
		}
		return err
	}
	if diff := story.Differs(answers); diff != "" {
		err = errors.Join(err, fmt.Errorf("- the story, + what happened; %s=1 rewrites it\n%s", Update, diff))
	}
	return err
}

// script is the story's account, prepared.
func (s *shelf) script(story Story) (script, error) {
	document := s.document
	if story.Account != "" {
		var err error
		if document, err = os.ReadFile(filepath.Join(filepath.Dir(story.Name), story.Account)); err != nil {
			return script{}, err
		}
	}
	if document == nil {
		return script{}, errors.New(`there is none; give Run a document, or write "account: FILE" into the story`)
	}
	if story.Over != "" {
		return prepare(document, story.Over)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if ready, ok := s.ready[story.Account]; ok {
		return ready, nil
	}
	made, err := prepare(document, "")
	if s.ready == nil {
		s.ready = map[string]script{}
	}
	if err == nil {
		s.ready[story.Account] = made
	}
	return made, err
}

// play plays a story and returns the answers by scene, fewer where it broke off.
// The error says what was wrong besides answers.
func play(ctx context.Context, story Story, s script, open Open) ([][]string, error) {
	return perform(ctx, story, s, open, func(err error) error { return err })
}

// playAll plays a story of which some acts may be impossible where they come: they
// are left out.
func playAll(ctx context.Context, story Story, s script, open Open) ([][]string, error) {
	return perform(ctx, story, s, open, func(err error) error {
		if errors.Is(err, ErrImpossible) {
			return nil
		}
		return err
	})
}

func perform(ctx context.Context, story Story, s script, open Open, mind func(error) error) ([][]string, error) {
	scenes := story.Scenes
	st, err := raise(s, story.start(), laySim, open)
	if err != nil {
		return nil, err
	}
	var answers [][]string
	for _, scene := range scenes {
		lines, err := st.scene(ctx, scene.Act)
		if err = mind(err); err != nil {
			return answers, story.at(scene, err)
		}
		answers = append(answers, lines)
	}
	if err := st.clear(ctx); err != nil {
		return answers, story.at(scenes[len(scenes)-1], err)
	}
	return answers, nil
}

// start is when the story begins, by the clock on the account's wall.
func (s Story) start() time.Time {
	if first := s.Scenes[0].Act; first.Does == Reaches {
		return first.At
	}
	return monday
}

// scene has an act happen, checks what always holds, and returns the answers.
func (st *stage) scene(ctx context.Context, a Act) ([]string, error) {
	if err := st.do(ctx, a); err != nil {
		return nil, err
	}
	if err := st.holds(ctx); err != nil {
		return nil, err
	}
	return st.answers(ctx)
}
