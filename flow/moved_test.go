package flow

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
)

// waitsToBeMoved is a caller in the line of support, with one offer out.
func waitsToBeMoved(t *testing.T, b *Book) *line {
	t.Helper()
	l := dials(t, b, "queue support").found(extension.ClassAvailable, nil)
	return l.told(Offered, "leg1")
}

func movedTo(t *testing.T, b *Book, d *Dest) What {
	t.Helper()
	w, err := b.MovedTo(*d)
	require.NoError(t, err)
	return w
}

func TestMoved_leadsAWaitingCallerElsewhereAndWithdrawsTheOffers(t *testing.T) {
	t.Parallel()
	b := compiled(t, func(s *Settings) { s.Queues["sales"] = Queue{} })
	for _, to := range []struct {
		*Dest
		do   CommandKind
		name string
	}{
		{ToQueue("sales"), Find, "sales"}, {ToVoicemail("team"), Record, ""}, {ToMenu("main"), Listen, ""},
		{ToFlow("front-desk"), Listen, ""}, {HangUp(nil), Hangup, ""}, {ToExtension("1002", nil), Find, ""},
	} {
		l := waitsToBeMoved(t, b).fact(movedTo(t, b, to.Dest))
		require.Equal(t, to.do, l.m.Do.Kind, to.To)
		require.Equal(t, to.name, l.m.Do.Name, to.To)
		require.Equal(t, Withdrawn, l.m.Tell, to.To)
		require.Contains(t, l.posts, Post{Kind: PostServed, Queue: "support"}, to.To)
	}
	l := waitsToBeMoved(t, b).fact(movedTo(t, b, HangUp(nil)))
	require.Equal(t, "Goodbye.", l.m.Say[0].Say)
	require.Equal(t, ResultGoodbye, l.c.Result)
	l = waitsToBeMoved(t, b).fact(movedTo(t, b, ToExtension("1002", nil)))
	require.Equal(t, Digits("1002"), l.m.Do.Entry)
	l.found(extension.ClassAway, grace)
	require.Equal(t, Record, l.m.Do.Kind, "the voicemail of whom the caller was moved to")
}

func TestMoved_comesTooLateOrLeadsNowhere(t *testing.T) {
	t.Parallel()
	b := compiled(t, func(s *Settings) { s.Queues["sales"] = Queue{Offer: Dial} })
	away := movedTo(t, b, ToVoicemail("team"))
	l := waitsToBeMoved(t, b)
	l.ignores(Meaningless, Event{What: movedTo(t, b, ToQueue("support"))}) // it is there
	l.ignores(Meaningless, Event{What: What{Kind: Told, News: Moved, Entry: "queue of another release"}})
	l.told(Accepted, "leg1").ignores(NotNow, Event{What: away})
	l.hangsUp().ignores(Over, Event{What: away})
	dials(t, b, theFlow).ignores(NotNow, Event{What: away})
	rung := dials(t, b, "queue sales").found(extension.ClassAvailable, nil)
	rung.happens(What{Kind: Told, News: Dialled, Party: ada}).ignores(NotNow, Event{What: away})
	rung.after(15 * time.Second).happens(What{Kind: Unanswered}).fact(away)
}

func TestMovedTo_saysWhatIsWrongWithADestination(t *testing.T) {
	t.Parallel()
	b := compiled(t, nil)
	for problem, d := range map[string]*Dest{
		"leave out messages, languages and otherwise": HangUp(Say("Go away.")),
		`no queue "sales"; name one`:                  ToQueue("sales"),
		`no voicemail "personal"`:                     ToPersonal(),
		"callers can be moved to a queue":             Repeat(nil),
	} {
		_, err := b.MovedTo(*d)
		require.ErrorContains(t, err, problem)
		require.ErrorIs(t, err, ErrSettings)
	}
	_, err := b.MovedTo(*ToExtension("1001", HangUp(nil)))
	require.ErrorContains(t, err, "otherwise")
}

func TestMoved_isTold(t *testing.T) {
	t.Parallel()
	b := compiled(t, nil)
	for line, d := range map[string]*Dest{
		"the supervisor moves caller to voicemail team": ToVoicemail("team"),
		"the supervisor moves caller to extension 1002": ToExtension("1002", nil),
		"the supervisor says goodbye to caller":         HangUp(nil),
	} {
		require.Equal(t, line, Event{What: movedTo(t, b, d)}.Text())
		require.Contains(t, Script{}.Story(waitsToBeMoved(t, b).fact(movedTo(t, b, d)).turns), "\n"+line+"\n")
	}
}
