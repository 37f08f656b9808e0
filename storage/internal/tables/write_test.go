package tables

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// What a Txn writes, shown with calls that a real book has advanced.

type desk struct {
	*testing.T
	book *flow.Book
	now  time.Time
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	book, err := flow.Compile(flow.Settings{
		Mailboxes: map[string]flow.Mailbox{"team": {}},
		Queues:    map[string]flow.Queue{"support": {}},
		Flows:     map[string]flow.Flow{"desk": {}},
		Entries:   map[string]flow.Entry{"ada": {Dest: *flow.ToExtension("1001", flow.ToVoicemail("team"))}},
	})
	require.NoError(t, err)
	return &desk{T: t, book: book, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
}

var ada = &extension.Party{Agent: "ada", Endpoints: []extension.Endpoint{
	{Address: "tel:+12025550111"}, {Address: "sips:Ada@PBX.example.com;transport=tls"}, {Address: "tel:+12025550111", Via: "sim"},
}}

// happens is a change that events make of a call, one after another.
func (d *desk) happens(c flow.Call, events ...flow.Event) storage.Change {
	d.Helper()
	change := storage.Change{Was: c, Now: c}
	for _, e := range events {
		d.now = d.now.Add(time.Millisecond)
		e.At = d.now
		if e.Kind == flow.Arrived {
			e.Call = e.Start.Key
		} else {
			e.Call = change.Now.Key
			e.Re = change.Now.Standing
		}
		next, move := d.book.Advance(change.Now, e)
		require.Zero(d, move.Ignored)
		change.Turns = append(change.Turns, flow.Turn{
			Call: next.Key, Seq: next.Rev, Event: e, Move: move, Posts: d.book.Posts(change.Now, next, e), Info: next.Info,
		})
		change.Now = next
	}
	return change
}

func (d *desk) arrives(id, entry string, then ...flow.Event) storage.Change {
	d.Helper()
	info := &flow.Info{Key: flow.Key{Account: "acme", ID: id}, From: "+14155550100", To: "+12025550100", Entry: entry, Carrier: "sim"}
	events := []flow.Event{{Reply: true, What: flow.What{Kind: flow.Arrived, Start: info}}}
	return d.happens(flow.Call{}, append(events, then...)...)
}

func (d *desk) rings(id string) storage.Change {
	d.Helper()
	return d.arrives(id, "ada", found(ada))
}

func found(p *extension.Party) flow.Event {
	return flow.Event{Reply: true, What: flow.What{Kind: flow.Found, Class: extension.ClassAvailable, Party: p}}
}

func (d *desk) derive(changes ...storage.Change) *Write {
	d.Helper()
	w, err := Derive(&storage.Txn{Account: "acme", Changes: changes}, d.now.UnixNano())
	require.NoError(d, err)
	return w
}

func TestDerive_aNewCallIsARowWithItsTurnsAndItsNextClock(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.arrives("c1", "flow desk")
	w := d.derive(c)
	require.Len(t, w.Calls, 1)
	row := w.Calls[0]
	require.Equal(t, "c1", row.ID)
	require.Equal(t, [2]uint32{0, 1}, [2]uint32{row.Was, row.Rev})
	require.Equal(t, d.now.UnixNano(), row.Begun)
	require.Zero(t, row.Closed)
	wake, _, ok := c.Now.Wake()
	require.True(t, ok)
	require.Equal(t, wake.UnixNano(), row.At)
	require.Equal(t, wake.UnixNano(), row.Wake)
	var back flow.Call
	require.NoError(t, json.Unmarshal([]byte(row.State), &back))
	require.Equal(t, c.Now.State, back.State)
	require.Len(t, w.Turns, 1)
	require.Equal(t, Turn{Call: "c1", Seq: 1, Doc: w.Turns[0].Doc}, w.Turns[0])
	require.Empty(t, w.Events)
	require.Empty(t, w.Posts)
}

func TestDerive_aRingTakesTheAgentAndEachPlaceOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	w := d.derive(d.rings("c1"))
	require.Empty(t, w.Frees)
	require.Len(t, w.Takes, 1)
	require.Equal(t, Hold{Agent: "ada", Call: "c1", Until: w.Takes[0].Until, Places: []string{"+12025550111", "sip:Ada@pbx.example.com"}}, w.Takes[0])
	require.Greater(t, w.Takes[0].Until, d.now.UnixNano())
}

func TestDerive_whatGoesOnReservingTheSameTakesAndFreesNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.rings("c1").Now
	copied := *c.Party
	c.Party = &copied // as it is after it was read from a database
	w := d.derive(d.happens(c, flow.Event{ID: "e1", What: flow.What{Kind: flow.Answered}}))
	require.Empty(t, w.Frees)
	require.Empty(t, w.Takes)
	require.Equal(t, []Event{{Call: "c1", ID: "e1"}}, w.Events)
}

func TestDerive_aCallThatEndsFreesItsAgentAndNeedsNoAttention(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.happens(d.rings("c1").Now, flow.Event{What: flow.What{Kind: flow.Answered}}).Now
	w := d.derive(d.happens(c, flow.Event{What: flow.What{Kind: flow.HungUp}}))
	require.Equal(t, "ada", w.Frees[0].Agent)
	require.Empty(t, w.Takes)
	require.Equal(t, d.now.UnixNano(), w.Calls[0].Closed)
	require.Equal(t, Never, w.Calls[0].At)
	var kinds []flow.PostKind
	for _, p := range w.Posts {
		kinds = append(kinds, p.Kind)
	}
	require.Equal(t, []flow.PostKind{flow.PostTalked, flow.PostEnded}, kinds)
	require.JSONEq(t, `{"post": "ended", "result": "answered"}`, w.Posts[1].Doc)
}

func TestDerive_aTurnThatNobodyWaitsForNeedsAttentionAtOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.arrives("c1", "queue support", found(nil))
	offered := d.happens(c.Now, flow.Event{What: flow.What{Kind: flow.Told, News: flow.Offered, Leg: "l1", Party: ada}})
	info := &flow.Info{Key: flow.Key{Account: "acme", ID: "l1"}, Peer: "c1", Queue: "support", To: "+12025550100"}
	leg := d.happens(flow.Call{}, flow.Event{What: flow.What{Kind: flow.Arrived, Start: info, Party: ada}})
	w := d.derive(leg, offered)
	require.Equal(t, []string{"c1", "l1"}, []string{w.Calls[0].ID, w.Calls[1].ID}, "in the order in which they are locked")
	require.Equal(t, 1, w.Calls[0].Offers)
	require.True(t, w.Calls[0].Moved)
	require.True(t, w.Calls[1].Owed)
	require.LessOrEqual(t, w.Calls[1].At, d.now.UnixNano())
	require.Greater(t, w.Calls[1].Wake, d.now.UnixNano())
}

func TestDerive_refusesWhatMakesNoSense(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.arrives("c1", "flow desk")
	other := c
	other.Was = d.arrives("c2", "flow desk").Now
	other.Was.Rev = 0
	for name, changes := range map[string][]storage.Change{
		"Now": {{}}, "Rev": {{Was: c.Now, Now: c.Now}}, "same call": {other}, "twice": {c, c},
	} {
		_, err := Derive(&storage.Txn{Account: "acme", Changes: changes}, 0)
		require.ErrorContains(t, err, name)
	}
	_, err := Derive(&storage.Txn{Account: "globex", Changes: []storage.Change{c}}, 0)
	require.ErrorContains(t, err, "account")
}

func TestMigrations_areNumberedWithoutGapsAndEveryTableBeginsWithItsAccount(t *testing.T) {
	t.Parallel()
	for i, m := range Migrations(Dialect{}) {
		require.Equal(t, i+1, m.Version)
		require.NotEmpty(t, m.Name)
		for _, s := range m.Statements() {
			require.NotContains(t, s, ";")
			require.Regexp(t, `^(DROP INDEX extflow_\w+$|CREATE TABLE extflow_\w+ \(\n  account +TEXT NOT NULL,|CREATE (UNIQUE )?INDEX extflow_\w+ ON extflow_\w+ \(`+
				`|ALTER TABLE extflow_\w+ ADD COLUMN \w+ \w+ NOT NULL DEFAULT |UPDATE extflow_\w+ SET )`, s)
		}
	}
}
