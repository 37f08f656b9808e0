package flow

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
)

func TestPosts_tellHowADirectRingEnded(t *testing.T) {
	t.Parallel()
	b := compiled(t, nil)
	for kind, cause := range map[Kind]extension.Miss{
		Unanswered: extension.Unanswered, Declined: extension.Declined, FoundBusy: extension.Engaged,
		Unreachable: extension.Unreachable, Failed: extension.Unreachable,
	} {
		l := rings(t, b).happens(What{Kind: kind})
		require.Equal(t, Post{Kind: PostMissed, Agent: "ada", Cause: cause}, l.posts[0], "no queue, no rest")
	}
	l := rings(t, b).wakes(StepClock, What{Report: Alive})
	require.Equal(t, Post{Kind: PostMissed, Agent: "ada", Cause: extension.Unanswered}, l.posts[0])
	l = rings(t, b).happens(What{Kind: AgentHungUp})
	require.Equal(t, []Post{{Kind: PostTalked, Agent: "ada"}}, l.posts)
	l = rings(t, b).fact(What{Kind: Answered})
	require.Empty(t, l.posts)
	l.hangsUp()
	require.Equal(t, []Post{{Kind: PostTalked, Agent: "ada"}, {Kind: PostEnded, Result: ResultAnswered}}, l.posts)
}

func TestPosts_anAgentIsFreedWhenTheCallerLeavesFirst(t *testing.T) {
	t.Parallel()
	b := compiled(t, nil)
	l := rings(t, b).hangsUp()
	require.Equal(t, []Post{{Kind: PostFreed, Agent: "ada"}, {Kind: PostEnded, Result: ResultAbandoned}}, l.posts)
	l = rings(t, b).told(Dropped, "")
	require.Nil(t, l.posts, "the carrier has not hung up yet: ada's telephone rings")
	require.Equal(t, []Post{{Kind: PostFreed, Agent: "ada"}, {Kind: PostEnded, Result: ResultGoodbye}}, l.hangsUp().posts)
}

func TestPosts_tellWhoWaitsAndWhoIsServed(t *testing.T) {
	t.Parallel()
	b := compiled(t, func(s *Settings) {
		s.Queues["sales"] = Queue{OnMaxWait: ToVoicemail("team")}
		q := s.Queues["support"]
		q.OnLeave = ToQueue("sales")
		s.Queues["support"] = q
	})
	l := dials(t, b, theLine).found(extension.ClassAvailable, nil)
	require.Equal(t, []Post{{Kind: PostWaiting, Queue: "support"}}, l.posts)
	l.keys("*")
	require.Equal(t, []Post{{Kind: PostServed, Queue: "support"}}, l.posts)
	l.found(extension.ClassAvailable, nil)
	require.Equal(t, []Post{{Kind: PostWaiting, Queue: "sales"}}, l.posts)
	require.Equal(t, "sales", b.Line(l.c))
	l.hangsUp()
	require.Equal(t, []Post{{Kind: PostServed, Queue: "sales"}, {Kind: PostEnded, Result: ResultAbandoned}}, l.posts)
	require.Empty(t, b.Line(l.c))
}

func TestPosts_aQuietTurnHasNone(t *testing.T) {
	t.Parallel()
	b := compiled(t, nil)
	require.Nil(t, dials(t, b, theFlow).posts)
	require.Nil(t, dials(t, b, theFlow).keys("").posts)
	l := dials(t, b, theBox)
	require.Nil(t, l.after(time.Hour).happens(What{Kind: Woke, Clock: StepClock, Report: Alive}).posts)
	require.Empty(t, b.Posts(Call{}, Call{}, Event{}))
	require.Empty(t, Call{}.mailbox())
}

func TestPosts_aRingThatOnlyAFactCalledAnsweredCostsNoPlace(t *testing.T) {
	t.Parallel()
	l := waits(t, nil).after(time.Minute).told(Dialled, "").fact(What{Kind: Answered})
	l.after(20 * time.Second).happens(What{Kind: Unanswered})
	require.Contains(t, l.posts, Post{Kind: PostWaiting, Queue: "support", Length: 80 * time.Second}, "it has waited that long already")
}
