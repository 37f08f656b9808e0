package flow

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
)

// nested is a flow whose busy rule leads to a menu, which leads to another with
// hours, and that one to a third and through a queue to the first.
func nested(t *testing.T) *Book {
	return compiled(t, func(s *Settings) {
		s.Hours = map[string]Hours{"office": {Open: map[string][]Span{"mon": {{540, 1020}}}}}
		main := s.Menus["main"]
		main.Keys["3"] = *ToMenu("second")
		main.Keys["5"] = *Repeat(Say("Once more."))
		main.Back = "8"
		s.Menus["main"] = main
		s.Menus["second"] = Menu{
			Prompt: Message{Say: "The second."}, Hours: "office", Back: "8",
			Keys: map[string]Dest{"3": *ToMenu("third"), "1": *ToMenu("main")},
		}
		s.Menus["third"] = Menu{Prompt: Message{Say: "The third."}, Keys: map[string]Dest{"1": *ToMenu("main")}, Back: "8"}
		q := s.Queues["support"]
		q.OnLeave = ToMenu("third")
		s.Queues["support"] = q
	})
}

func TestBack_returnsToWhereTheCallerCameFromAlsoThroughHours(t *testing.T) {
	t.Parallel()
	l := dials(t, nested(t), theMenu)
	l.keys("3").does(AskHours).happens(What{Kind: Opened, Yes: true}).says("The second.")
	l.keys("3").says("The third.")
	l.keys("8").says("The second.")
	l.keys("8").says(mainMenu)
	l.keys("8").says(mainMenu).stands(theMenu, Listening) // the first: there is nowhere to go back to
}

func TestBack_returnsThroughARingAndThroughAQueue(t *testing.T) {
	t.Parallel()
	l := dials(t, nested(t), theFlow)
	l.keys("1003").found(extension.ClassBusy, grace).says(mainMenu)
	l.keys("1").found(extension.ClassAvailable, nil).does(Hold)
	l.keys("*").says("The third.")
	l.keys("8").says(mainMenu)
	l.keys("8").says(welcome)
}

func TestBack_forgetsWhatCameAfterTheMenuThatWasEnteredAgain(t *testing.T) {
	t.Parallel()
	l := dials(t, nested(t), theMenu)
	l.keys("3").happens(What{Kind: Opened, Yes: true}).keys("3").says("The third.")
	l.keys("1").says(mainMenu)
	require.Zero(t, l.c.Trail)
}

func TestBack_isNotLedAstrayByAMessageBeforeThePrompt(t *testing.T) {
	t.Parallel()
	l := dials(t, nested(t), theMenu)
	l.keys("5").says("Once more.", mainMenu).stands(theMenu, Listening)
	require.Zero(t, l.c.Trail)
	l.keys("3").happens(What{Kind: Opened, Yes: true}).says("The second.")
	l.keys("8").says(mainMenu)
}

func TestBack_keepsTheNewestThree(t *testing.T) {
	t.Parallel()
	b := compiled(t, func(s *Settings) {
		for _, to := range []string{"ab", "bc", "cd", "de", "ef"} {
			s.Menus[to[:1]] = Menu{Prompt: Message{Say: to[:1]}, Keys: map[string]Dest{"1": *ToMenu(to[1:])}, Back: "8"}
		}
		s.Menus["f"] = Menu{Prompt: Message{Say: "f"}, Keys: map[string]Dest{"1": *HangUp(nil)}, Back: "8"}
	})
	l := dials(t, b, "menu a").says("a")
	l.keys("1").keys("1").keys("1").keys("1").says("e")
	l.keys("8").says("d").keys("8").says("c").keys("8").says("b").keys("8").says("b")
	require.Zero(t, l.c.Trail)
}
