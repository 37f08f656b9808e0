package farend_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/farend"
)

// post is the smallest far end: it sends letters to itself.
type post struct {
	farend.Clock
	mu   sync.Mutex
	time *farend.Time
	out  farend.Post[letter, *letter]
	news farend.News[string]
	plan farend.Plan[string]
	odds farend.Odds
	got  func(*letter) error
}

type letter struct {
	farend.Letter
	to string
}

func newPost() *post {
	p := &post{got: func(*letter) error { return nil }}
	p.time = farend.NewTime(time.Time{}, &p.mu, farend.Work{
		Name: "post",
		Deliver: func(context.Context) (bool, error) {
			return p.out.Deliver(p.befall, p.deliver)
		},
		Tell: p.news.Tell,
	})
	p.Clock, p.out.Time, p.news.Lock = p.time.Clock(), p.time, &p.mu
	return p
}

func (p *post) befall(l *letter) bool {
	return p.out.Befall(l, false, p.plan.Draw(l.to, p.odds), func(how string) { p.news.Note(l.to + " " + how) })
}

func (p *post) deliver(l *letter) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.news.Note(fmt.Sprint(l.to, " at ", p.Now().Format("5.0")))
	p.out.Release()
	return p.got(l)
}

func (p *post) send(t *testing.T, to ...string) {
	t.Helper()
	require.NoError(t, p.time.Act(context.Background(), func() error {
		for _, name := range to {
			p.out.Send(&letter{to: name})
		}
		return nil
	}))
}

func (p *post) watched() *[]string {
	var seen []string
	p.news.Observe(func(s string) { seen = append(seen, s) })
	return &seen
}

func TestPost_faultsBefallTheLettersThatTheyAreFor(t *testing.T) {
	t.Parallel()
	p := newPost()
	seen := p.watched()
	p.plan = farend.NewPlan(1, 0, []farend.Fault[string]{
		{For: "ada", Late: 2 * time.Second}, {For: "bob", Lost: true}, {For: "cleo", Twice: true}, {For: "dan", Swapped: true},
	})
	p.send(t, "ada", "bob", "cleo", "dan", "eve")
	require.Equal(t, []string{"ada late by 2s", "bob lost", "cleo twice", "cleo at 0.0", "cleo at 0.0", "dan swapped with the next", "eve at 0.0", "dan at 0.0"}, *seen)
	require.NoError(t, p.Wait(context.Background(), 3*time.Second))
	require.Equal(t, "ada at 2.0", (*seen)[len(*seen)-1])
}

func TestPost_theSameSeedHasTheSameMishaps(t *testing.T) {
	t.Parallel()
	run := func(seed uint64) []string {
		p := newPost()
		seen := p.watched()
		p.plan, p.odds = farend.NewPlan[string](seed, time.Second, nil), farend.Odds{Lost: 0.2, Late: 0.3, Twice: 0.2, Swapped: 0.2}
		for i := range 20 {
			p.send(t, fmt.Sprint(i))
		}
		require.NoError(t, p.Wait(context.Background(), 5*time.Second))
		return *seen
	}
	require.Equal(t, run(7), run(7))
	require.NotEqual(t, run(7), run(8))
}

func TestTime_whatIsDueHappensInItsOrderAndTheClockworkLast(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	p := newPost()
	seen := p.watched()
	began, woken := p.Now(), false
	p.Clockwork(func() (time.Time, bool) { return began.Add(2 * time.Second), !woken }, func(context.Context) error {
		woken = true
		*seen = append(*seen, "clockwork")
		return errors.New("a complaint")
	})
	clocks := p.time.Clocks()
	require.NoError(t, p.time.Act(ctx, func() error {
		clocks.Start("late", 3*time.Second, func() { p.news.Note("late") })
		clocks.Start("same", 2*time.Second, func() { p.out.Send(&letter{to: "same"}) })
		clocks.Start("never", time.Second, func() { p.news.Note("never") })
		clocks.Stop("never")
		return nil
	}))
	require.Equal(t, []farend.Timer{{Name: "same", At: began.Add(2 * time.Second)}, {Name: "late", At: began.Add(3 * time.Second)}}, clocks.List())
	some, err := p.SkipToNext(ctx)
	require.True(t, some)
	require.EqualError(t, err, "a complaint")
	require.Equal(t, []string{"same at 2.0", "clockwork"}, *seen)
	require.NoError(t, p.WaitUntil(ctx, began)) // never back
	require.Equal(t, began.Add(2*time.Second), p.Now())
}

func TestTime_aCircleIsNoticedAndNamed(t *testing.T) {
	t.Parallel()
	p := newPost()
	p.got = func(l *letter) error { p.out.Send(&letter{to: l.to}); return nil }
	err := p.time.Act(context.Background(), func() error { p.out.Send(&letter{to: "again"}); return nil })
	require.ErrorContains(t, err, "post: 20000 things happened")
}

func TestTime_keysTakeTheirTimeAndStopWhereTheCallEnds(t *testing.T) {
	t.Parallel()
	p := newPost()
	var pressed string
	err := p.time.Press(context.Background(), "12*3", time.Second, func(key byte) error {
		if key == '*' {
			return farend.ErrOver
		}
		pressed += string(key)
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, "12", pressed)
	require.Equal(t, "2.0", p.Now().Format("5.0"))
	require.ErrorContains(t, p.time.Press(context.Background(), "1a", 0, nil), `"a" is no key`)
}
