package console

import (
	"fmt"
	"strings"
	"unicode"
)

// A call as a test in Go: what developers put beside their flows.

// goTest is a story as a test of an account document in the file account.yaml.
func goTest(name, story string) string {
	quote := func(s string) string {
		if strings.Contains(s, "`") {
			return fmt.Sprintf("%q", s)
		}
		return "`" + s + "`"
	}
	return fmt.Sprintf(`package flows_test

import (
	"context"
	_ "embed"
	"testing"

	"github.com/extflow/extflow/flow/flowtest"
)

//go:embed account.yaml
var document []byte

func Test%s(t *testing.T) {
	story, err := flowtest.ParseStory("call", %s)
	if err != nil {
		t.Fatal(err)
	}
	stage, err := flowtest.NewStage(document, flowtest.OpenCore)
	if err != nil {
		t.Fatal(err)
	}
	var answers [][]string
	for _, scene := range story.Scenes {
		lines, err := stage.Do(context.Background(), scene.Act)
		if err != nil {
			t.Fatal(err)
		}
		answers = append(answers, lines)
	}
	if diff := story.Differs(answers); diff != "" {
		t.Error(diff)
	}
}
`, camel(name), quote(story))
}

// camel makes one word of several, as names of tests are.
func camel(s string) string {
	var b strings.Builder
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		r := []rune(word)
		b.WriteString(string(unicode.ToUpper(r[0])) + string(r[1:]))
	}
	return b.String()
}
