package flow

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
)

func TestWords_everyKindHasOneAndANumberThatIsNoneIsSilent(t *testing.T) {
	t.Parallel()
	require.Equal(t, "hung_up", HungUp.String())
	require.Equal(t, "in_talk", InTalk.String())
	require.Equal(t, "handed_off", ResultHandedOff.String())
	require.Equal(t, "message_left", PostMessageLeft.String())
	require.Equal(t, "not_now", NotNow.String())
	require.Empty(t, Kind(200).String())
	require.Equal(t, "ada is away, having missed too often", Post{Kind: PostAway, Agent: "ada"}.String())
}

func TestWaiting_isLookedAtAgainWhenARestIsOverOrHoursMayHaveEnded(t *testing.T) {
	t.Parallel()
	rests := Member{Rest: noon.Add(20 * time.Second)}
	w := Waiting{Members: []Member{rests, {Rest: noon.Add(time.Minute)}, {Rest: noon.Add(-time.Minute)}}}
	require.Zero(t, w.Again(noon), "nobody waits")
	w.Callers = []Waiter{{Call: "a"}}
	require.Equal(t, noon.Add(20*time.Second), w.Again(noon))
	w.Members = []Member{{Hours: "office"}, {Rest: noon.Add(time.Minute)}}
	require.Equal(t, noon.Add(30*time.Second), w.Again(noon))
	w.Members = []Member{{}}
	require.Zero(t, w.Again(noon), "something else has to happen")
}

func TestOffers_nobodyIsOfferedTheOwnCall(t *testing.T) {
	t.Parallel()
	own := Member{Party: &extension.Party{Agent: "mary", Endpoints: []extension.Endpoint{{Address: "tel:+12025550114"}}}, Free: true}
	w := Waiting{Strategy: InOrder, Callers: []Waiter{{Call: "mary's", From: "+12025550114"}, {Call: "second", From: "+14155550100"}}}
	w.Members = []Member{own}
	require.Equal(t, []string{"second mary"}, offersInWords(w), "the next caller is")
	w.Members = []Member{own, member("ada", true, 0)}
	require.Equal(t, []string{"mary's ada", "second mary"}, offersInWords(w))
}

// A transcript of turns that no story of the suite leads to.
func TestStory_tellsAKeyThatWaitsForMoreASilentCallerAndARingThatIsLeft(t *testing.T) {
	t.Parallel()
	b := compiled(t, func(s *Settings) {
		m := s.Menus["main"]
		m.Extensions = true
		s.Menus["main"] = m
	})
	l := dials(t, b, "menu main").after(5 * time.Second).keys("2")
	l.after(5 * time.Second).happens(What{Kind: Recorded}) // not a word
	l.happens(What{Kind: HungUp})
	require.Equal(t, `caller dials +12025550100 from +14155550100
    say "For support press 1. To leave a message press 2. To hear this again press 9."
    listen for key 1, 2 or 9, or 4 digits, 5s

caller presses 2

...5s
    say "Please leave a message after the tone."
    record to team, 2m0s

...5s
    say "Goodbye."
    hang up
    voicemail dropped to team
    ends goodbye
`, Script{}.Story(l.turns))

	ringing := dials(t, b, "flow front-desk").keys("1001").found(extension.ClassAvailable, ada)
	ringing.happens(What{Kind: FoundBusy}).keys("1001").found(extension.ClassAvailable, ada)
	ringing.after(20 * time.Second).happens(What{Kind: Unanswered})
	told := Script{}.Story(ringing.turns)
	require.Contains(t, told, "ada's line is busy")
}
