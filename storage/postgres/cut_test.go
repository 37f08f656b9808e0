package postgres_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage/postgres/postgrestest"
)

// wire stands between a node and the database, and cuts connections.
type wire struct {
	at    string // the socket of the database
	mu    sync.Mutex
	next  cut
	cuts  int
	conns map[net.Conn]bool
}

// cut is where the connection ends over which the next request goes.
type cut int

const (
	nowhere     cut = iota
	beforeIt        // the database never gets it
	within          // it gets half of it
	afterIt         // it gets it, and nobody waits for what it says
	afterAnswer     // it has said what became of it, and nobody hears that
)

// wired is a wire to the database of a URL, and the URL by which it is reached.
func wired(t *testing.T, url string) (*wire, string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "wire")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	host := between(url, "host=", "&")
	w := &wire{at: filepath.Join(unescaped(t, host), ".s.PGSQL.5432"), conns: map[net.Conn]bool{}}
	l, err := net.Listen("unix", filepath.Join(dir, ".s.PGSQL.5432"))
	require.NoError(t, err)
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { w.carry(c) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		w.mu.Lock()
		for c := range w.conns {
			_ = c.Close()
		}
		w.mu.Unlock()
		all.Wait()
	})
	return w, strings.Replace(url, "host="+host, "host="+strings.ReplaceAll(dir, "/", "%2F"), 1)
}

// carry carries a connection until it is cut.
func (w *wire) carry(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("unix", w.at)
	if err != nil {
		return
	}
	defer server.Close()
	w.mu.Lock()
	w.conns[client], w.conns[server] = true, true
	w.mu.Unlock()
	deaf := make(chan struct{}) // closed when what the database says is lost
	back := make(chan struct{})
	go func() {
		defer close(back)
		defer client.Close()
		answer := make([]byte, 1<<16)
		for {
			n, err := server.Read(answer)
			if err != nil {
				return
			}
			select {
			case <-deaf:
				return // it was said, and is lost
			default:
			}
			if _, err := client.Write(answer[:n]); err != nil {
				return
			}
		}
	}()
	request := make([]byte, 1<<20)
	for {
		n, err := client.Read(request)
		if err != nil {
			break
		}
		how := w.now(request[:n])
		if how == afterAnswer {
			close(deaf)
		}
		sent := map[cut]int{nowhere: n, within: n / 2, afterIt: n, afterAnswer: n}[how]
		if _, err := server.Write(request[:sent]); err != nil {
			break
		}
		if how == afterAnswer {
			<-back
		}
		if how != nowhere {
			break
		}
	}
	_ = server.Close()
	_ = client.Close()
	<-back
}

// now is where to cut for a request: one that commits turns, when somebody asked.
func (w *wire) now(request []byte) cut {
	w.mu.Lock()
	defer w.mu.Unlock()
	how := w.next
	if how == nowhere || !strings.Contains(string(request), `"schema":`) {
		return nowhere
	}
	w.next = nowhere
	w.cuts++
	return how
}

func (w *wire) cut(how cut) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.next = how
}

func between(s, after, before string) string {
	_, s, _ = strings.Cut(s, after)
	s, _, _ = strings.Cut(s, before)
	return s
}

func unescaped(t *testing.T, s string) string {
	t.Helper()
	return strings.ReplaceAll(s, "%2F", "/")
}

// A connection is cut while a turn is committed, at every place in turn: before it,
// in its middle, after it, and after it was stored. The caller gets the turn all the
// same, and it is stored once.
func TestCommit_whoseConnectionIsCutIsStoredOnce(t *testing.T) {
	t.Parallel()
	url := database(t)
	w, through := wired(t, url)
	n := opens(t, through)
	nodes(t, 1, url)
	times := 24
	if os.Getenv("EXTFLOW_LONG") != "" {
		times = 1000
	}
	for i := range times {
		turn := n.arrives(t, fmt.Sprint("CA", i))
		w.cut(cut(1 + i%4))
		next := n.then(t, turn, pressed("9999"))
		require.Equal(t, flow.Listen, next.Move.Do.Kind)
		require.Greater(t, next.Seq, turn.Seq)
		stored := turns(t, n.store, turn.Call)
		require.EqualValues(t, next.Seq, stored[len(stored)-1].Seq)
		pressedOnce := 0
		for _, x := range stored {
			if x.Event.Kind == flow.Pressed {
				pressedOnce++
			}
		}
		require.Equal(t, 1, pressedOnce)
		n.then(t, next, flow.What{Kind: flow.HungUp})
	}
	require.Equal(t, times, w.cuts)
}

// The server goes down in an instant under load, and comes back. Who calls meanwhile
// is asked for a moment's patience; what was acknowledged is there; nothing is done
// twice; and without a restart of anything calls are taken again.
func TestNodes_outliveASuddenStopOfTheServer(t *testing.T) {
	t.Parallel()
	server := postgrestest.Start(t)
	n := nodes(t, 3, server.URL("postgres"))
	stop := make(chan struct{})
	var callers sync.WaitGroup
	var mu sync.Mutex
	told, patience, calls := map[flow.Key]uint32{}, 0, 0
	for i := range 6 {
		callers.Go(func() {
			for round := 0; ; round++ {
				select {
				case <-stop:
					return
				default:
				}
				c := caller{t: t, nodes: n, at: i + round, then: func(turn flow.Turn, safe bool) {
					mu.Lock()
					defer mu.Unlock()
					if safe {
						patience++
						return
					}
					told[turn.Call] = turn.Seq
				}}
				c.calls(fmt.Sprintf("CA%d-%d", i, round))
				mu.Lock()
				calls++
				mu.Unlock()
			}
		})
	}
	done := func() int { mu.Lock(); defer mu.Unlock(); return calls }
	for range 2 {
		before := done()
		require.Eventually(t, func() bool { return done() > before+6 }, 30*time.Second, time.Millisecond, "calls come and go")
		require.NoError(t, server.Stop())
		waited := func() int { mu.Lock(); defer mu.Unlock(); return patience }
		asked := waited()
		require.Eventually(t, func() bool { return waited() > asked }, 30*time.Second, time.Millisecond)
		require.NoError(t, server.Start())
		back := done()
		require.Eventually(t, func() bool { return done() > back }, 5*time.Second, time.Millisecond, "normal service within five seconds")
	}
	close(stop)
	callers.Wait()
	for k, seq := range told {
		stored := turns(t, n[0].store, k)
		require.GreaterOrEqual(t, int(stored[len(stored)-1].Seq), int(seq), "what was acknowledged is there")
		keyed := 0
		for i, turn := range stored {
			require.EqualValues(t, i+1, turn.Seq, "no turn is missing")
			if turn.Event.Kind == flow.Pressed {
				keyed++
			}
		}
		require.LessOrEqual(t, keyed, 2, "nothing is done twice")
		require.True(t, n[1].call(t, k).Has(flow.CallerGone), "no call is stuck")
	}
	require.Empty(t, agentOf(t, n[2], "ada").Duty.HeldBy)
}

// caller dials, keys a wrong extension and Ada's, and hangs up. Each request goes to
// another node, and is made again as long as it is answered with patience.
type caller struct {
	t     *testing.T
	nodes []node
	at    int
	then  func(turn flow.Turn, safe bool)
}

func (c *caller) calls(ref string) {
	turn := c.ask(arrival(ref))
	for _, w := range []flow.What{pressed("9999"), pressed("1001"), {Kind: flow.HungUp}} {
		turn = c.ask(flow.Event{Call: turn.Call, Re: turn.Seq, Reply: true, What: w})
	}
}

func (c *caller) ask(e flow.Event) flow.Turn {
	for {
		c.at++
		turn, err := c.nodes[c.at%len(c.nodes)].engine.Handle(c.t.Context(), e)
		c.then(turn, err != nil)
		if err == nil {
			return turn
		}
	}
}
