package flow

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
)

// table is a book's transition table in words.
func table(b *Book) string {
	var out strings.Builder
	steps := b.Steps()
	for _, s := range steps {
		fmt.Fprintf(&out, "%s (%s)\n", s.Name, s.Action)
		for _, r := range s.Routes {
			fmt.Fprintf(&out, "  %v: %s\n", r.On, steps[r.To-1].Name)
		}
	}
	return out.String()
}

func TestCompile_theSampleIsTheseStepsAndRoutes(t *testing.T) {
	t.Parallel()
	got := table(compiled(t, nil))
	for _, step := range []string{
		`flow front-desk (collect)
  entered: flow front-desk: ring
  star: queue support
  limit: hang up: "Goodbye."
`, `flow front-desk: ring (ring)
  busy: menu main
  unanswered: queue support
  declined: queue support
  unavailable: voicemail team
`, `menu main (collect)
  limit: hang up: "Goodbye."
  1: queue support
  2: voicemail team
  9: menu main
`, `queue support (queue)
  busy: voicemail team
  unanswered: voicemail team
  unavailable: voicemail team
  leave: voicemail team
`, `voicemail team (record)
  done: thanks
  otherwise: goodbye
`,
	} {
		require.Contains(t, got, step)
	}
}

func TestCompile_isTheSameEveryTime(t *testing.T) {
	t.Parallel()
	s := sampleSettings()
	box := s.Mailboxes["team"]
	box.Keys = map[string]Dest{}
	for i := range 10 {
		box.Keys[fmt.Sprint(i)] = *HangUp(Say(fmt.Sprint("Bye ", i)))
		s.Mailboxes[fmt.Sprint("box", i)] = Mailbox{}
	}
	s.Mailboxes["team"] = box
	f := s.Flows["front-desk"]
	f.Busy = &Dest{To: TargetVoicemail, Name: Personal, Message: Say("Speak.")}
	s.Flows["front-desk"] = f
	first, err := Compile(s)
	require.NoError(t, err)
	for range 20 {
		again, err := Compile(s)
		require.NoError(t, err)
		require.Equal(t, first, again)
		require.Equal(t, first.AllEvents(), again.AllEvents())
	}
}

func TestCompile_keepsThePlacesOfNamedSteps(t *testing.T) {
	t.Parallel()
	s := sampleSettings()
	b, err := Compile(s)
	require.NoError(t, err)
	names := b.StepNames()
	slices.Reverse(names)
	names = append([]string{"a step of long ago", "another"}, names...)
	moved, err := Compile(s, names...)
	require.NoError(t, err)
	require.Equal(t, names, moved.StepNames())

	l := dials(t, moved, theFlow).keys("1003").found(extension.ClassBusy, ada).says(mainMenu)
	l.keys("2").stands(theBox, Recording)
	_, ok := moved.Entry("a step of long ago")
	require.False(t, ok)
}

func TestCompile_aCallAtAStepThatIsNoMoreSaysSorry(t *testing.T) {
	t.Parallel()
	b, err := Compile(sampleSettings(), "a step of long ago")
	require.NoError(t, err)
	c := Call{Info: &Info{Key: Key{"acme", "call"}}, State: State{At: 1, Phase: Listening, Armed: LifeClock.Of()}, Rev: 1, Standing: 1}
	c, m := b.Advance(c, Event{Re: 1, At: noon, What: What{Kind: Pressed}})
	require.Equal(t, Hangup, m.Do.Kind)
	require.Equal(t, "sorry", b.StepName(c.State))

	s := sampleSettings()
	menu := s.Menus["main"]
	menu.Back = "8"
	s.Menus["main"] = menu
	b, err = Compile(s, "a step of long ago")
	require.NoError(t, err)
	l := dials(t, b, theMenu)
	back := l.c
	back.Trail[0] = 1
	back, _ = b.Advance(back, Event{Re: 1, At: noon, What: What{Kind: Pressed, Digits: "8"}})
	require.Equal(t, "sorry", b.StepName(back.State))
}

func TestCompile_refusesMoreStepsThanAnIDTellsApart(t *testing.T) {
	t.Parallel()
	s := Settings{Menus: map[string]Menu{}}
	for i := range maxSteps {
		s.Menus[fmt.Sprint(i)] = Menu{Prompt: *Say("x"), Keys: map[string]Dest{"1": *HangUp(nil)}}
	}
	b, err := Compile(s)
	require.Nil(t, b)
	require.ErrorIs(t, err, ErrSettings)
	require.ErrorContains(t, err, " steps in all; an account has at most 65535, so use fewer menus, flows and destinations")
}

func TestCompile_entriesAreNumbersAndEverythingThatHasAName(t *testing.T) {
	t.Parallel()
	b := compiled(t, nil)
	require.Equal(t, []string{"+12025550100", theFlow, theMenu, theLine, theBox}, b.EntryNames())
	for _, name := range b.EntryNames() {
		dials(t, b, name)
	}
	require.Equal(t, sampleSettings(), b.Settings())
}

func TestCompile_findsFaultsFirst(t *testing.T) {
	t.Parallel()
	s := sampleSettings()
	s.Menus["main"].Keys["4"] = *ToQueue("suport")
	_, err := Compile(s)
	require.EqualError(t, err, `menus.main.keys.4.queue: no queue "suport"; did you mean "support"?`)
	_, err = NewRelease("acme", "r1", 1, noon, s)
	require.ErrorIs(t, err, ErrSettings)
	_, err = Release{Schema: Schema, Settings: s}.Book()
	require.ErrorIs(t, err, ErrSettings)
}

func TestCompile_emptySettingsAnswerWithSorry(t *testing.T) {
	t.Parallel()
	b, err := Compile(Settings{})
	require.NoError(t, err)
	dials(t, b, "anything").says("Sorry, we cannot complete your call. Please try again later. Goodbye.")
}

func TestCompile_differentRingsOfOneExtensionAreDifferentSteps(t *testing.T) {
	t.Parallel()
	b := compiled(t, func(s *Settings) {
		quick := s.Flows["front-desk"]
		quick.Ring.Time, quick.Busy = 10*time.Second, ToExtension("1002", ToVoicemail("team"))
		s.Flows["quick"] = quick
		slow := quick
		slow.Ring.Time = time.Minute
		s.Flows["slow"] = slow
		shown := quick
		shown.CallerID, shown.Screening = ShowNumber, extension.On
		s.Flows["shown"] = shown
	})
	rung := func(flow string) Command {
		l := dials(t, b, flow).keys("1003").found(extension.ClassBusy, ada)
		return l.found(extension.ClassAvailable, grace).does(Connect).m.Do
	}
	require.Equal(t, 10*time.Second, rung("flow quick").Time)
	require.Equal(t, time.Minute, rung("flow slow").Time)
	require.Equal(t, ShowNumber, rung("flow shown").CallerID)
	require.Equal(t, extension.On, rung("flow shown").Screen.Policy)
	require.Equal(t, ShowCaller, rung("flow quick").CallerID)
}

func TestMessage_isTheAccountsElseTheLibrarys(t *testing.T) {
	t.Parallel()
	b := compiled(t, func(s *Settings) {
		s.Messages["goodbye"] = Message{Say: "Auf Wiedersehen.", Language: "de", Voice: "Marlene"}
		s.Messages["moment"] = Message{Play: "moment.mp3"}
	})
	require.Equal(t, Message{Say: "Auf Wiedersehen.", Language: "de", Voice: "Marlene"}, b.Message("goodbye"))
	require.Equal(t, Message{Play: "moment.mp3", Language: "en-US"}, b.Message("moment"))
	for _, language := range phraseLanguages {
		for _, name := range DefaultMessages() {
			require.NotEmpty(t, phrases[language][name], "%s in %s", name, language)
		}
		require.Len(t, phrases[language], len(DefaultMessages()))
		require.NotEmpty(t, withheld[language])
	}
	require.Len(t, phrases, len(phraseLanguages))
	s := b.Settings()
	require.Equal(t, Message{Say: "Auf Wiedersehen.", Language: "fr", Voice: "Lea"}, s.message(&Message{Name: "goodbye", Language: "fr", Voice: "Lea"}, "", "en-US"))
}
