package flow

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
)

func TestEntry_countsOnlyASCIIDigitsStarAndPound(t *testing.T) {
	t.Parallel()
	b := compiled(t, nil)
	for entry, want := range map[Digits]Outcome{
		"1001": OnEntered, "1": OnEntered, "1001#": OnEntered, "10010203": OnEntered,
		"": OnSilent, "#": OnSilent,
		"*": OnStar, "*#": OnStar, "1*": OnStar, "10*1#": OnStar, "1a*": OnStar,
		"1a": OnInvalid, "1#1": OnInvalid, "1001##": OnInvalid, "##": OnInvalid, "١٠٠١": OnInvalid, "+1": OnInvalid,
		"1 1": OnInvalid, "\x00": OnInvalid, "100\x00": OnInvalid, "ABCD": OnInvalid, "1.1": OnInvalid, "-1": OnInvalid,
	} {
		id, _ := b.Entry(theFlow)
		require.Equal(t, want, b.nodes[id].entry(string(entry)), "%q", string(entry))
	}
}

func TestEntry_ofAMenuIsAKeyAlsoWhenAPoundFollows(t *testing.T) {
	t.Parallel()
	b := compiled(t, nil)
	id, _ := b.Entry(theMenu)
	for entry, want := range map[Digits]Outcome{
		"1": OnKey0 + 1, "1#": OnKey0 + 1, "2": OnKey0 + 2, "9#": OnKey0 + 9,
		"": OnSilent, "#": OnSilent, "3": OnInvalid, "12": OnInvalid, "*": OnInvalid, "##": OnInvalid,
	} {
		require.Equal(t, want, b.nodes[id].entry(string(entry)), "%q", string(entry))
	}
	dials(t, b, theMenu).keys("1#").does(Find)
}

func TestEntry_ofAMenuWithExtensionsIsBoth(t *testing.T) {
	t.Parallel()
	b := compiled(t, func(s *Settings) {
		m := s.Menus["main"]
		m.Extensions, m.Back = true, "0"
		m.Keys["*"] = *HangUp(nil)
		s.Menus["main"] = m
	})
	id, _ := b.Entry(theMenu)
	for entry, want := range map[Digits]Outcome{
		"1": OnKey0 + 1, "3": OnEntered, "1001": OnEntered, "1001#": OnEntered, "0": OnBack, "0#": OnBack, "*": OnKeyStar, "*#": OnKeyStar,
		"10*1": OnInvalid, "": OnSilent, "x": OnInvalid,
	} {
		require.Equal(t, want, b.nodes[id].entry(string(entry)), "%q", string(entry))
	}
	l := dials(t, b, theMenu).does(Listen)
	require.Equal(t, uint8(4), l.m.Do.Digits)
	require.Equal(t, "*1290", l.m.Do.Keys)
	l.keys("1001#").does(Find)
	require.Equal(t, Digits("1001"), l.m.Do.Entry)
	l.found(extension.ClassAvailable, ada).does(Connect)
	require.Equal(t, "ada", l.c.Agent())
}

func TestEntry_poundIsAKeyWhereAMenuSaysSo(t *testing.T) {
	t.Parallel()
	b := compiled(t, func(s *Settings) { s.Menus["main"].Keys["#"] = *ToVoicemail("team") })
	l := dials(t, b, theMenu)
	require.Empty(t, l.m.Do.Finish)
	l.keys("#").stands(theBox, Recording)
}

func TestCollect_listensAsTheAccountSays(t *testing.T) {
	t.Parallel()
	l := dials(t, compiled(t, nil), theFlow).says(welcome)
	require.Equal(t, Command{Kind: Listen, Digits: 4, First: 5 * time.Second, Inter: 5 * time.Second, Finish: "#", Star: true}, l.m.Do)

	l = dials(t, compiled(t, func(s *Settings) {
		s.Defaults.ExtensionLength, s.Defaults.FirstDigit, s.Defaults.Terminator = 3, 9*time.Second, NoTerminator
		f := s.Flows["front-desk"]
		f.Collect = Collecting{Digits: 8, InterDigit: 2 * time.Second, NoBargeIn: true}
		s.Flows["front-desk"] = f
	}), theFlow)
	require.Equal(t, Command{Kind: Listen, Digits: 8, First: 9 * time.Second, Inter: 2 * time.Second, NoBarge: true, Star: true}, l.m.Do)
}

func TestCollect_failuresShareOneCountOfRepeats(t *testing.T) {
	t.Parallel()
	l := dials(t, compiled(t, nil), theFlow)
	l.keys("").says(heardNone).does(Listen)
	l.keys("12a").says(wrongOne).does(Listen)
	l.keys("9999").does(Find)
	l.found(extension.ClassUnknown, nil).says(wrongOne).does(Listen)
	l.keys("").says("Goodbye.").does(Hangup)
	l.hangsUp().ends(ResultGoodbye)
}

func TestCollect_silenceThroughoutMeansOneRoundMoreThanRepeats(t *testing.T) {
	t.Parallel()
	for _, repeats := range []int{0, 1, 3, 10} {
		b := compiled(t, func(s *Settings) {
			f := s.Flows["front-desk"]
			f.Repeats = &repeats
			s.Flows["front-desk"] = f
		})
		l := dials(t, b, theFlow)
		for range repeats {
			l.keys("").says(heardNone).does(Listen)
		}
		l.keys("").says("Goodbye.").does(Hangup)
	}
}

func TestCollect_separateCountersRepeatSilenceAndWrongEntriesEach(t *testing.T) {
	t.Parallel()
	b := compiled(t, func(s *Settings) {
		one := 1
		f := s.Flows["front-desk"]
		f.Repeats, f.Counters = &one, Separate
		s.Flows["front-desk"] = f
	})
	dials(t, b, theFlow).keys("").says(heardNone).keys("x").says(wrongOne).keys("").does(Hangup)
	dials(t, b, theFlow).keys("").says(heardNone).keys("x").says(wrongOne).keys("x").does(Hangup)
}

func TestCollect_aDestinationForSilenceIsTakenAtOnce(t *testing.T) {
	t.Parallel()
	lead := func(repeats int) *Book {
		return compiled(t, func(s *Settings) {
			f := s.Flows["front-desk"]
			f.NoInput, f.Invalid, f.Repeats = ToQueue("support"), ToVoicemail("team"), &repeats
			s.Flows["front-desk"] = f
		})
	}
	dials(t, lead(3), theFlow).keys("").stands(theLine, Finding)
	dials(t, lead(3), theFlow).keys("x").stands(theBox, Recording)
	dials(t, lead(0), theFlow).keys("").says("Goodbye.") // without repeats the first failure is one too many
}

func TestCollect_repeatWithoutWordsSaysThePromptAgain(t *testing.T) {
	t.Parallel()
	b := compiled(t, func(s *Settings) {
		f := s.Flows["front-desk"]
		f.NoInput, f.Invalid = Repeat(nil), nil
		s.Flows["front-desk"] = f
	})
	dials(t, b, theFlow).keys("").says(welcome).keys("x").says("Sorry, that is not a valid extension. Please try again.")
}

func TestCollect_menusSayThePromptAfterWhatWasWrong(t *testing.T) {
	t.Parallel()
	l := dials(t, compiled(t, nil), theMenu).says(mainMenu)
	l.keys("").says(heardNone, mainMenu)
	l.keys("7").says("Sorry, that is not a valid extension. Please try again.", mainMenu)
	l.keys("7").says("Goodbye.").does(Hangup)
}

func TestCollect_aKeyThatRepeatsThePromptIsNoFailure(t *testing.T) {
	t.Parallel()
	l := dials(t, compiled(t, nil), theMenu)
	for range 60 {
		l.keys("9").says(mainMenu).does(Listen)
	}
	require.Equal(t, uint8(1), l.c.Entries)
	l.keys("2").stands(theBox, Recording)
}

func TestCollect_starLeadsOutFromAnywhereInTheEntry(t *testing.T) {
	t.Parallel()
	for _, entry := range []Digits{"*", "10*", "*1001"} {
		l := dials(t, compiled(t, nil), theFlow).keys(entry).stands(theLine, Finding)
		require.Equal(t, Command{Kind: Find, Name: "support"}, l.m.Do, "a queue is looked up, not what was keyed")
	}
	b := compiled(t, func(s *Settings) {
		f := s.Flows["front-desk"]
		s.Defaults.DefaultQueue, f.Star = "", nil
		s.Flows["front-desk"] = f
	})
	dials(t, b, theFlow).keys("*").says("Goodbye.").does(Hangup)
}

func TestCollect_guessesOfACallAreLimited(t *testing.T) {
	t.Parallel()
	b := compiled(t, func(s *Settings) {
		ten := 10
		s.Defaults.MaxGuesses = 2
		f := s.Flows["front-desk"]
		f.Repeats = &ten
		s.Flows["front-desk"] = f
	})
	l := dials(t, b, theFlow)
	l.keys("9998").found(extension.ClassUnknown, nil).says(wrongOne)
	l.keys("99").found(extension.ClassPartial, nil).says(wrongOne)
	require.Equal(t, uint8(2), l.c.Guesses)
	l.keys("1001").found(extension.ClassBusy, ada).stands(theMenu, Listening) // a right one is still right

	l = dials(t, b, theFlow)
	l.keys("9998").found(extension.ClassUnknown, nil)
	l.keys("9997").found(extension.ClassUnknown, nil)
	l.keys("9996").found(extension.ClassUnknown, nil).says("Goodbye.").does(Hangup)
}

func TestCollect_aCallerWhoGuessedTooOftenIsLedToRuleF(t *testing.T) {
	t.Parallel()
	l := dials(t, compiled(t, nil), theFlow).keys("1001").does(Find)
	l.happens(What{Kind: Exhausted, Budget: Guesses}).says("Goodbye.").does(Hangup)
}

func TestCollect_anAnswerWithoutAClassIsAWrongEntry(t *testing.T) {
	t.Parallel()
	dials(t, compiled(t, nil), theFlow).keys("1001").found(0, nil).says(wrongOne).does(Listen)
}

func TestPersonal_isTheMailboxOfTheAgentFirstKeyed(t *testing.T) {
	t.Parallel()
	b := compiled(t, func(s *Settings) {
		f := s.Flows["front-desk"]
		f.NoAnswer, f.Busy, f.Unavailable = Repeat(Say("Try another.")), ToExtension("1002", nil), nil
		s.Flows["front-desk"] = f
	})
	l := dials(t, b, theFlow).keys("1001").found(extension.ClassAvailable, ada)
	l.happens(What{Kind: Unanswered}).says("Try another.").does(Listen)
	l.keys("1002").found(extension.ClassAway, grace).does(Record)
	require.Equal(t, "ada", l.m.Do.Mailbox)

	l = dials(t, b, theFlow).keys("1001").found(extension.ClassBusy, ada).does(Find)
	require.Equal(t, Digits("1002"), l.m.Do.Entry)
	l.found(extension.ClassAway, grace).does(Record)
	require.Equal(t, "ada", l.m.Do.Mailbox, "the overflow's own agent was not keyed")
}
