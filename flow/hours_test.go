package flow

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestHours_leadByWhatTheEngineAnswers(t *testing.T) {
	t.Parallel()
	b := compiled(t, func(s *Settings) {
		s.Hours = map[string]Hours{"office": {Open: map[string][]Span{"mon": {{540, 1020}}}}}
		s.Entries["main"] = Entry{Dest: *ToFlow("front-desk"), Hours: "office", Closed: HangUp(Say("We are closed."))}
		s.Entries["bare"] = Entry{Dest: *ToFlow("front-desk"), Hours: "office"}
		m := s.Menus["main"]
		m.Hours = "office"
		s.Menus["main"] = m
	})
	l := dials(t, b, "main").does(AskHours)
	require.Equal(t, "office", l.m.Do.Name)
	l.happens(What{Kind: Opened, Yes: true}).says(welcome)
	dials(t, b, "main").happens(What{Kind: Opened}).says("We are closed.").does(Hangup)
	dials(t, b, "bare").happens(What{Kind: Opened}).says("Goodbye.")
	dials(t, b, theMenu).happens(What{Kind: Opened}).says("Goodbye.")
	dials(t, b, theMenu).happens(What{Kind: Opened, Yes: true}).says(mainMenu)
	dials(t, b, "main").ignores(NotNow, Event{What: What{Kind: Replied}})
}

func TestHours_ofAMenuAreAskedAlsoOnTheWayBackFromWhereItIsClosed(t *testing.T) {
	t.Parallel()
	b := compiled(t, func(s *Settings) {
		s.Hours = map[string]Hours{"office": {Open: map[string][]Span{"mon": {{540, 1020}}}}}
		m := s.Menus["main"]
		m.Hours, m.Closed = "office", ToMenu("night")
		s.Menus["main"] = m
		s.Menus["night"] = Menu{Prompt: Message{Say: "It is night."}, Keys: map[string]Dest{"1": *ToMenu("main")}}
	})
	dials(t, b, theMenu).happens(What{Kind: Opened}).says("It is night.").keys("1").does(AskHours)
	dials(t, b, "menu night").keys("1").does(AskHours)
}

func TestHours_ofANumberAndOfAMenuAreNotMixedUp(t *testing.T) {
	t.Parallel()
	b := compiled(t, func(s *Settings) {
		s.Hours = map[string]Hours{"office": {Open: map[string][]Span{"mon": {{540, 1020}}}}}
		m := s.Menus["main"]
		m.Hours, m.Closed = "office", HangUp(Say("The menu is closed."))
		s.Menus["main"] = m
		s.Entries["menu main"] = Entry{Dest: *ToFlow("front-desk"), Hours: "office", Closed: HangUp(Say("The number is closed."))}
	})
	dials(t, b, "menu main").happens(What{Kind: Opened}).says("The number is closed.")
	dials(t, b, theFlow).keys("1003").found(2, grace).happens(What{Kind: Opened}).says("The menu is closed.")
}

func TestOpenAt_goesByTheWallClockAndByHolidays(t *testing.T) {
	t.Parallel()
	h := Hours{
		Open: map[string][]Span{
			"mon": {{9 * 60, 12 * 60}, {13 * 60, 17 * 60}}, "sat": {{0, 1440}},
		},
		Holidays: map[string][]Span{"2026-03-09": {}, "2026-03-10": {{600, 660}}},
	}
	for at, open := range map[string]bool{
		"2026-03-02T08:59:59": false, "2026-03-02T09:00:00": true, "2026-03-02T11:59:59": true, "2026-03-02T12:00:00": false,
		"2026-03-02T13:00:00": true, "2026-03-02T17:00:00": false, "2026-03-03T10:00:00": false,
		"2026-03-07T00:00:00": true, "2026-03-07T23:59:59": true, "2026-03-08T00:00:00": false,
		"2026-03-09T10:00:00": false, "2026-03-10T10:00:00": true, "2026-03-10T11:00:00": false,
	} {
		when, err := time.Parse("2006-01-02T15:04:05", at)
		require.NoError(t, err)
		require.Equal(t, open, h.OpenAt(when), at)
	}
}

func TestOpenAt_needsNoRuleForDaylightSaving(t *testing.T) {
	t.Parallel()
	h := Hours{Open: map[string][]Span{"sun": {{90, 150}}}} // 01:30 to 02:30
	winter, summer := time.FixedZone("EST", -5*3600), time.FixedZone("EDT", -4*3600)
	before := time.Date(2026, 11, 1, 1, 45, 0, 0, summer) // the clock shows 01:45 twice that night
	require.True(t, h.OpenAt(before))
	require.True(t, h.OpenAt(before.Add(time.Hour).In(winter)))
	require.False(t, h.OpenAt(before.Add(2*time.Hour).In(winter)))
}

func TestHours_areFoundByNameWithTheirTimeZone(t *testing.T) {
	t.Parallel()
	week := map[string][]Span{"mon": {{540, 1020}}}
	b := compiled(t, func(s *Settings) {
		s.Hours = map[string]Hours{"office": {Open: week}, "berlin": {Open: week, Timezone: "Europe/Berlin"}}
	})
	h, ok := b.Hours("office")
	require.True(t, ok)
	require.Equal(t, "America/New_York", h.Timezone)
	h, _ = b.Hours("berlin")
	require.Equal(t, "Europe/Berlin", h.Timezone)
	_, ok = b.Hours("none")
	require.False(t, ok)
	require.Equal(t, "UTC", Defaults{}.zone())
}

func TestSpan_isWrittenAsPeopleWriteIt(t *testing.T) {
	t.Parallel()
	require.Equal(t, "09:05-24:00", Span{545, 1440}.String())
	require.Equal(t, "00:00-10:00", Span{0, 600}.String())
}
