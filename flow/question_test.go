package flow_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
)

// asking is an account whose number asks the product where its callers go.
func asking(q flow.Question) flow.Settings {
	return flow.Settings{
		Questions: map[string]flow.Question{"tier": q},
		Entries:   map[string]flow.Entry{"front": {Dest: *flow.ToQuestion("tier")}},
	}
}

func tier() flow.Question {
	return flow.Question{
		Answers:   map[string]flow.Dest{"gold": *flow.HangUp(flow.Say("Gold.")), "silver": *flow.HangUp(flow.Say("Silver."))},
		Otherwise: flow.HangUp(flow.Say("Nobody knows.")),
	}
}

// asked is a call that has just begun by asking, and its book.
func asked(t *testing.T, q flow.Question) (*flow.Book, flow.Call) {
	t.Helper()
	b, err := flow.Compile(asking(q))
	require.NoError(t, err)
	c, m := b.Advance(flow.Call{}, flow.Event{
		At: noon, What: flow.What{Kind: flow.Arrived, Start: &flow.Info{Key: flow.Key{Account: "acme", ID: "1"}, To: "+12025550100", Entry: "front"}},
	})
	require.Equal(t, flow.Hold, m.Do.Kind)
	require.Empty(t, m.Say)
	require.Equal(t, flow.Consulting, c.Phase)
	return b, c
}

var noon = time.Date(2026, time.January, 5, 12, 0, 0, 0, time.UTC)

func TestQuestion_saysWhatIsAskedOnceWithTheWordsThatLeadSomewhere(t *testing.T) {
	t.Parallel()
	b, c := asked(t, tier())
	q, ok := b.Asked(flow.Call{}, c)
	require.True(t, ok)
	require.Equal(t, flow.Asked{
		Call: flow.Key{Account: "acme", ID: "1"}, Turn: 1, Name: "tier", Answers: []string{"gold", "silver"},
		Limit: flow.DefaultQuestionLimit, At: noon, Info: c.Info,
	}, q)
	_, again := b.Asked(c, c)
	require.False(t, again, "a turn that leaves the question standing asks it again")
	require.True(t, b.Answers(c, "gold"))
	require.False(t, b.Answers(c, "bronze"))
	require.False(t, b.Answers(flow.Call{}, "gold"))
}

func TestQuestion_leadsWhereTheAnswerSaysAndOtherwiseElsewhere(t *testing.T) {
	t.Parallel()
	advise := func(word string) flow.What { return flow.What{Kind: flow.Told, News: flow.Advised, Entry: word} }
	for name, is := range map[string]struct {
		re   uint32
		what flow.What
		says string
		not  flow.Ignored
	}{
		"an answer":                   {1, advise("silver"), "Silver.", 0},
		"a word that leads nowhere":   {1, advise("bronze"), "Nobody knows.", 0},
		"no answer":                   {1, advise(""), "Nobody knows.", 0},
		"the limit":                   {0, flow.What{Kind: flow.Woke, Clock: flow.WaitClock}, "Nobody knows.", 0},
		"an answer to nothing":        {0, advise("gold"), "", flow.Late},
		"an answer to something else": {7, advise("gold"), "", flow.Late},
		"a lap of the wait":           {1, flow.What{Kind: flow.Pressed}, "", flow.Meaningless},
		"a key":                       {1, flow.What{Kind: flow.Pressed, Digits: "1"}, "", flow.Meaningless},
	} {
		b, c := asked(t, tier())
		next, m := b.Advance(c, flow.Event{At: noon.Add(2 * time.Second), Re: is.re, What: is.what})
		require.Equal(t, is.not, m.Ignored, name)
		if is.says == "" {
			require.Equal(t, c, next, name)
			continue
		}
		require.Equal(t, is.says, m.Say[0].Say, name)
		require.True(t, next.Owed, "nobody waits for the turn: %s", name)
		_, late := b.Advance(next, flow.Event{At: noon.Add(3 * time.Second), Re: 1, What: advise("gold")})
		require.Equal(t, flow.Late, late.Ignored, "a second answer: %s", name)
	}
}

func TestQuestion_isCheckedWhenItIsSaved(t *testing.T) {
	t.Parallel()
	many := map[string]flow.Dest{}
	for i := range 51 {
		many[strconv.Itoa(i)] = *flow.HangUp(nil)
	}
	for want, q := range map[string]flow.Question{
		"questions.tier.limit: 11s is out of range; write 1s to 10s":                                                                                    {Limit: 11 * time.Second, Answers: tier().Answers, Otherwise: flow.HangUp(nil)},
		"questions.tier.answers: the product can answer nothing; write a word and where it leads, as in {vip: {queue: support}}":                        {Otherwise: flow.HangUp(nil)},
		"questions.tier.answers: 51 answers; a question has at most 50":                                                                                 {Answers: many, Otherwise: flow.HangUp(nil)},
		"questions.tier.otherwise: nothing says where callers go when no answer comes in time; write a destination, as in {queue: support}":             {Answers: tier().Answers},
		"questions.tier.answers.gold.repeat: there is nothing to repeat here; repeat belongs to the rules of a flow and the keys of a menu":             {Answers: map[string]flow.Dest{"gold": *flow.Repeat(nil)}, Otherwise: flow.HangUp(nil)},
		"questions.tier.otherwise.ask: no question \"tear\"; did you mean \"tier\"?":                                                                    {Answers: tier().Answers, Otherwise: flow.ToQuestion("tear")},
		"questions.tier: leads back to itself without the caller keying anything: ask tier → ask tier; let one of these end the call, or ask for a key": {Answers: tier().Answers, Otherwise: flow.ToQuestion("tier")},
	} {
		_, err := flow.Compile(asking(q))
		require.EqualError(t, err, want)
	}
	gold := tier()
	gold.Answers["gold"] = *flow.ToQuestion("tier")
	_, err := flow.Compile(asking(gold))
	require.ErrorContains(t, err, "questions.tier: leads back to itself", "an answer is no caller's key")
}
