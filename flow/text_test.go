package flow

import (
	"strings"
	"testing"
	"time"

	"github.com/extflow/extflow/extension"
	"github.com/stretchr/testify/require"
)

var adaParty = &extension.Party{
	Agent:     "ada",
	Endpoints: []extension.Endpoint{{Address: "client:ada"}, {Address: "tel:+12025550111"}},
	Mailbox:   "ada",
}

func TestText_writesTurnsAsStoriesShowThem(t *testing.T) {
	ring := Command{Kind: Connect, Time: 20 * time.Second, Limit: 2 * time.Hour, CallerID: ShowCaller, Screen: &Screen{}, Party: adaParty}
	require.Equal(t, `caller dials +12025550100 from +14155550100
    say "Welcome to Acme."
    listen for 4 digits, 5s
`, Turn{
		Event: Event{What: What{Kind: Arrived, Start: &Info{From: "+14155550100", To: "+12025550100"}}},
		Move: Move{
			Say: []Message{{Say: "Welcome to Acme.", Language: "en-US"}},
			Do:  Command{Kind: Listen, Digits: 4, First: 5 * time.Second, Inter: 5 * time.Second, Finish: "#", Star: true},
		},
	}.Text())
	require.Equal(t, "caller presses 1001\n    ring client:ada, tel:+12025550111 for 20s\n",
		Turn{Event: Event{What: What{Kind: Pressed, Digits: "1001"}}, Move: Move{Do: ring}}.Text())
	require.Equal(t, "a recording of 12s comes\n    say \"Goodbye.\"\n    hang up\n    voicemail left to team, 12s\n    ends voicemail\n",
		Turn{
			Event: Event{What: What{Kind: Recorded, Ref: "RE1", Length: 12 * time.Second}},
			Move:  Move{Say: []Message{{Say: "Goodbye."}}, Do: Command{Kind: Hangup}},
			Posts: []Post{{Kind: PostMessageLeft, Mailbox: "team", Length: 12 * time.Second}, {Kind: PostEnded, Result: ResultVoicemail}},
		}.Text())
}

func TestText_writesEveryCommand(t *testing.T) {
	five := 5 * time.Second
	for want, c := range map[string]Command{
		"listen for key 1, 2 or 9, 5s":              {Kind: Listen, Digits: 1, Keys: "129", First: five, Inter: five},
		"listen for key 0 or *, or 4 digits, 5s":    {Kind: Listen, Digits: 4, Keys: "0*", First: five, Inter: five, Finish: "#"},
		"listen for 3 digits, 5s then 2s, no #":     {Kind: Listen, Digits: 3, First: five, Inter: 2 * time.Second},
		"listen for 4 digits, 5s, after the prompt": {Kind: Listen, Digits: 4, First: five, Inter: five, Finish: "#", NoBarge: true},

		"ring nobody for 20s":                                     {Kind: Connect, Time: 20 * time.Second},
		"hand off to tel:+12025550199 for 20s":                    {Kind: Connect, Time: 20 * time.Second, Party: &extension.Party{Endpoints: []extension.Endpoint{{Address: "tel:+12025550199"}}}},
		"ring client:ada (screened), tel:+12025550111 for 10s":    {Kind: Connect, Time: 10 * time.Second, Party: adaParty, Screen: &Screen{Policy: extension.On}},
		"ring client:ada, tel:+12025550111 (not screened) for 9s": {Kind: Connect, Time: 9 * time.Second, Party: adaParty, Screen: &Screen{Policy: extension.Off}},
		"ring nobody for 20s, showing the number called, at most 1h0m0s": {
			Kind: Connect, Time: 20 * time.Second, CallerID: ShowNumber, Limit: time.Hour},
		"place call to client:ada, tel:+12025550111 for 15s": {Kind: Originate, Time: 15 * time.Second, Party: adaParty},

		"hold": {Kind: Hold},
		"hold with https://media.example.com/hold.mp3, key * leaves": {Kind: Hold, Keys: "*", Music: Play("https://media.example.com/hold.mp3")},
		"record to team, 2m0s": {Kind: Record, Mailbox: "team", Time: 2 * time.Minute, Silence: five, Finish: "#"},
		"record to team, 1m0s, silence 3s, key 0 leads on": {
			Kind: Record, Mailbox: "team", Time: time.Minute, Silence: 3 * time.Second, Finish: "#", Keys: "0"},
		"hang up":                            {Kind: Hangup},
		"hang up as busy":                    {Kind: Hangup, Cause: LineBusy},
		"hang up as not in service":          {Kind: Hangup, Cause: Unassigned},
		"join":                               {Kind: Join, Limit: 2 * time.Hour},
		"come back, 2":                       {Kind: Again, Retry: 2},
		"look up 1001":                       {Kind: Find, Entry: "1001"},
		"look up queue support":              {Kind: Find, Name: "support"},
		"look up mailbox team":               {Kind: Find, Mailbox: "team"},
		"ask whether office is open":         {Kind: AskHours, Name: "office"},
		"tell accepted and wait":             {Kind: Tell, News: Accepted},
		"command 200":                        {Kind: 200},
		`record to "", 1s, silence 0s, no #`: {Kind: Record, Time: time.Second},
	} {
		require.Equal(t, want, Move{Do: c}.Text())
	}
}

func TestText_writesEveryEvent(t *testing.T) {
	for want, w := range map[string]What{
		"caller dials +12025550100, number withheld":                               {Kind: Arrived, Start: &Info{To: "+12025550100"}},
		"caller dials +12025550100 from +14155550100, forwarded from +12025550150": {Kind: Arrived, Start: &Info{To: "+12025550100", From: "+14155550100", ForwardedFrom: "+12025550150"}},
		"support offers a caller to ada":                                           {Kind: Arrived, Start: &Info{Peer: "c", Queue: "support"}, Party: adaParty},
		"a call is placed to ada":                                                  {Kind: Arrived, Start: &Info{Peer: "c"}, Party: adaParty},
		"caller presses 12*4#":                                                     {Kind: Pressed, Digits: "12*4#"},
		"caller presses nothing":                                                   {Kind: Pressed},
		`caller presses "nothing"`:                                                 {Kind: Pressed, Digits: "nothing"},
		`caller presses "1\n2"`:                                                    {Kind: Pressed, Digits: "1\n2"},
		"directory says ada is busy":                                               {Kind: Found, Class: extension.ClassBusy, Party: adaParty},
		"directory says unknown":                                                   {Kind: Found, Class: extension.ClassUnknown},
		"agent answers":                                                            {Kind: Answered},
		"agent's line is busy (486)":                                               {Kind: FoundBusy, Cause: "486"},
		"agent does not answer (no-answer)":                                        {Kind: Unanswered, Cause: "no-answer"},
		"agent declines":                                                           {Kind: Declined},
		"agent cannot be reached":                                                  {Kind: Unreachable},
		"agent hangs up":                                                           {Kind: AgentHungUp},
		"caller hangs up":                                                          {Kind: HungUp},
		"a recording of 12s comes":                                                 {Kind: Recorded, Ref: "RE1", Length: 12 * time.Second},
		"no recording comes":                                                       {Kind: Recorded},
		"the step clock goes off, the call is talking":                             {Kind: Woke, Clock: StepClock, Report: Talking},
		"the notice clock goes off, members are available, place 2, wait 3m0s": {Kind: Woke, Clock: NoticeClock, Class: extension.ClassAvailable, Position: 2, Length: 3 * time.Minute},
		"told accepted by leg-1":                     {Kind: Told, News: Accepted, Leg: "leg-1"},
		"the other call says no":                     {Kind: Replied},
		"hours are open":                             {Kind: Opened, Yes: true},
		"hours are closed":                           {Kind: Opened},
		`the carrier refuses ("21210 not verified")`: {Kind: Failed, Cause: "21210 not verified"},
		"no more guesses":                            {Kind: Exhausted, Budget: Guesses},
		"the carrier asks what stands":               {},
		"event 99":                                   {Kind: 99},
	} {
		require.Equal(t, want, Event{What: w}.Text())
	}
	require.Equal(t, "second caller presses 1", Script{Caller: "second caller"}.Event(Event{What: What{Kind: Pressed, Digits: "1"}}))
	require.Equal(t, "ada answers", Script{Agent: "ada"}.Event(Event{What: What{Kind: Answered}}))
}

func TestText_writesEveryPost(t *testing.T) {
	for want, p := range map[string]Post{
		"voicemail begins to team":                {Kind: PostMessagePending, Mailbox: "team"},
		"voicemail left to team, 12s":             {Kind: PostMessageLeft, Mailbox: "team", Length: 12 * time.Second},
		"voicemail dropped to team":               {Kind: PostMessageDropped, Mailbox: "team"},
		"voicemail lost to team":                  {Kind: PostMessageLost, Mailbox: "team"},
		"ada missed a call":                       {Kind: PostMissed, Agent: "ada"},
		"ada missed a call of support, rests 30s": {Kind: PostMissed, Agent: "ada", Queue: "support", Length: 30 * time.Second},
		"ada talked for support, wraps up 10s":    {Kind: PostTalked, Agent: "ada", Queue: "support", Length: 10 * time.Second},
		"waits in support":                        {Kind: PostWaiting, Queue: "support"},
		"leaves support":                          {Kind: PostServed, Queue: "support"},
		"ends handed off":                         {Kind: PostEnded, Result: ResultHandedOff},
		"ends result 0":                           {Kind: PostEnded},
		"post 77":                                 {Kind: 77},
	} {
		require.Equal(t, want, p.String())
	}
}

func TestString_hidesNumbersAndDigits(t *testing.T) {
	turn := Turn{
		Event: Event{What: What{Kind: Arrived, Start: &Info{From: "+14155550100", To: "+12025550100", ForwardedFrom: "sip:bob@example.com"}}},
		Move: Move{
			Say: []Message{{Say: "Call from 1 4 1 5 5 5 5 0 1 0 0. Press 1 to accept, or 20 times (415) 555-0100."}},
			Do:  Command{Kind: Connect, Time: 20 * time.Second, Party: adaParty, Screen: &Screen{}},
		},
	}
	require.Equal(t, `caller dials +120*****100 from +141*****100, forwarded from sip:****; `+
		`say "Call from * * * * * * * * * * *. Press 1 to accept, or 20 times (***) ***-****."; `+
		`ring client:****, tel:+120*****111 for 20s`, turn.String())
	require.Equal(t, "caller presses ****", Event{What: What{Kind: Pressed, Digits: "1001"}}.String())
	require.Equal(t, "look up ****", Move{Do: Command{Kind: Find, Entry: "1001"}}.String())
	require.Equal(t, "the carrier refuses (\"+*********** is not verified\")", Event{What: What{Kind: Failed, Cause: "+14155550100 is not verified"}}.String())
}

// Whatever an event or a command holds, a line is one line, the same every time,
// and what is hidden does not show.
func FuzzText(f *testing.F) {
	f.Add("1001", "+14155550100", "Press 1 now", "client:ada", uint8(2), uint8(1), int64(5e9))
	f.Add("a\nb", "tel:x y", "\xff\x00", "sip:1@2", uint8(16), uint8(200), int64(-1))
	f.Fuzz(func(t *testing.T, digits, from, say, address string, kind, which uint8, length int64) {
		party := &extension.Party{Agent: say, Endpoints: []extension.Endpoint{{Address: address}}}
		turn := Turn{
			Event: Event{What: What{
				Kind: Kind(kind), Digits: Digits(digits), Start: &Info{From: "+15550199999", To: "+15550199998"}, Party: party, Cause: from, Leg: digits,
				News: News(which), Budget: Budget(which), Clock: Clock(which), Report: Report(which), Length: time.Duration(length),
			}},
			Move: Move{
				Say: []Message{{Say: say}, {Play: address}, {Name: digits, Language: say, Voice: from}},
				Do: Command{Kind: CommandKind(which), Keys: digits, Finish: say, Digits: which, Party: party, Screen: &Screen{}, Mailbox: from,
					Name: say, Entry: Digits(digits), Music: &Message{Say: from}, Time: time.Duration(length), Cause: Cause(kind)},
				Tell: News(which), Ignored: Ignored(which),
			},
			Posts: []Post{{Kind: PostKind(which), Agent: say, Mailbox: from, Queue: digits, Result: Result(which)}},
		}
		text := turn.Text()
		lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		if len(lines) != 1+len(Script{}.answer(turn)) {
			t.Fatalf("a line is not one line:\n%q", text)
		}
		for _, line := range lines[1:] {
			if !strings.HasPrefix(line, indent) {
				t.Fatalf("not indented: %q", line)
			}
		}
		story := Script{}.Story([]Turn{turn, turn}, []Turn{turn})
		if text != turn.Text() || story != (Script{}).Story([]Turn{turn, turn}, []Turn{turn}) {
			t.Fatal("not the same twice")
		}
		if masked := turn.String(); strings.Contains(masked, "\n") || strings.Contains(masked, "55501999") && Kind(kind) == Arrived && digits+from+say+address == "" {
			t.Fatalf("shows what it hides: %s", masked)
		}
	})
}

func TestStory_tellsATimerAsTimeAndADirectorysAnswerAsPresence(t *testing.T) {
	t.Parallel()
	at := func(s int) time.Time { return time.Unix(int64(s), 0) }
	ring := Command{Kind: Connect, Time: 20 * time.Second, Screen: &Screen{}, Party: adaParty}
	listen := Command{Kind: Listen, Digits: 4, First: 5 * time.Second, Inter: 5 * time.Second, Finish: "#"}
	record := Command{Kind: Record, Mailbox: "team", Time: 2 * time.Minute, Silence: 5 * time.Second, Finish: "#"}
	turns := []Turn{
		{Event: Event{At: at(0), What: What{Kind: Arrived, Start: &Info{From: "+14155550100", To: "+12025550100"}}}, Move: Move{Do: listen}},
		{Event: Event{At: at(9), What: What{Kind: Pressed}}, Move: Move{Do: listen}},
		{Event: Event{At: at(15), What: What{Kind: Pressed, Digits: "1001"}}, Move: Move{Do: Command{Kind: Find, Entry: "1001"}}},
		{Event: Event{At: at(15), What: What{Kind: Found, Class: extension.ClassAvailable, Party: adaParty}}, Move: Move{Do: ring}},
		{Event: Event{At: at(37), What: What{Kind: Unanswered}}, Move: Move{Do: record}},
		{Event: Event{At: at(60), What: What{Kind: Recorded, Ref: "RE1", Length: 12 * time.Second}}, Move: Move{Do: Command{Kind: Hangup}},
			Posts: []Post{{Kind: PostMessageLeft, Mailbox: "team", Length: 12 * time.Second}}},
		{Event: Event{At: at(61), What: What{Kind: HungUp}}, Posts: []Post{{Kind: PostEnded, Result: ResultVoicemail}}},
	}
	const story = `caller dials +12025550100 from +14155550100
    listen for 4 digits, 5s

...5s
    listen for 4 digits, 5s

ada is available

caller presses 1001
    ring client:ada, tel:+12025550111 for 20s

...20s
    record to team, 2m0s

caller speaks for 12s

caller presses #
    hang up
    voicemail left to team, 12s
    ends voicemail
`
	require.Equal(t, story, Script{}.Story(turns))
	masked := Script{Masked: true}.Story(turns)
	require.Contains(t, masked, "caller dials +120*****100 from +141*****100\n")
	require.Contains(t, masked, "caller presses ****\n    ring client:****, tel:+120*****111 for 20s\n")
	require.Empty(t, Script{}.Story())
}
