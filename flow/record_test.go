package flow

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
)

// records is a caller who hears the greeting of the sample account's mailbox, changed.
func records(t *testing.T, change func(*Mailbox)) *line {
	t.Helper()
	b := compiled(t, func(s *Settings) {
		m := s.Mailboxes["team"]
		if change != nil {
			change(&m)
		}
		s.Mailboxes["team"] = m
	})
	return dials(t, b, theBox)
}

func TestRecord_greetsThenRecordsTwoMinutesAtMost(t *testing.T) {
	t.Parallel()
	l := records(t, func(m *Mailbox) { m.MaxLength = 0 }).says(leaveOne)
	require.Equal(t, Command{Kind: Record, Mailbox: "team", Time: 2 * time.Minute, Silence: 5 * time.Second, Finish: "#"}, l.m.Do)
	require.Equal(t, []Post{{Kind: PostMessagePending, Mailbox: "team"}}, l.posts)
	l = records(t, func(m *Mailbox) {
		m.MaxLength, m.Silence, m.Keys = time.Minute, 3*time.Second, map[string]Dest{"0": *HangUp(nil), "*": *HangUp(nil)}
	})
	require.Equal(t, Command{Kind: Record, Mailbox: "team", Time: time.Minute, Silence: 3 * time.Second, Finish: "#", Keys: "*0"}, l.m.Do)
}

func TestRecord_keepsAMessageThatIsLongEnough(t *testing.T) {
	t.Parallel()
	l := records(t, nil).happens(What{Kind: Recorded, Ref: "RE1", Length: 2 * time.Second})
	l.says("Thank you. Your message has been recorded. Goodbye.").does(Hangup)
	require.Equal(t, []Post{{Kind: PostMessageLeft, Mailbox: "team", Ref: "RE1", Length: 2 * time.Second}}, l.posts)
	l.ignores(NotNow, Event{What: What{Kind: Recorded, Ref: "RE1", Length: 2 * time.Second}})
	l.hangsUp()
	require.Equal(t, []Post{{Kind: PostEnded, Result: ResultVoicemail}}, l.posts)
	l.ends(ResultVoicemail)
}

func TestRecord_discardsAMessageThatIsTooShort(t *testing.T) {
	t.Parallel()
	for _, w := range []What{{Kind: Recorded, Ref: "RE1", Length: 2*time.Second - 1}, {Kind: Recorded, Length: time.Minute}} {
		l := records(t, nil).happens(w).says("Goodbye.")
		require.Equal(t, []Post{{Kind: PostMessageDropped, Mailbox: "team", Ref: w.Ref}}, l.posts, "the recording can be deleted by it")
		l.hangsUp().ends(ResultGoodbye)
	}
	records(t, func(m *Mailbox) { m.MinLength = 10 * time.Second }).happens(What{Kind: Recorded, Ref: "RE1", Length: 9 * time.Second}).says("Goodbye.")
}

func TestRecord_aCallerWhoHangsUpHasLeftTheMessageOnceItComes(t *testing.T) {
	t.Parallel()
	l := records(t, nil).hangsUp().stands(theBox, Pending)
	require.Empty(t, l.posts)
	at, clock, _ := l.c.Wake()
	require.Equal(t, LifeClock, clock)
	require.Equal(t, l.at.Add(15*time.Minute), at)
	l.ignores(Repeated, Event{What: What{Kind: HungUp}})
	l.ignores(Over, Event{Re: l.c.Standing, What: What{Kind: Pressed, Digits: "1"}})
	l.after(14 * time.Minute).fact(What{Kind: Recorded, Ref: "RE1", Length: 3 * time.Second})
	require.Equal(t, Post{Kind: PostMessageLeft, Mailbox: "team", Ref: "RE1", Length: 3 * time.Second}, l.posts[0])
	l.ignores(Over, Event{What: What{Kind: Recorded, Ref: "RE1", Length: 3 * time.Second}})
	l.ends(ResultVoicemail)

	l = records(t, nil).hangsUp().fact(What{Kind: Recorded, Ref: "RE1", Length: time.Second})
	require.Equal(t, Post{Kind: PostMessageDropped, Mailbox: "team", Ref: "RE1"}, l.posts[0])
	l.ends(ResultAbandoned)
}

func TestRecord_aRecordingThatNeverComesIsLost(t *testing.T) {
	t.Parallel()
	l := records(t, nil).hangsUp().wakes(LifeClock, What{})
	require.Equal(t, []Post{{Kind: PostMessageLost, Mailbox: "team"}, {Kind: PostEnded, Result: ResultAbandoned}}, l.posts)
	require.True(t, l.c.Has(Reconciled))
	l.ends(ResultAbandoned)
}

func TestRecord_keysOfTheGreetingLeadElsewhere(t *testing.T) {
	t.Parallel()
	keys := func(m *Mailbox) { m.Keys = map[string]Dest{"0": *ToQueue("support"), "1": *ToVoicemail("team")} }
	l := records(t, keys)
	l.ignores(Meaningless, Event{Re: 1, What: What{Kind: Pressed, Digits: "5"}})
	l.ignores(Meaningless, Event{Re: 1, What: What{Kind: Pressed}})
	l.ignores(Meaningless, Event{Re: 1, What: What{Kind: Pressed, Digits: "00"}})
	l.keys("0#").stands(theLine, Finding)
	require.Equal(t, []Post{{Kind: PostMessageDropped, Mailbox: "team"}}, l.posts)

	l = records(t, keys).keys("1").says(leaveOne)
	require.Equal(t, []Post{{Kind: PostMessageDropped, Mailbox: "team"}, {Kind: PostMessagePending, Mailbox: "team"}}, l.posts)
}

func TestRecord_aFullMailboxLeadsElsewhere(t *testing.T) {
	t.Parallel()
	full := func(m *Mailbox) { m.MaxMessages, m.OnFull = 3, HangUp(Say("It is full.")) }
	l := records(t, full).does(Find)
	require.Equal(t, Command{Kind: Find, Mailbox: "team"}, l.m.Do)
	require.Empty(t, l.posts)
	l.found(extension.ClassBusy, nil).says("It is full.")
	records(t, full).found(extension.ClassAvailable, nil).says(leaveOne)
	records(t, func(m *Mailbox) { m.MaxMessages = 3 }).found(extension.ClassBusy, nil).says("Goodbye.")
	records(t, full).ignores(NotNow, Event{What: What{Kind: Recorded}})
}

func TestRecord_greetsByTheReason(t *testing.T) {
	t.Parallel()
	b := compiled(t, func(s *Settings) {
		m := s.Mailboxes["team"]
		m.Greetings = map[Reason]Message{ForUnavailable: {Say: "Out."}, ForBusy: {Say: "Busy."}, ForNoAnswer: {Say: "No answer."}}
		s.Mailboxes["team"] = m
		f := s.Flows["front-desk"]
		f.Unavailable, f.NoAnswer, f.Busy = ToVoicemail("team"), ToVoicemail("team"), ToVoicemail("team")
		f.Star = &Dest{To: TargetVoicemail, Name: "team", Message: Say("Starred.")}
		s.Flows["front-desk"] = f
	})
	dials(t, b, theFlow).keys("1001").found(extension.ClassAway, ada).says("Out.")
	dials(t, b, theFlow).keys("1001").found(extension.ClassBusy, ada).says("Busy.")
	rings(t, b).happens(What{Kind: Unanswered}).says("No answer.")
	rings(t, b).happens(What{Kind: Declined}).says("No answer.")
	dials(t, b, theBox).says(leaveOne)
	dials(t, b, theFlow).keys("*").says("Starred.")
}

func TestRecord_personalIsTheAgentsOwnMailbox(t *testing.T) {
	t.Parallel()
	lead := func(greeting *Message) *Book {
		return compiled(t, func(s *Settings) {
			s.Mailboxes["hers"] = Mailbox{Owner: "grace", Greeting: Say("This is Grace.")}
			f := s.Flows["front-desk"]
			f.Unavailable, f.Star = &Dest{To: TargetVoicemail, Name: Personal, Message: greeting}, &Dest{To: TargetVoicemail, Name: Personal, Message: greeting}
			s.Flows["front-desk"] = f
		})
	}
	box := func(b *Book, p *extension.Party, words string) string {
		return dials(t, b, theFlow).keys("1001").found(extension.ClassAway, p).says(words).does(Record).m.Do.Mailbox
	}
	pound := "Please leave a message after the tone. Press pound when you are done."
	require.Equal(t, "ada", box(lead(nil), ada, pound))
	require.Equal(t, "hers", box(lead(nil), grace, "This is Grace."))
	require.Equal(t, "team", box(lead(nil), &extension.Party{Agent: "x", Mailbox: "team"}, leaveOne))
	require.Equal(t, "ada", box(lead(Say("Speak.")), ada, "Speak."))
	require.Equal(t, "hers", box(lead(Say("Speak.")), grace, "Speak."))

	l := dials(t, lead(nil), theFlow).keys("*").says(leaveOne) // nobody was keyed: the account's own
	require.Equal(t, "team", l.m.Do.Mailbox)
	l = dials(t, lead(Say("Speak.")), theFlow).keys("*").says("Speak.")
	require.Equal(t, "team", l.m.Do.Mailbox)
	require.Equal(t, "ada", box(lead(nil), ada, pound))
}

func TestRecord_aRecordingTooShortThatIsOnlyReportedMovesNothing(t *testing.T) {
	t.Parallel()
	l := dials(t, compiled(t, nil), "voicemail team").does(Record)
	l.ignores(JustAFact, Event{What: What{Kind: Recorded, Ref: "RE1", Length: time.Second}})
	l.ignores(JustAFact, Event{Re: l.c.Standing, What: What{Kind: Recorded}})
	l.happens(What{Kind: HungUp})
	l.fact(What{Kind: Recorded, Ref: "RE1", Length: time.Second}).ends(ResultAbandoned)
}

func TestRecord_noneIsNoShortestMessage(t *testing.T) {
	t.Parallel()
	b := compiled(t, func(s *Settings) {
		box := s.Mailboxes["team"]
		box.MinLength = None
		s.Mailboxes["team"] = box
		s.Defaults.WrapUp = None
	})
	l := dials(t, b, "voicemail team").happens(What{Kind: Recorded, Ref: "RE1"})
	require.Equal(t, ResultVoicemail, l.c.Result)
	settings := b.Settings()
	require.Zero(t, settings.Defaults.wrapUp())
	require.Equal(t, 10*time.Second, Defaults{}.wrapUp())
}
