package account

import (
	"time"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
)

// draft is a document as it is written: what the table of keys is bound to.
type draft struct {
	account   string
	settings  settings
	messages  map[string]flow.Message
	agents    []agent
	queues    map[string]queue
	mailboxes map[string]flow.Mailbox
	menus     map[string]flow.Menu
	hours     map[string]flow.Hours
	flows     map[string]flow.Flow
	questions map[string]flow.Question
	directory map[string]flow.Directory
	numbers   []assigned
}

// settings are the block of that name.
type settings struct {
	flow.Defaults
	first, last string // of the extensions
	reserved    []string
	quarantine  time.Duration
	region      string
	countries   []string
	keepCalls   time.Duration
	emergency   emergency
}

// queue is a queue with its members.
type queue struct {
	flow.Queue
	members []string
}

// agent is an agent as written; the extension may be left to be assigned.
type agent struct {
	extension.Agent
	path string
	line int
}

// assigned is a number with where it leads.
type assigned struct {
	number.Assignment
	begin     flow.Entry
	emergency emergency
	written   string // the number as it was written
	path      string
	line      int
}

// emergency is {dial: …} or {hangup: MESSAGE}.
type emergency struct {
	dial string
	said *flow.Message
}

// keys is the whole table.
func (d *draft) keys() block {
	return block{
		{"account", line{&d.account, "the account's name"}, "the account's name"},
		{"settings", d.settings.keys(), "what holds for the whole account"},
		{"messages", named(&d.messages, "messages", ownMessageKeys).with(schema{"type": "object", "oneOf": sayOrPlay()}), "what callers hear, by name; these replace the library's own of the same name"},
		{"agents", agents{&d.agents}, "the people whom callers reach by an extension"},
		{"queues", named(&d.queues, "queues", queueKeys), "lines of callers who wait for a member"},
		{"mailboxes", named(&d.mailboxes, "mailboxes", mailboxKeys), "where voicemail is left; every agent has one besides"},
		{"menus", named(&d.menus, "menus", menuKeys).with(schema{"type": "object", "required": []string{"prompt"}}), "one key, one destination"},
		{"hours", named(&d.hours, "hours", hoursKeys), "weekly opening times with holidays"},
		{"flows", named(&d.flows, "flows", flowKeys), "agent extension flows: ask for an extension and ring the agent"},
		{"questions", named(&d.questions, "questions", questionKeys).with(schema{"type": "object", "required": []string{"answers", "otherwise"}}), "what the product is asked in the middle of a call"},
		{"directories", named(&d.directory, "directories", directoryKeys), "where callers find people by name; only agents who are listed are found"},
		{"numbers", numbers{&d.numbers}, "what answers each number of the account"},
	}
}

func (s *settings) keys() block {
	return block{
		{"extension_length", count{&s.ExtensionLength}, "digits of an extension, 2 to 8; 4"},
		{"extension_range", span{&s.first, &s.last}, "the lowest and the highest extension, as in [1001, 9999]; every one of the length"},
		{"reserved", reserved{&s.reserved}, `extensions that nobody gets: "1100", or "0*" for all that begin with 0; "default" keeps the default as well; 911, 112, 999, 000 and 0*`},
		{"quarantine", lasting{into: &s.quarantine}, "how long an extension that was given up is given to nobody else; 30d"},
		{"default_region", line{&s.region, "a country's two letters, as in US"}, "the country whose numbers may be written without a country code, as in US"},
		{"language", line{&s.Language, "a language such as en-US"}, "BCP 47; en-US"},
		{"timezone", line{&s.Timezone, "a time zone such as America/New_York"}, "IANA name; UTC"},
		{"voices", voices{&s.Voices}, "the voices in which words are spoken, by language and carrier, as in {es-MX: {twilio: Polly.Mia}}; the carriers' own"},
		{"default_queue", line{&s.DefaultQueue, "a queue's name"}, "where * leads unless a flow says otherwise"},
		{"default_mailbox", line{&s.DefaultMailbox, "a mailbox's name"}, "stands in for the personal mailbox where nobody was keyed, and for what queues leave out"},
		{"first_digit", lasting{into: &s.FirstDigit}, "how long the first key is waited for, 1s to 1m; 5s"},
		{"inter_digit", lasting{into: &s.InterDigit}, "how long each further key is waited for, 1s to 1m; 5s"},
		{"terminator", word(&s.Terminator, "#", "none"), "the key that ends an entry; #"},
		{"countries", lines{&s.countries, "a country's two letters, as in US"}, "where agents' telephones and handoffs may be; the default_region"},
		{"caller_id", word(&s.CallerID, flow.ShowCaller, flow.ShowNumber), "which number a rung agent sees; caller"},
		{"wrap_up", lasting{into: &s.WrapUp, none: true}, "rest after a queue talk, 0s to 1h; 10s"},
		{"max_talk", lasting{into: &s.MaxTalk}, "the longest talk, 1m to 1d; 2h"},
		{"max_guesses", count{&s.MaxGuesses}, "wrong entries in one call, 1 to 200; 10"},
		{"screening", switched{&s.Screening}, "press 1 to accept; on for telephones only"},
		{"keep_entries", flag{&s.KeepEntries, "on"}, "whether wrong entries, which may be anything, are stored with the call and not only how long they were; off"},
		{"keep_calls", lasting{into: &s.keepCalls}, "how long calls are kept; 90d"},
		{"emergency", inAnEmergency{&s.emergency}, "what callers get when nothing else works, for numbers that do not say it themselves"},
	}
}

func queueKeys(q *queue) block {
	return block{
		{"members", lines{&q.members, "an agent's id"}, "agents' ids"},
		{"strategy", word(&q.Strategy, flow.LongestIdle, flow.InOrder, flow.RingAll), "whom a caller is offered to first; ring-all rings at most 5 at once; longest-idle"},
		{"ring", lasting{into: &q.Ring}, "how long a member rings, 5s to 2m; 15s"},
		{"offer", word(&q.Offer, flow.Place, flow.Dial), "whether callers hear music (place) or ringing (dial) while a member rings; place"},
		{"hold", maySay{&q.Hold}, "what waiting callers hear; the message hold"},
		{"announce", announceKeys(&q.Announce), "what waiting callers are told"},
		{"max_wait", lasting{into: &q.MaxWait}, "the longest wait, 10s to 1d; 10m"},
		{"on_max_wait", dest{&q.OnMaxWait}, "where callers go then; the default mailbox, else goodbye"},
		{"max_size", count{&q.MaxSize}, "the most callers in line, 1 to 10000; 100"},
		{"on_max_size", dest{&q.OnMaxSize}, "where callers go then; as on_max_wait"},
		{"on_no_members", dest{&q.OnNoMembers}, "where callers go when no member is at work; as on_max_wait"},
		{"leave_key", press{&q.LeaveKey}, "the key that leaves the line"},
		{"on_leave", dest{&q.OnLeave}, "where it leads; as on_max_wait"},
		{"callback", flag{&q.Callback, "on"}, "callers may ask to be called back without losing their place; off"},
		{"callback_key", press{&q.CallbackKey}, "the key that asks for it; 1"},
	}
}

func announceKeys(a *flow.Announce) block {
	return block{
		{"every", lasting{into: &a.Every}, "how often, 15s to 1h; 1m"},
		{"position", switched{&a.Position}, "the place in the line; on"},
		{"wait", switched{&a.Wait}, "the estimated wait; off"},
	}
}

func mailboxKeys(m *flow.Mailbox) block {
	return block{
		{"owner", line{&m.Owner, "an agent's id"}, "the agent whose personal mailbox it is; a team's where there is none"},
		{"greeting", maySay{&m.Greeting}, "said before the tone; the message voicemail"},
		{"greetings", greetings{&m.Greetings}, "greetings by why the caller was sent here"},
		{"min_length", lasting{into: &m.MinLength, none: true}, "what is shorter is discarded, 0s to 1m; 2s"},
		{"max_length", lasting{into: &m.MaxLength}, "the longest message, 5s to 1h; 2m"},
		{"silence", lasting{into: &m.Silence}, "silence that ends a message, 1s to 10s; 5s"},
		{"keys", keyed{&m.Keys}, "keys that lead elsewhere during the greeting"},
		{"max_messages", count{&m.MaxMessages}, "the most messages kept, 1 to 10000"},
		{"on_full", dest{&m.OnFull}, "where callers go when it is full; hangup"},
		{"notify", line{&m.Notify, "an address"}, "an address that is told of new messages"},
		{"transcribe", flag{&m.Transcribe, "on"}, "the carrier puts what callers say into words, in their language; off"},
	}
}

func menuKeys(m *flow.Menu) block {
	return block{
		{"prompt", said{&m.Prompt}, "what callers hear"},
		{"keys", keyed{&m.Keys}, "where each key leads: 0 to 9, * and #"},
		{"no_input", answer{&m.NoInput}, "on silence: a message, and the prompt again, or a destination; the message no-input"},
		{"invalid", answer{&m.Invalid}, "on another key: a message, and the prompt again, or a destination; the message invalid"},
		{"repeats", tally{&m.Repeats}, "how often these two repeat, 0 to 10; 3"},
		{"after_repeats", dest{&m.AfterRepeats}, "where the next one leads; hangup"},
		{"counters", word(&m.Counters, flow.Shared, flow.Separate), "whether silence and other keys are counted together; shared"},
		{"hours", line{&m.Hours, "the name of hours"}, "when the menu is open; always"},
		{"closed", dest{&m.Closed}, "where callers go outside the hours; hangup"},
		{"back", press{&m.Back}, "the key that goes back to where the caller came from"},
		{"extensions", flag{&m.Extensions, "on"}, "an extension may be keyed here too; off"},
		{"discreet", flag{&m.Discreet, "on"}, "an agent who is unavailable is answered as an extension that nobody has, by invalid; off"},
	}
}

func questionKeys(q *flow.Question) block {
	return block{
		{"limit", lasting{into: &q.Limit}, "how long the product has, 1s to 10s; 2s"},
		{"hold", maySay{&q.Hold}, "what callers hear meanwhile; nothing, or the carrier's own music"},
		{"answers", worded{&q.Answers}, "the words that the product may answer, and where each leads"},
		{"otherwise", dest{&q.Otherwise}, "where any other answer leads, and none in time"},
	}
}

func directoryKeys(d *flow.Directory) block {
	return block{
		{"prompt", maySay{&d.Prompt}, "asks for the first letters of a name; the message directory"},
		{"keys", keyed{&d.Keys}, "where the keys without letters lead: 0, 1 and *"},
		{"flow", line{&d.Flow, "a flow's name"}, "the flow that rings who is chosen, by its ring and rules a to c; 20s, and the personal mailbox"},
		{"no_input", answer{&d.NoInput}, "on silence: a message, and the prompt again, or a destination; the message directory-no-input"},
		{"invalid", answer{&d.Invalid}, "nobody has such a name: a message, and the prompt again, or a destination; the message directory-unknown"},
		{"repeats", tally{&d.Repeats}, "how often these two repeat, 0 to 10; 3"},
		{"after_repeats", dest{&d.AfterRepeats}, "where the next one leads; hangup"},
		{"counters", word(&d.Counters, flow.Shared, flow.Separate), "whether silence and unknown names are counted together; shared"},
		{"back", press{&d.Back}, "the key that goes back to where the caller came from: 0, 1 or *"},
	}
}

func hoursKeys(h *flow.Hours) block {
	return block{
		{"timezone", line{&h.Timezone, "a time zone such as America/New_York"}, "IANA name; the account's"},
		{"open", week{into: &h.Open}, "opening times by day, mon to sun; a day that is missing is closed"},
		{"holidays", week{into: &h.Holidays, dates: true}, "opening times by date, in place of the day's; none is closed all day"},
	}
}

func flowKeys(f *flow.Flow) block {
	return block{
		{"greeting", maySay{&f.Greeting}, "asks for an extension; the message welcome"},
		{"collect", collectKeys(&f.Collect), "how an extension is read"},
		{"ring", block{{"time", lasting{into: &f.Ring.Time}, "how long the agent rings, 10s to 2m; 20s"}}, "how the agent is rung"},
		{"screening", switched{&f.Screening}, "press 1 to accept; the account's"},
		{"caller_id", word(&f.CallerID, flow.ShowCaller, flow.ShowNumber), "which number the agent sees; the account's"},
		{"unavailable", dest{&f.Unavailable}, "rule a, the agent cannot be rung; voicemail"},
		{"no_answer", dest{&f.NoAnswer}, "rule b, nobody took the call; voicemail"},
		{"busy", dest{&f.Busy}, "rule c, the agent is busy; voicemail"},
		{"no_input", answer{&f.NoInput}, "rule d, the caller keyed nothing: a message, and asked again, or a destination; the message no-input"},
		{"invalid", answer{&f.Invalid}, "rule e, no such extension: a message, and asked again, or a destination; the message invalid"},
		{"repeats", tally{&f.Repeats}, "how often rules d and e repeat, 0 to 10; 3"},
		{"after_repeats", dest{&f.AfterRepeats}, "rule f, they have repeated that often; hangup"},
		{"star", dest{&f.Star}, "rule g, the caller presses *; the default queue, else hangup"},
		{"counters", word(&f.Counters, flow.Shared, flow.Separate), "whether silence and wrong entries are counted together; shared"},
		{"discreet", flag{&f.Discreet, "on"}, "callers cannot tell who there is: an agent who is unavailable is answered as an extension that nobody has, by rule e and never by rule a; off"},
	}
}

func collectKeys(c *flow.Collecting) block {
	return block{
		{"digits", count{&c.Digits}, "how many digits are read, up to 8; the length of an extension"},
		{"first_digit", lasting{into: &c.FirstDigit}, "how long the first key is waited for, 1s to 1m; the account's"},
		{"inter_digit", lasting{into: &c.InterDigit}, "how long each further key is waited for, 1s to 1m; the account's"},
		{"terminator", word(&c.Terminator, "#", "none"), "the key that ends an entry; the account's"},
		{"barge_in", flag{&c.NoBargeIn, "off"}, "a key stops the greeting; on"},
	}
}

func agentKeys(a *extension.Agent) block {
	return block{
		{"id", line{&a.ID, "an id such as ada"}, "what the document and the product call the agent"},
		{"name", line{&a.Name, "a person's name"}, "what people call the agent"},
		{"extension", digits{&a.Extension}, "the extension; the next free one"},
		{"endpoints", endpoints{&a.Endpoints}, "where the agent is rung: tel, sip and client addresses"},
		{"presence", word(&a.Presence, extension.Presences()...), "where nobody has set one yet; available"},
		{"hours", line{&a.Hours, "the name of hours"}, "when the agent may be rung; always"},
		{"screening", switched{&a.Screening}, "press 1 to accept; the flow's"},
		{"mailbox", line{&a.Mailbox, "a mailbox's name"}, "where voicemail for the agent goes; the agent's own"},
		{"language", line{&a.Language, "a language such as en-US"}, "BCP 47; the account's"},
		{"listed", flag{&a.Listed, "on"}, "callers may find the agent by spelling the name, which they then hear; off"},
		{"successor", line{&a.Successor, "an agent's id"}, "who gets the extension's calls when the agent is deleted"},
	}
}

func numberKeys(n *assigned) block {
	return append(targetKeys(&n.begin.Dest), block{
		{"label", line{&n.Label, "a name such as Main line"}, "what people call the number"},
		{"hours", line{&n.begin.Hours, "the name of hours"}, "when the number is open; always"},
		{"closed", dest{&n.begin.Closed}, "where callers go outside the hours; hangup"},
		{"emergency", inAnEmergency{&n.emergency}, "what callers get when nothing else works; the account's"},
		{"carriers", lines{&n.Carriers, "a carrier's name"}, "carriers that may bring calls for it; every one"},
		{"release", line{&n.Release, "a release's id"}, "the release that answers; the newest"},
		{"language", line{&n.Language, "a language such as en-US"}, "BCP 47; the account's"},
	}...)
}
