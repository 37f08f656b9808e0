package flow

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/extflow/extflow/extension"
)

// through writes a value and reads it again.
func through[V any](t require.TestingT, v V) V {
	text, err := json.Marshal(v)
	require.NoError(t, err)
	var back V
	require.NoError(t, json.Unmarshal(text, &back), string(text))
	again, err := json.Marshal(back)
	require.NoError(t, err)
	require.Equal(t, string(text), string(again))
	return back
}

// sameStored compares a call with what came of storing it: all but the standing
// move, which is stored with what the call fills in.
func sameStored(t require.TestingT, want, got Call) {
	require.Equal(t, through(t, want.Turn()), through(t, got.Turn()), "another turn stands")
	want.Move, got.Move = nil, nil
	require.True(t, reflect.DeepEqual(want, got), "%+v\n%+v", want, got)
}

func TestJSON_aCallGoesOnWhereItWasStored(t *testing.T) {
	t.Parallel()
	books := oddBooks()
	rapid.Check(t, func(t *rapid.T) {
		x := newChaos(books, func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "pick") })
		for range rapid.IntRange(1, 25).Draw(t, "events") {
			stored := through(t, x.c)
			sameStored(t, x.c, stored)
			e := x.event()
			e.Class = min(e.Class, extension.ClassPartial)
			next, m := x.b.Advance(x.c, e)
			other, n := x.b.Advance(stored, e)
			sameStored(t, next, other)
			require.Equal(t, through(t, m), through(t, n))
			if m.Ignored == 0 {
				x.turns = append(x.turns, Turn{Call: next.Key, Seq: next.Rev, Event: e, Move: m, Posts: x.b.Posts(x.c, next, e)})
			}
			x.c = next
		}
		if x.writable() {
			again := x.b.Replay(through(t, x.turns))
			again.Owed = x.c.Owed
			sameStored(t, x.c, again)
		}
	})
}

// writable reports whether every event can be written at all: a carrier's clock
// may show a year that RFC 3339 does not know, and a kind may have no word.
func (x *chaos) writable() bool {
	_, err := json.Marshal(x.turns)
	return err == nil
}

func TestJSON_readsLikeThis(t *testing.T) {
	t.Parallel()
	l := rings(t, compiled(t, nil))
	text, err := json.Marshal(l.c)
	require.NoError(t, err)
	require.JSONEq(t, `{
		"schema": 1, "account": "acme", "id": "call", "carrier": "sim", "from": "+14155550100", "to": "+12025550100", "entry": "flow front-desk",
		"rev": 3, "standing": 3, "began": "2026-03-02T12:00:00Z", "last": "2026-03-02T12:00:00Z", "at": 15, "phase": "in_ring", "box": 7, "marks": ["held", "box_keyed"],
		"clocks": {"step": "2026-03-02T12:00:51Z", "life": "2026-03-02T18:00:00Z"},
		"move": {
			"do": "connect", "callerid": "caller", "time": 20000000000, "limit": 7200000000000,
			"screen": {"message": {"say": "Call from {caller}. Press 1 to accept.", "language": "en-US"}, "time": 8000000000, "times": 2},
			"party": {"agent": "ada", "name": "Ada Lovelace", "extension": "1001", "endpoints": [{"address": "client:ada"}], "mailbox": "ada"}
		},
		"party": {"agent": "ada", "name": "Ada Lovelace", "extension": "1001", "endpoints": [{"address": "client:ada"}], "mailbox": "ada"},
		"mailbox": "ada", "entries": 2
	}`, string(text))
	text, err = json.Marshal(l.turns[1])
	require.NoError(t, err)
	require.JSONEq(t, `{
		"schema": 1, "call": {"account": "acme", "id": "call"}, "seq": 2,
		"event": {"re": 1, "reply": true, "at": "2026-03-02T12:00:00Z", "what": "pressed", "digits": "1001"},
		"move": {"do": "find", "entry": "1001"}
	}`, string(text))
	text, err = json.Marshal(Move{Tell: Left})
	require.NoError(t, err)
	require.JSONEq(t, `{"tell": "left"}`, string(text))
	text, err = json.Marshal(Call{})
	require.NoError(t, err)
	require.JSONEq(t, `{"schema": 1}`, string(text))
}

func TestJSON_ofANewerVersionIsRefused(t *testing.T) {
	t.Parallel()
	const key = `"call": {"account": "a", "id": "b"}, "seq": 1`
	for _, is := range []struct {
		text string
		into any
	}{
		{`{"schema": 2}`, &Call{}}, {`{"schema": 2, "phase": {"now": "different"}}`, &Call{}}, {`{"phase": "in_orbit"}`, &Call{}},
		{`{"why": "tired"}`, &Call{}}, {`{"result": "sung"}`, &Call{}}, {`{"marks": ["held", "blue"]}`, &Call{}},
		{`{"move": {"do": "dance"}}`, &Call{}}, {`{"move": {"do": "hangup", "cause": "boredom"}}`, &Call{}},
		{`{"schema": 2, ` + key + `}`, &Turn{}}, {`{` + key + `, "event": {"what": "sneezed"}}`, &Turn{}},
		{`{` + key + `, "event": {"what": "found", "class": "asleep"}}`, &Turn{}}, {`{"what": "found", "class": "asleep"}`, &Event{}},
		{`{` + key + `, "event": {"what": "told", "news": "old"}}`, &Turn{}}, {`{` + key + `, "event": {"what": "woke", "clock": "alarm"}}`, &Turn{}},
		{`{` + key + `, "event": {"what": "woke", "report": "humming"}}`, &Turn{}}, {`{` + key + `, "event": {"what": "exhausted", "budget": "patience"}}`, &Turn{}},
		{`{` + key + `, "move": {"ignored": "whim"}}`, &Turn{}}, {`{` + key + `, "move": {"tell": "all"}}`, &Turn{}},
		{`{` + key + `, "posts": [{"post": "card"}]}`, &Turn{}},
		{`{"schema": 4, "settings": {}}`, &Release{}}, {`{"schema": 4, "settings": []}`, &Release{}},
	} {
		require.ErrorIs(t, json.Unmarshal([]byte(is.text), is.into), ErrNewer, is.text)
	}
}

func TestJSON_whatIsBrokenIsNotTakenForNewer(t *testing.T) {
	t.Parallel()
	for _, is := range []struct {
		text string
		into any
	}{
		{`{"rev": "many"}`, &Call{}}, {`{"schema": 1, "phase": 5}`, &Call{}}, {`[]`, &Call{}}, {`{"marks": "held"}`, &Call{}},
		{`{"legs": ["a", "b", "c", "d", "e", "f"]}`, &Call{}}, {`{"last": "noon"}`, &Call{}}, {`{"move": []}`, &Call{}},
		{`{"seq": -1}`, &Turn{}}, {`{"event": {"re": "x"}}`, &Turn{}}, {`{"version": "x"}`, &Release{}},
		{`{"settings": {"hours": {"h": {"open": {"mon": ["9-17"]}}}}}`, &Release{}},
		{`{"settings": {"hours": {"h": {"open": {"mon": ["0x:00-17:00"]}}}}}`, &Release{}},
		{`{"settings": {"hours": {"h": {"open": {"mon": ["09.00-17:00"]}}}}}`, &Release{}},
	} {
		err := json.Unmarshal([]byte(is.text), is.into)
		require.Error(t, err, is.text)
		require.NotErrorIs(t, err, ErrNewer, is.text)
	}
}

func TestJSON_fieldsThatNobodyKnowsAreIgnored(t *testing.T) {
	t.Parallel()
	var c Call
	require.NoError(t, json.Unmarshal([]byte(`{"schema": 1, "id": "b", "mood": {"good": [1, 2]}, "move": {"do": "hangup", "softly": true}}`), &c))
	require.Equal(t, "b", c.ID)
	require.Equal(t, Hangup, c.Move.Do.Kind)
	var turn Turn
	require.NoError(t, json.Unmarshal([]byte(`{"schema": 1, "seq": 3, "weather": "fine", "event": {"what": "hung_up", "why": 5}}`), &turn))
	require.Equal(t, HungUp, turn.Event.Kind)
}

func TestJSON_everyConstantHasItsWord(t *testing.T) {
	t.Parallel()
	require.Len(t, kindJSON, int(Transcribed)+1)
	require.Len(t, newsJSON, int(Advised)+1)
	require.Len(t, budgetJSON, int(Outlay)+1)
	require.Len(t, clockJSON, numClocks+1)
	require.Len(t, reportJSON, int(Gone)+1)
	require.Len(t, commandJSON, int(Spell)+1)
	require.Len(t, causeJSON, int(Unassigned)+1)
	require.Len(t, ignoredJSON, int(Meaningless)+1)
	require.Len(t, phaseJSON, int(Choosing)+1)
	require.Len(t, resultJSON, int(ResultMissed)+1)
	require.Len(t, outcomeJSON, numOutcomes)
	require.Len(t, postJSON, int(PostMessageTranscribed)+1)
	require.Equal(t, Taping, Marks(1)<<(len(markJSON)-1))
	for _, words := range [][]string{
		kindJSON, newsJSON, budgetJSON, clockJSON, reportJSON, commandJSON, causeJSON, ignoredJSON, phaseJSON, resultJSON, outcomeJSON, postJSON, markJSON,
	} {
		seen := map[string]bool{}
		for _, word := range words {
			require.False(t, seen[word], word)
			seen[word] = true
		}
	}
	_, err := json.Marshal(What{Kind: 99})
	require.ErrorContains(t, err, "flow.Kind 99 has no word")
}

// rewritten writes a value and reads it again, so that what can be written in more
// than one way is written in ours; false where it cannot be written.
func rewritten[V any](v *V) bool {
	text, err := json.Marshal(v)
	if err != nil {
		return false
	}
	*v = *new(V)
	return json.Unmarshal(text, v) == nil
}

func FuzzCallJSON(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "schema", "1", "*.json"))
	require.NoError(f, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(f, err)
		var turns []json.RawMessage
		if json.Unmarshal(text, &turns) != nil {
			f.Add(text)
		}
		for _, turn := range turns {
			f.Add([]byte(turn))
		}
	}
	book, err := Compile(sampleSettings())
	require.NoError(f, err)
	events := book.AllEvents()
	f.Fuzz(func(t *testing.T, text []byte) {
		var c Call
		if json.Unmarshal(text, &c) == nil && rewritten(&c) {
			sameStored(t, c, through(t, c))
			for _, w := range events { // also a call that makes no sense goes on without a panic
				for _, re := range []uint32{0, c.Standing} {
					next, _ := book.Advance(c, Event{Re: re, At: noon, What: w})
					book.Posts(c, next, Event{What: w})
				}
			}
		}
		var turn Turn
		if json.Unmarshal(text, &turn) == nil && rewritten(&turn) {
			through(t, turn)
		}
	})
}

func BenchmarkCallJSON(b *testing.B) {
	book, err := Compile(sampleSettings())
	require.NoError(b, err)
	c, _ := book.Advance(Call{}, Event{At: noon, What: What{Kind: Arrived, Start: &Info{Key: Key{"acme", "call"}, Entry: theFlow}}})
	text, err := json.Marshal(c)
	require.NoError(b, err)
	b.Run("write", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = json.Marshal(c)
		}
	})
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var back Call
			_ = json.Unmarshal(text, &back)
		}
	})
}
