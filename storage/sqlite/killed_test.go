package sqlite_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/sqlite"
)

// A real process takes calls as fast as it can, and is killed without warning again
// and again. What it had acknowledged by then must be in the file, whole, once.

// asChild has the test binary be that process, on the file named.
const asChild = "EXTFLOW_TEST_KILL_ME"

const desk = number.E164("+12025550100")

// install makes the account: four agents whom everybody wants.
func install(ctx context.Context, s storage.Store) error {
	setup := extflow.Setup{
		Account:  "acme",
		Settings: flow.Settings{Mailboxes: map[string]flow.Mailbox{"team": {}}, Flows: map[string]flow.Flow{"desk": {Busy: flow.ToVoicemail("team")}}},
		Numbers:  []number.Assignment{{Number: desk, Entry: "flow desk"}},
	}
	for i := range 4 {
		setup.Agents = append(setup.Agents, extension.Agent{
			ID: fmt.Sprint("agent", i), Extension: fmt.Sprint(1001 + i), Endpoints: []extension.Endpoint{{Address: fmt.Sprint("client:agent", i)}},
		})
	}
	_, err := extflow.Install(ctx, s, setup, time.Now())
	if errors.Is(err, extflow.ErrExists) {
		return nil
	}
	return err
}

// child takes calls until it is killed. A line of its output says what it has
// acknowledged: the call, the event's id, and the turn that stands.
func child(path string) error {
	ctx := context.Background()
	s, err := sqlite.Open(ctx, sqlite.Config{Path: path})
	if err != nil {
		return err
	}
	if err := install(ctx, s); err != nil {
		return err
	}
	e, err := extflow.New(extflow.Config{Store: s, Deadline: time.Minute})
	if err != nil {
		return err
	}
	run := time.Now().UnixNano()
	acks := make(chan string, 1024)
	for worker := range 16 {
		go func() {
			for n := 0; ; n++ {
				live(ctx, e, fmt.Sprint(run, "-", worker, "-", n), fmt.Sprint(1001+(worker+n)%5), acks)
			}
		}()
	}
	for ack := range acks {
		if _, err := fmt.Println(ack); err != nil {
			return err
		}
	}
	return nil
}

// live is the life of a call: somebody keys an extension, talks if the agent is
// there, and hangs up.
func live(ctx context.Context, e *extflow.Engine, ref, ext string, acks chan<- string) {
	start := &flow.Info{Carrier: "sim", Ref: ref, From: "+14155550100", To: desk}
	turn := flow.Turn{}
	happens := func(ev flow.Event) bool {
		ev.Call, ev.Re = turn.Call, turn.Seq
		if ev.ID != "" {
			ev.ID = ref + ev.ID
		}
		next, err := e.Handle(ctx, ev)
		if err != nil {
			return false
		}
		turn = next
		acks <- fmt.Sprintf("%s %s. %d", turn.Call.ID, ev.ID, turn.Seq)
		return true
	}
	ok := happens(flow.Event{Reply: true, What: flow.What{Kind: flow.Arrived, Start: start}}) &&
		happens(flow.Event{Reply: true, What: flow.What{Kind: flow.Pressed, Digits: flow.Digits(ext)}})
	if ok && turn.Move.Do.Kind == flow.Connect {
		happens(flow.Event{ID: "answered", What: flow.What{Kind: flow.Answered}})
	}
	if ok {
		happens(flow.Event{ID: "gone", What: flow.What{Kind: flow.HungUp}})
	}
}

// acked is what a process said that it had stored.
type acked struct {
	seq    uint32
	events map[string]bool
}

func TestStore_survivesBeingKilled(t *testing.T) {
	t.Parallel()
	kills := 12
	if os.Getenv("EXTFLOW_LONG") != "" {
		kills = 120
	}
	path := filepath.Join(t.TempDir(), "extflow.db")
	all := map[string]*acked{}
	for range kills {
		killed(t, path, time.Duration(50+rand.IntN(200))*time.Millisecond, all)
		audit(t, path, all)
	}
	require.Greater(t, len(all), 2*kills, "it was at work when it was killed")
	t.Logf("%d kills, %d calls acknowledged", kills, len(all))
}

// killed runs a child, kills it some time after its first word, and adds what it had
// acknowledged.
func killed(t *testing.T, path string, after time.Duration, all map[string]*acked) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	c := exec.CommandContext(t.Context(), self)
	c.Env = append(os.Environ(), asChild+"="+path)
	var wrong strings.Builder
	c.Stderr = &wrong
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	lines := bufio.NewReader(out)
	var once sync.Once
	for {
		line, err := lines.ReadString('\n')
		if err == io.EOF || errors.Is(err, os.ErrClosed) {
			break // half a line was not acknowledged
		}
		require.NoError(t, err)
		once.Do(func() { time.AfterFunc(after, func() { _ = c.Process.Kill() }) })
		var call, event string
		var seq uint32
		_, err = fmt.Sscanf(line, "%s %s %d", &call, &event, &seq)
		require.NoError(t, err, line)
		a := all[call]
		if a == nil {
			a = &acked{events: map[string]bool{}}
			all[call] = a
		}
		a.seq = max(a.seq, seq)
		if event = strings.TrimSuffix(event, "."); event != "" {
			a.events[event] = true
		}
	}
	require.Error(t, c.Wait(), "it was killed")
	require.Empty(t, wrong.String())
}

// audit goes by the file alone: every acknowledged turn is there, every call is what
// its turns say, every agent is held by the call that says so and by no other. Then it
// hangs up for those who were cut off, and everybody is free.
func audit(t *testing.T, path string, all map[string]*acked) {
	t.Helper()
	ctx := t.Context()
	s, err := sqlite.Open(ctx, sqlite.Config{Path: path})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	r, err := s.Releases().Latest(ctx, "acme")
	require.NoError(t, err)
	book, err := r.Book()
	require.NoError(t, err)
	e, err := extflow.New(extflow.Config{Store: s, Deadline: time.Minute})
	require.NoError(t, err)

	holds, ended, stored := map[string]string{}, 0, map[string]bool{}
	for c, err := range s.Calls().List(ctx, "acme", storage.Query{}) {
		require.NoError(t, err)
		stored[c.ID] = true
		whole(t, s, book, c, all[c.ID])
		if agent := c.Agent(); agent != "" {
			require.Empty(t, holds[agent], "two calls reserve %s", agent)
			holds[agent] = c.ID
		}
		if c.Has(flow.Closed) {
			ended++
		}
	}
	for id := range all {
		require.True(t, stored[id], "call %s was acknowledged and is not there", id)
	}
	for a, err := range s.Directory().Agents(ctx, "acme") {
		require.NoError(t, err)
		require.Equal(t, holds[a.ID], a.Duty.HeldBy, "agent %s", a.ID)
	}
	require.Equal(t, ended, posts(t, s), "each call ended once")
	for c, err := range s.Calls().List(ctx, "acme", storage.Query{Live: true}) {
		require.NoError(t, err)
		_, _, armed := c.Wake()
		require.True(t, armed || c.Owed, "nobody would ever look after call %s", c.ID)
		require.NoError(t, e.Signal(ctx, flow.Event{Call: c.Key, What: flow.What{Kind: flow.HungUp}}))
	}
	for a, err := range s.Directory().Agents(ctx, "acme") {
		require.NoError(t, err)
		require.Empty(t, a.Duty.HeldBy, "agent %s is reserved for ever", a.ID)
	}
}

// whole sees that a call is what its turns lead to, and that nothing that was
// acknowledged is missing or there twice.
func whole(t *testing.T, s storage.Store, book *flow.Book, c flow.Call, a *acked) {
	t.Helper()
	turns, err := s.Calls().Turns(t.Context(), c.Key, 0)
	require.NoError(t, err)
	require.Len(t, turns, int(c.Rev))
	seen := map[string]int{}
	for i, turn := range turns {
		require.EqualValues(t, i+1, turn.Seq)
		if id := turn.Event.ID; id != "" {
			seen[id]++
			require.Equal(t, 1, seen[id], "event %s was stored twice", id)
		}
	}
	again := book.Replay(turns)
	require.Equal(t, again.State, c.State)
	require.Equal(t, again.Standing, c.Standing)
	if a == nil {
		return // it was stored, and nobody was told
	}
	require.GreaterOrEqual(t, c.Rev, a.seq, "call %s", c.ID)
	for id := range a.events {
		require.Equal(t, 1, seen[id], "event %s was acknowledged", id)
	}
}

// posts counts the calls that the feed says ended. Its cursors have no gaps.
func posts(t *testing.T, s storage.Store) (ended int) {
	t.Helper()
	for cursor := uint64(0); ; {
		entries, err := s.Feed().After(t.Context(), "acme", cursor, 1000)
		require.NoError(t, err)
		for _, e := range entries {
			require.Equal(t, cursor+1, e.Cursor)
			cursor = e.Cursor
			if e.Post.Kind == flow.PostEnded {
				ended++
			}
		}
		if len(entries) == 0 {
			return ended
		}
	}
}
