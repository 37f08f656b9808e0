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
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Update is the environment variable that has Run write stories instead of
// comparing them.
const Update = "EXTFLOW_UPDATE"

// Run plays the stories whose files match the pattern, each as a subtest, with the
// account document given, in YAML or JSON. A story that names a document of its own
// is played with that; the document given may then be nil.
func Run(t *testing.T, pattern string, document []byte) {
	t.Helper()
	RunOn(t, pattern, document, OpenCore)
}

// RunOn is Run with another Exchange behind the telephones.
func RunOn(t *testing.T, pattern string, document []byte, open Open) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories at %s; write the path of .call files, as in testdata/*.call (%v)", pattern, err)
	}
	shelf := &shelf{document: document}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".call"), func(t *testing.T) {
			t.Parallel()
			runFile(t, file, shelf, open)
		})
	}
}

func runFile(t *testing.T, file string, shelf *shelf, open Open) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	story, err := ParseStory(file, string(text))
	if err != nil {
		t.Fatal(err)
	}
	script, err := shelf.script(story)
	if err != nil {
		t.Fatalf("%s: the account: %v", file, err)
	}
	answers, err := play(t.Context(), story, script, open)
	if err != nil {
		t.Error(err)
	}
	if len(answers) < len(story.Scenes) {
		return
	}
	if told := story.Told(answers); os.Getenv(Update) != "" {
		if told != string(text) {
			if err := os.WriteFile(file, []byte(told), 0o644); err != nil { //nolint:gosec // a file that people read
				t.Fatal(err)
			}
		}
		return
	}
	if diff := story.Differs(answers); diff != "" {
		t.Errorf("- the story, + what happened; %s=1 rewrites it\n%s", Update, diff)
	}
}

// shelf keeps documents that were prepared, since most stories share one.
type shelf struct {
	document []byte
	mu       sync.Mutex
	ready    map[string]script
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
	start, scenes := monday, story.Scenes
	if scenes[0].Act.Does == Reaches {
		start = scenes[0].Act.At
	}
	st, err := raise(s, start, open)
	if err != nil {
		return nil, err
	}
	var answers [][]string
	for _, scene := range scenes {
		lines, err := st.scene(ctx, scene.Act)
		if err != nil {
			return answers, story.at(scene, err)
		}
		answers = append(answers, lines)
	}
	if err := st.clear(ctx); err != nil {
		return answers, story.at(scenes[len(scenes)-1], err)
	}
	return answers, nil
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
