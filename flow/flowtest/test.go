package flowtest

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"
)

// Test is a story told in Go. Every act returns the Test, so that a story reads
// down the page; whatever goes wrong fails the test at once.
//
//	flowtest.New(t, document).
//		Dial("+12025550100", "+14155550100").
//		Press("1001").Expect("ring client:ada, tel:+12025550111 for 20s").
//		Wait(20*time.Second).
//		Do("caller hangs up").Expect("ends abandoned")
type Test struct {
	t       testing.TB
	stage   *Stage
	act     string
	answers []string
}

// New begins a story with an account document, in YAML or JSON. When the test ends
// all callers hang up, and what must hold then is checked, unless it failed before.
func New(t testing.TB, document []byte) *Test {
	t.Helper()
	return NewOn(t, document, OpenCore)
}

// NewOn is New with another Exchange behind the telephones.
func NewOn(t testing.TB, document []byte, open Open) *Test {
	t.Helper()
	stage, err := NewStage(document, open)
	if err != nil {
		t.Fatalf("the account: %v", err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			return
		}
		if err := stage.st.clear(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return &Test{t: t, stage: stage}
}

// Dial is a caller who dials a number.
func (s *Test) Dial(to, from string) *Test {
	s.t.Helper()
	return s.Do("caller dials " + to + " from " + from)
}

// Press is that caller pressing keys.
func (s *Test) Press(keys string) *Test {
	s.t.Helper()
	return s.Do("caller presses " + keys)
}

// Wait lets time pass.
func (s *Test) Wait(d time.Duration) *Test {
	s.t.Helper()
	return s.Do("..." + d.String())
}

// Do is any act, as it stands at the margin of a story: "ada answers".
func (s *Test) Do(act string) *Test {
	s.t.Helper()
	a, err := ParseAct(act)
	if err != nil {
		s.t.Fatal(err)
	}
	answers, err := s.stage.Do(s.t.Context(), a)
	if err != nil {
		s.t.Fatalf("%s\n%v", act, err)
	}
	s.act, s.answers = act, answers
	return s
}

// Expect compares what the last act was answered, line by line.
func (s *Test) Expect(answers ...string) *Test {
	s.t.Helper()
	if !slices.Equal(s.answers, answers) {
		s.t.Fatalf("- expected, + what happened\n%s\n%s", s.act, strings.Join(difference(answers, s.answers), "\n"))
	}
	return s
}

// Answers are what the last act was answered.
func (s *Test) Answers() []string { return s.answers }
