package flow

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/extflow/extflow/extension"
)

// documents are what schema 1 is held to: calls where they wait for different
// things, the turns of calls, a release. testdata/schema/1 has them as they were
// first written, and every later version must read them.
func documents(t *testing.T) map[string]any {
	b := compiled(t, func(s *Settings) {
		m := s.Menus["main"]
		m.Back, m.Hours, m.Closed = "8", "office", ToExtension("1002", ToPersonal())
		m.Keys["3"] = *ToHandoff(extension.Endpoint{Address: "tel:+12025550199"}, nil)
		s.Menus["main"] = m
		s.Hours = map[string]Hours{"office": {Open: map[string][]Span{"mon": {{540, 1020}}}, Holidays: map[string][]Span{"2026-12-25": {}}}}
		s.Queues["support"] = Queue{Strategy: RingAll, Hold: Named("hold"), LeaveKey: "*", Announce: Announce{Wait: extension.On}}
		box := s.Mailboxes["team"]
		box.Keys = map[string]Dest{"0": *HangUp(Say("Bye."))}
		s.Mailboxes["team"] = box
	})
	voicemail := rings(t, b).happens(What{Kind: Unreachable}).after(20 * time.Second).hangsUp()
	talk := offered(t, b, "support").happens(What{Kind: Answered}).keys("1").happens(What{Kind: Replied, Yes: true})
	line := dials(t, b, theFlow).keys("1003").found(extension.ClassBusy, grace).happens(What{Kind: Opened, Yes: true}).keys("1")
	line.found(extension.ClassAvailable, nil).told(Offered, "leg1").told(Offered, "leg2")
	line.wakes(NoticeClock, What{Class: extension.ClassAvailable, Position: 2, Length: 90 * time.Second})
	ended := rings(t, b).fact(What{Kind: Answered}).happens(What{Kind: AgentHungUp}).hangsUp()
	r, err := NewRelease("acme", "r1", 1, noon, b.Settings())
	require.NoError(t, err)
	return map[string]any{
		"call-listening": dials(t, b, theFlow).c, "call-ringing": rings(t, b).c, "call-in-line": line.c,
		"call-pending": voicemail.c, "call-ended": ended.c, "leg-screening": offered(t, b, "support").happens(What{Kind: Answered}).c,
		"leg-in-talk": talk.c, "turns-of-a-caller": line.turns, "turns-of-a-leg": talk.turns, "turns-of-a-voicemail": voicemail.turns,
		"release": r,
	}
}

// TestSchema1_addsWhatIsMissing writes documents that are not there yet, with
// EXTFLOW_UPDATE=1. What is there is never written again.
func TestSchema1_addsWhatIsMissing(t *testing.T) {
	t.Parallel()
	for name, document := range documents(t) {
		file := filepath.Join("testdata", "schema", "1", name+".json")
		if _, err := os.Stat(file); err == nil {
			continue
		}
		require.Equal(t, "1", os.Getenv("EXTFLOW_UPDATE"), "%s is missing; EXTFLOW_UPDATE=1 adds it", file)
		text, err := json.MarshalIndent(document, "", "  ")
		require.NoError(t, err, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, append(text, '\n'), 0o644))
	}
}

func TestSchema1_isReadAndWrittenAsItAlwaysWas(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "schema", "1", "*.json"))
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 11)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var again any
		switch kind, _, _ := strings.Cut(strings.TrimSuffix(filepath.Base(file), ".json"), "-"); kind {
		case "call", "leg":
			var c Call
			require.NoError(t, json.Unmarshal(text, &c), file)
			require.NotZero(t, c.Turn().Move.Do.Kind, "%s: nothing stands", file)
			again = c
		case "turns":
			var turns []Turn
			require.NoError(t, json.Unmarshal(text, &turns), file)
			require.Equal(t, Arrived, turns[0].Event.Kind, file)
			again = turns
		case "release":
			var r Release
			require.NoError(t, json.Unmarshal(text, &r), file)
			b, err := r.Book()
			require.NoError(t, err, file)
			require.Equal(t, r.Steps, b.StepNames()[:len(r.Steps)], "the steps have moved")
			again = r
		default:
			t.Fatalf("%s is none of calls, legs, turns and releases", file)
		}
		if Schema == 1 {
			now, err := json.Marshal(again)
			require.NoError(t, err)
			require.JSONEq(t, string(text), string(now), file)
		}
	}
}

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
		"rev": 3, "standing": 3, "last": "2026-03-02T12:00:00Z", "at": 15, "phase": "in_ring", "box": 7, "marks": ["held", "box_keyed"],
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
		{`{"schema": 2, "settings": {}}`, &Release{}}, {`{"schema": 2, "settings": []}`, &Release{}},
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
	require.Len(t, kindJSON, int(Exhausted)+1)
	require.Len(t, newsJSON, int(Dropped)+1)
	require.Len(t, budgetJSON, int(Turns)+1)
	require.Len(t, clockJSON, numClocks+1)
	require.Len(t, reportJSON, int(Gone)+1)
	require.Len(t, commandJSON, int(Tell)+1)
	require.Len(t, causeJSON, int(Unassigned)+1)
	require.Len(t, ignoredJSON, int(Meaningless)+1)
	require.Len(t, phaseJSON, int(Ended)+1)
	require.Len(t, resultJSON, int(ResultMissed)+1)
	require.Len(t, outcomeJSON, numOutcomes)
	require.Len(t, postJSON, int(PostAway)+1)
	require.Equal(t, Dialling, Marks(1)<<(len(markJSON)-1))
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
