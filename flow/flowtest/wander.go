package flowtest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/extflow/extflow/flow/account"
)

// Wander plays so many stories of random acts, also of such as make little sense
// where they come, with an account's own numbers, extensions and agents. Nothing is
// expected of the answers, but what holds in every story must hold. A failure shows
// the story; a file of it is a test.
func Wander(t *testing.T, document []byte, stories int) {
	t.Helper()
	WanderOn(t, document, stories, nil)
}

// WanderOn is Wander with another Exchange beside the pure core: the answers must be
// the same. Left out is what may differ: the carrier's faults, which of several
// things at one instant may meet, and skipping to what is next inside the exchange.
func WanderOn(t *testing.T, document []byte, stories int, open Open) {
	t.Helper()
	s, err := prepare(document, "")
	if err != nil {
		t.Fatal(err)
	}
	s.wander(t, stories, open)
}

func (s script) wander(t *testing.T, stories int, open Open) {
	t.Helper()
	for seed := range stories {
		story, err := ParseStory(fmt.Sprintf("wander %d", seed), wander(s.doc, uint64(seed), open == nil))
		if err != nil {
			t.Fatal(err)
		}
		answers, err := playAll(t.Context(), story, s, OpenCore)
		if err != nil {
			t.Fatalf("%v\n\n%s", err, story.Told(padded(answers, story)))
		}
		if open == nil {
			continue
		}
		others, err := playAll(t.Context(), story, s, open)
		if err != nil {
			t.Fatalf("%v\n\n%s", err, story.Told(padded(others, story)))
		}
		told, err := ParseStory(story.Name, story.Told(answers))
		if err != nil {
			t.Fatal(err)
		}
		if diff := told.Differs(others); diff != "" {
			t.Fatalf("- the pure core, + the other\n%s\n%s", diff, story.Told(answers))
		}
	}
}

// padded are answers with none for the scenes that were not reached.
func padded(answers [][]string, s Story) [][]string {
	return append(answers, make([][]string, len(s.Scenes)-len(answers))...)
}

// wanderLong is how many acts such a story has.
const wanderLong = 40

// wander makes a story of random acts.
func wander(doc *account.Document, seed uint64, alone bool) string {
	w := wanderer{rand.New(rand.NewPCG(seed, 0)), doc, alone}
	var b strings.Builder
	for range wanderLong {
		b.WriteString(w.act() + "\n")
	}
	return b.String()
}

type wanderer struct {
	*rand.Rand
	doc   *account.Document
	alone bool // nothing is compared: also play what two exchanges may well do differently
}

func (w wanderer) of(some ...string) string { return some[w.IntN(len(some))] }

func (w wanderer) act() string {
	caller := w.of("caller", "caller", "second caller", "third caller")
	agent := w.of(agents(w.doc)...)
	switch w.IntN(20) {
	case 0, 1, 2:
		return caller + " dials " + w.number() + w.of(" from +1415555010"+w.of("0", "1", "2"), ", number withheld")
	case 3, 4, 5:
		return caller + " presses " + w.extension()
	case 6, 7:
		return caller + " presses " + w.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#")
	case 8:
		return caller + " speaks for " + w.of("1s", "12s", "3m")
	case 9:
		return caller + " hangs up"
	case 10, 11:
		return agent + " answers"
	case 12, 13:
		return agent + " presses " + w.of("1", "1", "1", "2")
	case 14:
		return agent + w.of(" declines", " hangs up")
	case 15:
		return agent + " is " + w.of("available", "available", "available", "busy", "away", "offline")
	case 16:
		return agent + w.of("'s line is busy", " cannot be reached", "'s mobile voicemail picks up", " lets it ring", " lets it ring", " lets it ring")
	case 17:
		if !w.alone {
			return "...7s"
		}
		return w.of("the next event comes twice", "the next event gets lost", "the next event comes 3s late", "the carrier refuses the next turn")
	}
	if w.alone && w.IntN(3) == 0 {
		return "..."
	}
	return w.of("...1s", "...5s", "...7s", "...20s", "...2m")
}

func agents(doc *account.Document) []string {
	ids := []string{"caller"}
	for _, a := range doc.Agents {
		ids = append(ids, a.ID)
	}
	return ids[min(1, len(ids)-1):]
}

func (w wanderer) number() string {
	if len(w.doc.Numbers) == 0 || w.IntN(20) == 0 {
		return "+12025550199"
	}
	return string(w.doc.Numbers[w.IntN(len(w.doc.Numbers))].Number)
}

// extension is one of the account's, or one that is wrong.
func (w wanderer) extension() string {
	if len(w.doc.Agents) == 0 || w.IntN(5) == 0 {
		return w.of("1", "10#", "0000", "99999999", "5#", "232#")
	}
	return w.doc.Agents[w.IntN(len(w.doc.Agents))].Extension
}
