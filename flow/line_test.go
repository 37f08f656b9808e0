package flow

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
)

// A line is a call under test: events move it, and the newest move is kept. At the
// end of the test its turns are replayed, which must lead to the same call.
type line struct {
	t     *testing.T
	b     *Book
	c     Call
	m     Move // the newest
	at    time.Time
	turns []Turn
	posts []Post // of the newest turn
}

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// compiled is the sample account's book, changed.
func compiled(t *testing.T, change func(*Settings)) *Book {
	t.Helper()
	s := sampleSettings()
	if change != nil {
		change(&s)
	}
	b, err := Compile(s)
	require.NoError(t, err)
	return b
}

// dials begins a call at an entry of a book.
func dials(t *testing.T, b *Book, entry string) *line {
	t.Helper()
	return arrives(t, b, &Info{
		Key: Key{Account: "acme", ID: "call"}, Carrier: "sim", From: "+14155550100", To: "+12025550100", Entry: entry,
	}, nil)
}

// offered begins a leg that is placed to ada for a caller of the queue.
func offered(t *testing.T, b *Book, queue string) *line {
	t.Helper()
	return arrives(t, b, &Info{
		Key: Key{Account: "acme", ID: "leg"}, Carrier: "sim", From: "+14155550100", To: "+12025550100", Peer: "call", Queue: queue,
	}, ada)
}

func arrives(t *testing.T, b *Book, info *Info, p *extension.Party) *line {
	t.Helper()
	l := &line{t: t, b: b, at: noon}
	l.happens(What{Kind: Arrived, Start: info, Party: p})
	t.Cleanup(func() {
		again := b.Replay(l.turns)
		again.Owed = l.c.Owed
		require.Equal(t, l.c, again, "the turns lead elsewhere when they are replayed")
	})
	return l
}

// happens is a control request that answers the standing turn, or a clock that is
// due; it must be accepted.
func (l *line) happens(w What) *line {
	l.t.Helper()
	e := Event{Re: l.c.Standing, Reply: true, What: w}
	if w.Kind == Woke || w.Kind == Told {
		e.Re, e.Reply = 0, false
	}
	l.accepts(e)
	return l
}

// fact is something that is told without a request to answer. What happens to an
// agent's leg bears the turn that rang it.
func (l *line) fact(w What) *line {
	l.t.Helper()
	e := Event{What: w}
	if w.Kind == Answered || w.Kind == AgentHungUp || w.Kind == Failed {
		e.Re = l.c.Standing
	}
	l.accepts(e)
	return l
}

func (l *line) accepts(e Event) {
	l.t.Helper()
	e.Call, e.At = Key{Account: "acme", ID: "call"}, l.at
	was := l.c
	c, m := l.b.Advance(was, e)
	require.Zero(l.t, m.Ignored, "%v was ignored: %v", e.Kind, m)
	require.Equal(l.t, was.Rev+1, c.Rev)
	l.posts = l.b.Posts(was, c, e)
	l.turns = append(l.turns, Turn{Call: c.Key, Seq: c.Rev, Event: e, Move: m, Posts: l.posts})
	l.c, l.m = c, m
}

// ignores is an event that changes nothing, and why.
func (l *line) ignores(why Ignored, e Event) *line {
	l.t.Helper()
	e.Call, e.At = l.c.Key, l.at
	c, m := l.b.Advance(l.c, e)
	require.Equal(l.t, Move{Ignored: why}, m)
	require.Equal(l.t, l.c, c)
	return l
}

// after lets time pass.
func (l *line) after(d time.Duration) *line {
	l.at = l.at.Add(d)
	return l
}

// wakes lets time pass until the next clock goes off, which must be this one.
func (l *line) wakes(clock Clock, w What) *line {
	l.t.Helper()
	at, which, ok := l.c.Wake()
	require.True(l.t, ok && which == clock, "the next clock is %v", which)
	l.at = at
	w.Kind, w.Clock = Woke, clock
	return l.happens(w)
}

// keys presses keys, or lets the time for them pass.
func (l *line) keys(digits Digits) *line {
	l.t.Helper()
	return l.happens(What{Kind: Pressed, Digits: digits})
}

// found is the directory's answer.
func (l *line) found(class extension.Class, p *extension.Party) *line {
	l.t.Helper()
	return l.happens(What{Kind: Found, Class: class, Party: p})
}

// told is news from another call.
func (l *line) told(news News, leg string) *line {
	l.t.Helper()
	return l.happens(What{Kind: Told, News: news, Leg: leg, Party: ada})
}

// says checks the words of the newest move; without any, that it says nothing.
func (l *line) says(words ...string) *line {
	l.t.Helper()
	said := make([]string, 0, len(l.m.Say))
	for _, m := range l.m.Say {
		said = append(said, m.Say+m.Play)
	}
	if words == nil {
		words = []string{}
	}
	require.Equal(l.t, words, said)
	return l
}

// does checks the command of the newest move.
func (l *line) does(kind CommandKind) *line {
	l.t.Helper()
	require.Equal(l.t, kind, l.m.Do.Kind, "it does %v", l.m)
	return l
}

// stands checks where the call is, by the step's name and the phase.
func (l *line) stands(step string, phase Phase) *line {
	l.t.Helper()
	require.Equal(l.t, step, l.b.StepName(l.c.State))
	require.Equal(l.t, phase, l.c.Phase)
	return l
}

// ends checks that the call is closed, and how it ended.
func (l *line) ends(r Result) {
	l.t.Helper()
	require.True(l.t, l.c.Has(Closed))
	require.Equal(l.t, r, l.c.State.Result)
	require.Empty(l.t, l.c.Agent())
	require.Empty(l.t, l.c.Legs)
	_, _, armed := l.c.Wake()
	require.False(l.t, armed)
	require.False(l.t, l.c.Owed)
}

// hangsUp ends the call from the caller's side.
func (l *line) hangsUp() *line {
	l.t.Helper()
	return l.fact(What{Kind: HungUp})
}

var (
	ada   = &extension.Party{Agent: "ada", Name: "Ada Lovelace", Extension: "1001", Mailbox: "ada", Endpoints: []extension.Endpoint{{Address: "client:ada"}}}
	grace = &extension.Party{Agent: "grace", Name: "Grace Hopper", Extension: "1002", Mailbox: "grace", Endpoints: []extension.Endpoint{{Address: "sip:grace@pbx.example.com"}}}
)

const (
	theFlow = "flow front-desk"
	theRing = "flow front-desk: ring"
	theMenu = "menu main"
	theLine = "queue support"
	theBox  = "voicemail team"

	welcome   = "Welcome to Acme. Please enter the extension of the person you would like to reach."
	heardNone = "Sorry, I did not hear anything."
	wrongOne  = "Sorry, that is not a valid extension."
	leaveOne  = "Please leave a message after the tone."
	mainMenu  = "For support press 1. To leave a message press 2. To hear this again press 9."
)
