package flow_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
)

// spelling is a call that has keyed the letters of a name, and its book.
func spelling(t *testing.T, d flow.Directory, letters flow.Digits) (*flow.Book, flow.Call, flow.Move) {
	t.Helper()
	b, err := flow.Compile(flow.Settings{
		Directories: map[string]flow.Directory{"people": d},
		Entries:     map[string]flow.Entry{"front": {Dest: *flow.ToDirectory("people")}},
	})
	require.NoError(t, err)
	c, m := b.Advance(flow.Call{}, flow.Event{
		At: noon, What: flow.What{Kind: flow.Arrived, Start: &flow.Info{Key: flow.Key{Account: "acme", ID: "1"}, To: "+12025550100", Entry: "front"}},
	})
	require.Equal(t, flow.Listen, m.Do.Kind)
	require.EqualValues(t, flow.MaxSpelled, m.Do.Digits)
	return advanced(t, b, c, flow.What{Kind: flow.Pressed, Digits: letters})
}

func advanced(t *testing.T, b *flow.Book, c flow.Call, w flow.What) (*flow.Book, flow.Call, flow.Move) {
	t.Helper()
	next, m := b.Advance(c, flow.Event{At: noon, Re: c.Standing, Reply: true, What: w})
	require.Zero(t, m.Ignored)
	return b, next, m
}

func people(n int) []extension.Listing {
	var all []extension.Listing
	for i := range n {
		all = append(all, extension.Listing{Agent: fmt.Sprintf("a%d", i), Name: fmt.Sprintf("Ann %d", i), Extension: fmt.Sprintf("10%02d", i)})
	}
	return all
}

func TestDirectory_whomAKeyChoosesIsLookedUpByTheExtensionAsIfItHadBeenKeyed(t *testing.T) {
	t.Parallel()
	b, c, m := spelling(t, flow.Directory{}, "266#")
	require.Equal(t, flow.Command{Kind: flow.Spell, Entry: "266"}, m.Do)
	b, c, m = advanced(t, b, c, flow.Spelled("266", people(3)))
	require.Equal(t, "123*", m.Do.Keys)
	require.Equal(t, flow.Choosing, c.Phase)
	for _, key := range []flow.Digits{"3", "3#"} {
		_, _, m = advanced(t, b, c, flow.What{Kind: flow.Pressed, Digits: key})
		require.Equal(t, flow.Command{Kind: flow.Find, Entry: "1002"}, m.Do)
	}
	for _, key := range []flow.Digits{"4", "0", "9", "33", "#1", "x"} {
		_, same, m := advanced(t, b, c, flow.What{Kind: flow.Pressed, Digits: key})
		require.Equal(t, flow.Choosing, same.Phase, key)
		require.Equal(t, "123*", m.Do.Keys, "said once more with the same people")
		require.Len(t, *m.Choices, 3)
	}
}

// Between the choice and the ring the call may be stored, and another node may go on
// with it.
func TestDirectory_aCallThatChoosesGoesOnWhereItWasStored(t *testing.T) {
	t.Parallel()
	b, c, _ := spelling(t, flow.Directory{}, "266#")
	b, c, _ = advanced(t, b, c, flow.Spelled("266", people(2)))
	text, err := json.Marshal(c)
	require.NoError(t, err)
	var back flow.Call
	require.NoError(t, json.Unmarshal(text, &back))
	b, back, m := advanced(t, b, back, flow.What{Kind: flow.Pressed})
	require.Equal(t, "For Ann 1, press 2.", m.Say[1].Say)
	_, _, m = advanced(t, b, back, flow.What{Kind: flow.Pressed, Digits: "2"})
	require.EqualValues(t, "1001", m.Do.Entry)
}

func TestDirectory_whoIsGoneWhenChosenIsAWrongName(t *testing.T) {
	t.Parallel()
	b, c, _ := spelling(t, flow.Directory{}, "266#")
	b, c, _ = advanced(t, b, c, flow.Spelled("266", people(1)))
	b, c, _ = advanced(t, b, c, flow.What{Kind: flow.Pressed, Digits: "1"})
	_, c, m := advanced(t, b, c, flow.What{Kind: flow.Found, Class: extension.ClassUnknown})
	require.Equal(t, flow.Listening, c.Phase)
	require.Equal(t, "Sorry, nobody was found with that name.", m.Say[0].Say)
	require.EqualValues(t, flow.MaxSpelled, m.Do.Digits)
	require.EqualValues(t, 1, c.Guesses)
}

// A directory may lead elsewhere who keys nothing or a name that nobody has. Who found
// somebody is not led there.
func TestDirectory_whoFoundSomebodyIsNotLedAwayAsOneWhoDidNot(t *testing.T) {
	t.Parallel()
	away := flow.Directory{NoInput: flow.HangUp(nil), Invalid: flow.HangUp(nil), Repeats: new(2)}
	b, c, _ := spelling(t, away, "2#")
	b, c, m := advanced(t, b, c, flow.Spelled("2", people(flow.MaxChoices+1)))
	require.Contains(t, m.Say[0].Say, "Please spell more letters")
	b, c, _ = advanced(t, b, c, flow.What{Kind: flow.Pressed, Digits: "266#"})
	b, c, _ = advanced(t, b, c, flow.Spelled("266", people(2)))
	b, c, m = advanced(t, b, c, flow.What{Kind: flow.Pressed})
	require.Equal(t, "For Ann 0, press 1.", m.Say[0].Say)
	_, c, m = advanced(t, b, c, flow.What{Kind: flow.Pressed, Digits: "7"})
	require.Equal(t, flow.Hangup, m.Do.Kind, "the repeats are used up")

	b, c, _ = spelling(t, away, "9#")
	_, _, m = advanced(t, b, c, flow.Spelled("9", nil))
	require.Equal(t, flow.Hangup, m.Do.Kind)
}

func TestSpelled_asksForMoreLettersUntilThereAreNone(t *testing.T) {
	t.Parallel()
	for _, is := range []struct {
		letters int
		found   int
		class   extension.Class
		named   int
	}{
		{1, 0, extension.ClassUnknown, 0},
		{1, 1, extension.ClassAvailable, 1},
		{1, flow.MaxChoices, extension.ClassAvailable, flow.MaxChoices},
		{1, flow.MaxChoices + 1, extension.ClassPartial, 0},
		{flow.MaxSpelled - 1, flow.MaxChoices + 1, extension.ClassPartial, 0},
		{flow.MaxSpelled, flow.MaxChoices + 1, extension.ClassAvailable, flow.MaxChoices},
	} {
		w := flow.Spelled(flow.Digits(strings.Repeat("2", is.letters)), people(is.found))
		require.Equal(t, is.class, w.Class, is)
		if is.named == 0 {
			require.Nil(t, w.Named, is)
			continue
		}
		require.Len(t, *w.Named, is.named, is)
	}
}

// Letters that find nobody may be anything, as a wrong extension may.
func TestDirectory_lettersThatFindNobodyAreNotStored(t *testing.T) {
	t.Parallel()
	b, c, m := spelling(t, flow.Directory{}, "4929123#")
	pressed := flow.Turn{Event: flow.Event{What: flow.What{Kind: flow.Pressed, Digits: "4929123#"}}, Move: m}
	_, next, m := advanced(t, b, c, flow.Spelled("4929123", nil))
	turns := []flow.Turn{pressed, {Event: flow.Event{What: flow.Spelled("4929123", nil)}, Move: m}}
	b.Hide(c, turns)
	require.EqualValues(t, "???????#", turns[0].Event.Digits)
	require.EqualValues(t, "???????", turns[0].Move.Do.Entry)
	require.EqualValues(t, 1, next.Guesses)

	b, c, _ = spelling(t, flow.Directory{}, "266#")
	b, c, _ = advanced(t, b, c, flow.Spelled("266", people(1)))
	turns = []flow.Turn{{Event: flow.Event{What: flow.What{Kind: flow.Pressed, Digits: "4929"}}}}
	b.Hide(c, turns)
	require.EqualValues(t, "????", turns[0].Event.Digits)
	turns[0].Event.Digits = "1"
	b.Hide(c, turns)
	require.EqualValues(t, "1", turns[0].Event.Digits, "a choice is not hidden")
}

func TestDirectory_whatCannotBeIsAFaultWithItsPath(t *testing.T) {
	t.Parallel()
	s := flow.Settings{
		Messages: map[string]flow.Message{"directory-choice": {In: []flow.Wording{{Language: "en", Say: "For {name}."}}}},
		Flows:    map[string]flow.Flow{"front-desk": {}},
		Directories: map[string]flow.Directory{"people": {
			Flow: "front-dask", Keys: map[string]flow.Dest{"2": *flow.HangUp(nil), "1": *flow.ToDirectory("persons"), "": *flow.HangUp(nil)},
			Back: "1", NoInput: flow.ToPersonal(), Invalid: flow.Repeat(&flow.Message{}), Repeats: new(11), AfterRepeats: flow.Repeat(nil), Counters: "both",
		}},
	}
	_, err := flow.Compile(s)
	require.EqualError(t, err, strings.TrimSpace(`
directories.people.flow: no flow "front-dask"; did you mean "front-desk"?
directories.people.keys.: "" spells a name, or ends it; write 0, 1 or *, which have no letters
directories.people.keys.1.directory: no directory "persons"; add it to directories, or name one that is there
directories.people.keys.2: "2" spells a name, or ends it; write 0, 1 or *, which have no letters
directories.people.back: key 1 already leads elsewhere in this directory; pick another
directories.people.no_input.voicemail: nobody's extension can have been keyed here, so nobody's personal mailbox is meant; name a mailbox, or write settings.default_mailbox
directories.people.invalid: says nothing; write the name of a message, {say: words} or {play: URL}
directories.people.repeats: 11 is out of range; write 0 to 10
directories.people.after_repeats.repeat: the repeats are used up here; lead somewhere else, as with hangup
directories.people.counters: "both" is not known here; write shared or separate
messages.directory-choice: does not say who is chosen by which key; write words with {name} and {key}, as in: For {name}, press {key}.
directories.people: leads back to itself without the caller keying anything: directory people → directory people; let one of these end the call, or ask for a key`))
}
