package flow

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
)

// What found nothing is not stored, and what is replayed goes the same way without it.
func TestHide_takesOutWhatFoundNothing(t *testing.T) {
	t.Parallel()
	settings := Settings{
		Flows: map[string]Flow{"desk": {Repeats: new(9)}},
		Menus: map[string]Menu{"main": {Prompt: Message{Say: "Sales, press 1."}, Keys: map[string]Dest{"1": {To: TargetFlow, Name: "desk"}}, Repeats: new(9)}},
	}
	party := &extension.Party{Agent: "ada", Extension: "1001", Endpoints: []extension.Endpoint{{Address: "client:ada"}}}
	for _, keeps := range []bool{false, true} {
		settings.Defaults.KeepEntries = keeps
		book, err := Compile(settings)
		require.NoError(t, err)
		var c Call
		var turns []Turn
		happens := func(w What) {
			was := c
			e := Event{Re: c.Standing, Reply: true, What: w}
			next, move := book.Advance(c, e)
			require.Zero(t, move.Ignored)
			c, turns = next, append(turns, Turn{Call: next.Key, Seq: next.Rev, Event: e, Move: move})
			book.Hide(was, turns)
		}
		found := func(class extension.Class, p *extension.Party) What { return What{Kind: Found, Class: class, Party: p} }
		happens(What{Kind: Arrived, Start: &Info{Key: Key{Account: "acme", ID: "c1"}, Entry: "menu main", Release: "r"}})
		for _, keyed := range []Digits{"7", "4929", "1*2", "1"} {
			happens(What{Kind: Pressed, Digits: keyed})
		}
		happens(What{Kind: Pressed, Digits: "4929#"})
		happens(found(extension.ClassUnknown, nil))
		happens(What{Kind: Pressed, Digits: "49"})
		happens(found(extension.ClassPartial, nil))
		happens(What{Kind: Pressed, Digits: "1001"})
		happens(found(extension.ClassAvailable, party))
		var stored, looked []Digits
		for _, t := range turns {
			if t.Event.Kind == Pressed {
				stored = append(stored, t.Event.Digits)
			}
			if t.Move.Do.Kind == Find {
				looked = append(looked, t.Move.Do.Entry)
			}
		}
		if keeps {
			require.Equal(t, []Digits{"7", "4929", "1*2", "1", "4929#", "49", "1001"}, stored)
			continue
		}
		require.Equal(t, []Digits{"?", "????", "?*?", "1", "????#", "??", "1001"}, stored)
		require.Equal(t, []Digits{"????", "??", "1001"}, looked)
		again := book.Replay(turns)
		require.Equal(t, c.State, again.State)
		require.Equal(t, c.Standing, again.Standing)
	}
}
