package flow

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/extflow/extflow/extension"
)

// How calls, turns and releases are written down as JSON, for stores and products:
// flat objects with a "schema", words for kinds, phases and outcomes, RFC 3339 for
// instants, whole nanoseconds for durations. A field that is not set is left out.
//
// Readers ignore fields that they do not know. What every older version wrote is
// read; a newer schema, or a word that only a newer version can have written, is
// ErrNewer. TestSchema holds each version to the documents of those before it.

// callJSON is a call as it is written. The clocks are those that are armed.
type callJSON struct {
	Schema int `json:"schema"`
	*Info
	Rev      uint32           `json:"rev,omitempty"`
	Standing uint32           `json:"standing,omitempty"`
	Last     time.Time        `json:"last,omitzero"` // when the newest turn was taken
	At       StepID           `json:"at,omitempty"`
	Phase    Phase            `json:"phase,omitempty"`
	Tries    [2]uint8         `json:"tries,omitzero"`
	Try      uint8            `json:"try,omitempty"`
	Tongue   uint8            `json:"tongue,omitempty"` // the place of the caller's language in the book
	Box      StepID           `json:"box,omitempty"`
	Trail    [3]StepID        `json:"trail,omitzero"`
	Why      Outcome          `json:"why,omitempty"`
	Result   Result           `json:"result,omitempty"`
	Marks    Marks            `json:"marks,omitempty"`
	Clocks   clocksJSON       `json:"clocks,omitzero"`
	Move     *Move            `json:"move,omitempty"` // what stands, in full
	Party    *extension.Party `json:"party,omitempty"`
	Mailbox  string           `json:"mailbox,omitempty"`
	Legs     []string         `json:"legs,omitempty"`
	Placed   uint32           `json:"placed,omitempty"`
	Lost     uint8            `json:"lost,omitempty"`
	Owed     bool             `json:"owed,omitempty"`
	Entries  uint8            `json:"entries,omitempty"`
	Guesses  uint8            `json:"guesses,omitempty"`
	Began    time.Time        `json:"began,omitzero"` // with the first turn
	Left     time.Time        `json:"left,omitzero"`  // when the caller was gone
	TakenBy  string           `json:"taken_by,omitempty"`
}

type clocksJSON struct {
	Step   time.Time `json:"step,omitzero"`
	Wait   time.Time `json:"wait,omitzero"`
	Notice time.Time `json:"notice,omitzero"`
	Life   time.Time `json:"life,omitzero"`
}

func (j *clocksJSON) all() [numClocks]*time.Time {
	return [numClocks]*time.Time{&j.Step, &j.Wait, &j.Notice, &j.Life}
}

// MarshalJSON writes the call so that any node can go on with it, and answer what
// stands without the call's book.
func (c Call) MarshalJSON() ([]byte, error) {
	s := c.State
	j := callJSON{
		Schema: Schema, Info: c.Info, Rev: c.Rev, Standing: c.Standing, At: s.At, Phase: s.Phase, Tries: s.Tries, Try: s.Try, Tongue: s.Tongue,
		Box: s.Box, Trail: s.Trail, Why: s.Why, Result: s.Result, Marks: s.Marks, Party: c.Party, Mailbox: c.Mailbox,
		Legs: c.Legs, Placed: c.Placed, Lost: c.Lost, Owed: c.Owed, Entries: c.Entries, Guesses: c.Guesses,
		Last: instant(c.Last), Began: instant(c.Began), Left: instant(c.Left), TakenBy: c.TakenBy,
	}
	for i, at := range j.Clocks.all() {
		if s.Armed.Has(Clock(i + 1)) {
			*at = time.Unix(0, c.Clocks[i]).UTC()
		}
	}
	if c.Move != nil {
		m := *c.Move
		c.fill(&m)
		j.Move = &m
	}
	return json.Marshal(&j)
}

// instant is nanoseconds since 1970 as a time; 0 is none.
func instant(at int64) time.Time {
	if at == 0 {
		return time.Time{}
	}
	return time.Unix(0, at).UTC()
}

// nanoseconds is what instant reads.
func nanoseconds(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.UnixNano()
}

// UnmarshalJSON reads what MarshalJSON of this version or of an older one wrote.
// The error is ErrNewer for a newer one's.
func (c *Call) UnmarshalJSON(text []byte) error {
	var j callJSON
	if err := read(text, &j, &j.Schema, Schema); err != nil {
		return fmt.Errorf("call: %w", err)
	}
	if len(j.Legs) > MaxLegs {
		return fmt.Errorf("call: %d legs; there are %d at most", len(j.Legs), MaxLegs)
	}
	*c = Call{
		Info: j.Info, Rev: j.Rev, Standing: j.Standing, Move: j.Move, Party: j.Party, Mailbox: j.Mailbox,
		Legs: j.Legs, Placed: j.Placed, Lost: j.Lost, Owed: j.Owed, Entries: j.Entries, Guesses: j.Guesses,
		Last: nanoseconds(j.Last), Began: nanoseconds(j.Began), Left: nanoseconds(j.Left), TakenBy: j.TakenBy,
		State: State{
			At: j.At, Box: j.Box, Trail: j.Trail, Tries: j.Tries, Phase: j.Phase, Try: j.Try, Tongue: j.Tongue, Legs: uint8(len(j.Legs)),
			Why: j.Why, Result: j.Result, Marks: j.Marks,
		},
	}
	for i, at := range j.Clocks.all() {
		if !at.IsZero() {
			c.Clocks[i] = at.UnixNano()
			c.Armed |= Clock(i + 1).Of()
		}
	}
	return nil
}

// The types without their methods, so that they are written as the structs that
// they are.
type (
	plainEvent   Event
	plainTurn    Turn
	plainRelease Release
	moveJSON     struct {
		Say []Message `json:"say,omitempty"`
		*Command
		Tell    News    `json:"tell,omitempty"`
		Ignored Ignored `json:"ignored,omitempty"`
		Choices *People `json:"choices,omitempty"`
	}
)

// UnmarshalJSON reads an event. The error is ErrNewer for a word of a newer
// version.
func (e *Event) UnmarshalJSON(text []byte) error {
	j := struct {
		*plainEvent
		Class class `json:"class"` // in place of the embedded one, for its error
	}{plainEvent: (*plainEvent)(e)}
	*e = Event{}
	if err := json.Unmarshal(text, &j); err != nil {
		return err
	}
	e.Class = extension.Class(j.Class)
	return nil
}

type class extension.Class

func (c *class) UnmarshalText(text []byte) error {
	if (*extension.Class)(c).UnmarshalText(text) != nil {
		return fmt.Errorf("%.40q: %w", text, ErrNewer)
	}
	return nil
}

// MarshalJSON writes the turn with its schema. The key of the call is written
// once.
func (t Turn) MarshalJSON() ([]byte, error) {
	if t.Event.Call == t.Call {
		t.Event.Call = Key{}
	}
	return json.Marshal(struct {
		Schema int `json:"schema"`
		plainTurn
	}{Schema, plainTurn(t)})
}

// UnmarshalJSON reads what MarshalJSON of this version or of an older one wrote.
// The error is ErrNewer for a newer one's.
func (t *Turn) UnmarshalJSON(text []byte) error {
	var j struct {
		Schema int `json:"schema"`
		plainTurn
	}
	if err := read(text, &j, &j.Schema, Schema); err != nil {
		return fmt.Errorf("turn: %w", err)
	}
	*t = Turn(j.plainTurn)
	if t.Event.Call == (Key{}) {
		t.Event.Call = t.Call
	}
	return nil
}

// UnmarshalJSON reads a release. The error is ErrNewer where a newer version of
// this library wrote it.
func (r *Release) UnmarshalJSON(text []byte) error {
	var j plainRelease
	if err := read(text, &j, &j.Schema, ReleaseSchema); err != nil {
		return fmt.Errorf("release: %w", err)
	}
	*r = Release(j)
	return nil
}

// MarshalJSON writes the move and its command as one object: what is said, and
// "do" with all that belongs to it.
func (m Move) MarshalJSON() ([]byte, error) {
	j := moveJSON{Say: m.Say, Tell: m.Tell, Ignored: m.Ignored, Choices: m.Choices}
	if m.Do != (Command{}) {
		j.Command = &m.Do
	}
	return json.Marshal(&j)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (m *Move) UnmarshalJSON(text []byte) error {
	j := moveJSON{Command: &Command{}}
	if err := json.Unmarshal(text, &j); err != nil {
		return err
	}
	*m = Move{Say: j.Say, Do: *j.Command, Tell: j.Tell, Ignored: j.Ignored, Choices: j.Choices}
	return nil
}

// read reads a document and says ErrNewer if it is a newer version's.
func read(text []byte, into any, schema *int, newest int) error {
	err := json.Unmarshal(text, into)
	if err == nil && *schema <= newest {
		return nil
	}
	var head struct {
		Schema int `json:"schema"`
	}
	switch {
	case errors.Is(err, ErrNewer):
		return err
	case json.Unmarshal(text, &head) == nil && head.Schema > newest:
		return fmt.Errorf("schema %d: %w", head.Schema, ErrNewer)
	}
	return err
}

// MarshalText writes the span as people do: "09:00-17:00".
func (s Span) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (s *Span) UnmarshalText(text []byte) error {
	if len(text) != len("09:00-17:00") || text[2] != ':' || text[5] != '-' || text[8] != ':' {
		return fmt.Errorf("no opening time: %.20q; write one as 09:00-17:00", text)
	}
	var n [4]uint16
	for i := range n {
		tens, ones := text[3*i]-'0', text[3*i+1]-'0'
		if tens > 9 || ones > 9 {
			return fmt.Errorf("no opening time: %.20q; write one as 09:00-17:00", text)
		}
		n[i] = uint16(tens)*10 + uint16(ones)
	}
	*s = Span{From: n[0]*60 + n[1], To: n[2]*60 + n[3]}
	return nil
}
