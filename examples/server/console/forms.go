package console

import (
	"encoding/json"
	"strings"
	"sync"

	"github.com/extflow/extflow/flow/account"
)

// The forms: every setting that the account document has, in the order in which a
// call meets it. What a setting means, and what it is where nothing is said, comes
// from the document's own schema.

// field is one setting.
type field struct {
	Key   string // in the thing, as in "ring.time"
	Label string
	Kind  string   // text, count, lasting, word, switch, pick, message, dest, answer, keys, answers, week, dates, list, span, voices
	Words []string // word: the choices; keys: those that may lead somewhere, or all
	Of    string   // pick: the section whose names may be picked; "agents" too
	Note  string   // what is to be written, where a form has it otherwise than the document
}

// group is fields under a heading.
type group struct {
	Legend string
	Fields []field
}

var forms = map[string][]group{
	"flows": {
		{"1. Greeting", []field{{Key: "greeting", Label: "What callers hear first", Kind: "message"}}},
		{"2. Collect the extension", []field{
			{Key: "collect.digits", Label: "Digits", Kind: "count"}, {Key: "collect.first_digit", Label: "Wait for the first key", Kind: "lasting"},
			{Key: "collect.inter_digit", Label: "Wait for each further key", Kind: "lasting"}, {Key: "collect.terminator", Label: "Key that ends it", Kind: "word", Words: []string{"#", "none"}},
			{Key: "collect.barge_in", Label: "A key stops the greeting", Kind: "switch"},
		}},
		{"3. Ring the agent", []field{
			{Key: "ring.time", Label: "Ring for", Kind: "lasting"}, {Key: "screening", Label: "Press 1 to accept", Kind: "switch"},
			{Key: "caller_id", Label: "Number that the agent sees", Kind: "word", Words: []string{"caller", "number"}},
		}},
		{"4. If it goes otherwise", []field{
			{Key: "unavailable", Label: "a. The agent is unavailable", Kind: "dest"}, {Key: "no_answer", Label: "b. Nobody answers", Kind: "dest"},
			{Key: "busy", Label: "c. The agent is busy", Kind: "dest"}, {Key: "no_input", Label: "d. The caller keys nothing", Kind: "answer"},
			{Key: "invalid", Label: "e. There is no such extension", Kind: "answer"}, {Key: "after_repeats", Label: "f. After the repeats", Kind: "dest"},
			{Key: "star", Label: "g. The caller presses *", Kind: "dest"},
			{Key: "discreet", Label: "Answer an unavailable agent as a wrong extension", Kind: "switch"},
		}},
		{"5. Limits", []field{{Key: "repeats", Label: "Repeats of d and e", Kind: "count"}, {Key: "counters", Label: "Count d and e", Kind: "word", Words: []string{"shared", "separate"}}}},
	},
	"menus": {
		{"1. Prompt", []field{{Key: "prompt", Label: "What callers hear", Kind: "message"}}},
		{"2. Keys", []field{{Key: "keys", Label: "Where each key leads", Kind: "keys"}, {Key: "back", Label: "Key that goes back", Kind: "text"}, {Key: "extensions", Label: "Extensions may be keyed", Kind: "switch"}, {Key: "discreet", Label: "Answer an unavailable agent as a wrong extension", Kind: "switch"}}},
		{"3. If it goes otherwise", []field{
			{Key: "no_input", Label: "The caller keys nothing", Kind: "answer"}, {Key: "invalid", Label: "Another key", Kind: "answer"},
			{Key: "repeats", Label: "Repeats of the two", Kind: "count"}, {Key: "counters", Label: "Count them", Kind: "word", Words: []string{"shared", "separate"}},
			{Key: "after_repeats", Label: "After the repeats", Kind: "dest"},
		}},
		{"4. Hours", []field{{Key: "hours", Label: "Open", Kind: "pick", Of: "hours"}, {Key: "closed", Label: "While it is closed", Kind: "dest"}}},
	},
	"directories": {
		{"1. Spelling", []field{
			{Key: "prompt", Label: "What callers hear", Kind: "message"}, {Key: "keys", Label: "Where keys without letters lead", Kind: "keys", Words: []string{"0", "1", "*"}},
			{Key: "back", Label: "Key that goes back", Kind: "word", Words: []string{"0", "1", "*"}},
		}},
		{"2. Ringing who is chosen", []field{{Key: "flow", Label: "By the ring and the rules of", Kind: "pick", Of: "flows"}}},
		{"3. If it goes otherwise", []field{
			{Key: "no_input", Label: "The caller keys nothing", Kind: "answer"}, {Key: "invalid", Label: "Nobody has such a name", Kind: "answer"},
			{Key: "repeats", Label: "Repeats of the two", Kind: "count"}, {Key: "counters", Label: "Count them", Kind: "word", Words: []string{"shared", "separate"}},
			{Key: "after_repeats", Label: "After the repeats", Kind: "dest"},
		}},
	},
	"questions": {
		{"1. Asking", []field{{Key: "limit", Label: "Time for the answer", Kind: "lasting"}, {Key: "hold", Label: "What callers hear meanwhile", Kind: "message"}}},
		{"2. Answers", []field{{Key: "answers", Label: "Where each answer leads", Kind: "answers"}, {Key: "otherwise", Label: "Any other answer, or none", Kind: "dest"}}},
	},
	"messages": {{"What callers hear", []field{
		{Key: "", Label: "The message", Kind: "own"},
	}}},
	"queues": {
		{"1. Members", []field{
			{Key: "strategy", Label: "Whom a caller is offered to first", Kind: "word", Words: []string{"longest-idle", "in-order", "ring-all"}},
			{Key: "ring", Label: "Ring a member for", Kind: "lasting"}, {Key: "offer", Label: "While a member rings", Kind: "word", Words: []string{"place", "dial"}},
		}},
		{"2. Waiting", []field{
			{Key: "hold", Label: "Music, or words", Kind: "message"}, {Key: "announce.every", Label: "Announce every", Kind: "lasting"},
			{Key: "announce.position", Label: "Tell the place in line", Kind: "switch"}, {Key: "announce.wait", Label: "Tell the estimated wait", Kind: "switch"},
			{Key: "callback", Label: "Callers may ask to be called back", Kind: "switch"}, {Key: "callback_key", Label: "Key that asks for it", Kind: "text"},
		}},
		{"3. Ways out", []field{
			{Key: "max_wait", Label: "Longest wait", Kind: "lasting"}, {Key: "on_max_wait", Label: "Then", Kind: "dest"},
			{Key: "max_size", Label: "Most callers in line", Kind: "count"}, {Key: "on_max_size", Label: "When it is full", Kind: "dest"},
			{Key: "on_no_members", Label: "When no member is at work", Kind: "dest"},
			{Key: "leave_key", Label: "Key that leaves the line", Kind: "text"}, {Key: "on_leave", Label: "Where it leads", Kind: "dest"},
		}},
	},
	"mailboxes": {
		{"1. Greeting", []field{
			{Key: "greeting", Label: "Said before the tone", Kind: "message"}, {Key: "greetings.unavailable", Label: "When the agent is unavailable", Kind: "message"},
			{Key: "greetings.busy", Label: "When the agent is busy", Kind: "message"}, {Key: "greetings.no_answer", Label: "When nobody answered", Kind: "message"},
			{Key: "keys", Label: "Keys that lead elsewhere during the greeting", Kind: "keys"},
		}},
		{"2. Messages", []field{
			{Key: "min_length", Label: "Shortest", Kind: "lasting"}, {Key: "max_length", Label: "Longest", Kind: "lasting"}, {Key: "silence", Label: "Silence that ends one", Kind: "lasting"},
			{Key: "max_messages", Label: "Most messages kept", Kind: "count"}, {Key: "on_full", Label: "When it is full", Kind: "dest"},
		}},
		{"3. Whose", []field{{Key: "owner", Label: "Owner", Kind: "pick", Of: "agents"}, {Key: "notify", Label: "Who is told of new messages", Kind: "text"},
			{Key: "transcribe", Label: "Put messages into words", Kind: "switch", Note: "The carrier does it, in the caller's language, and charges for it."}}},
	},
	"settings": {
		{"1. Extensions", []field{
			{Key: "extension_length", Label: "Digits of an extension", Kind: "count"}, {Key: "extension_range", Label: "From the lowest to the highest", Kind: "span", Note: "As in 1001-9999."},
			{Key: "reserved", Label: "Reserved: nobody gets them", Kind: "list"}, {Key: "quarantine", Label: "A given-up extension rests for", Kind: "lasting"},
		}},
		{"2. Where, and in which language", []field{
			{Key: "default_region", Label: "Country of numbers written without one", Kind: "text"}, {Key: "countries", Label: "Countries that may be rung", Kind: "list"},
			{Key: "language", Label: "Language", Kind: "text"}, {Key: "timezone", Label: "Time zone", Kind: "text"},
			{Key: "voices", Label: "Voices", Kind: "voices", Note: "One a line: a language, a carrier, and the carrier's name for the voice, as in es-MX twilio: Polly.Mia. Without any, the carriers' own."},
		}},
		{"3. Where callers go when nothing else is said", []field{
			{Key: "default_queue", Label: "Default queue", Kind: "pick", Of: "queues"}, {Key: "default_mailbox", Label: "Default mailbox", Kind: "pick", Of: "mailboxes"},
		}},
		{"4. Keys", []field{
			{Key: "first_digit", Label: "Wait for the first key", Kind: "lasting"}, {Key: "inter_digit", Label: "Wait for each further key", Kind: "lasting"},
			{Key: "terminator", Label: "Key that ends an entry", Kind: "word", Words: []string{"#", "none"}}, {Key: "max_guesses", Label: "Wrong entries in a call", Kind: "count"},
		}},
		{"5. Agents and talks", []field{
			{Key: "screening", Label: "Press 1 to accept", Kind: "switch"}, {Key: "caller_id", Label: "Number that the agent sees", Kind: "word", Words: []string{"caller", "number"}},
			{Key: "wrap_up", Label: "Rest after a queue talk", Kind: "lasting"}, {Key: "max_talk", Label: "Longest talk", Kind: "lasting"},
		}},
		{"6. Records", []field{
			{Key: "keep_calls", Label: "Calls are kept for", Kind: "lasting"}, {Key: "keep_entries", Label: "Wrong entries are kept too", Kind: "switch"},
		}},
		{"7. When nothing else works", []field{
			{Key: "emergency.hangup", Label: "Say, and hang up", Kind: "message"}, {Key: "emergency.dial", Label: "Or ring", Kind: "text"},
		}},
	},
	"hours": {{"When it is open", []field{
		{Key: "timezone", Label: "Time zone", Kind: "text"}, {Key: "open", Label: "Every week", Kind: "week"}, {Key: "holidays", Label: "Holidays", Kind: "dates"},
	}}},
}

// help is what the document's schema says of a setting: what it is for, and what holds
// where nothing is said.
func help(section, key string) (what, usual string) {
	text := described(section, key)
	if i := strings.LastIndex(text, "; "); i >= 0 {
		return sentence(text[:i]), text[i+2:]
	}
	return sentence(text), ""
}

func described(section, key string) string {
	node := schemaOf(section)
	for part := range strings.SplitSeq(key, ".") {
		properties, _ := node["properties"].(map[string]any)
		node, _ = properties[part].(map[string]any)
	}
	text, _ := node["description"].(string)
	return text
}

// keysOf are the keys that may lead somewhere at a field.
func keysOf(f field) []string {
	if len(f.Words) > 0 {
		return f.Words
	}
	return phoneKeys
}

var documentSchema = sync.OnceValue(func() map[string]any {
	var root struct{ Properties map[string]any }
	_ = json.Unmarshal(account.Schema(), &root) // the library's own
	return root.Properties
})

func schemaOf(section string) map[string]any {
	all, _ := documentSchema()[section].(map[string]any)
	if section == "settings" {
		return all
	}
	one, _ := all["additionalProperties"].(map[string]any)
	return one
}

// at is the value at a key such as "ring.time"; nil where there is none.
func at(m map[string]any, key string) any {
	var v any = m
	for part := range strings.SplitSeq(key, ".") {
		inner, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = inner[part]
	}
	return v
}

// put sets the value at a key; nil takes it away, and what is empty then.
func put(m map[string]any, key string, v any) {
	head, rest, deeper := strings.Cut(key, ".")
	if !deeper {
		if v == nil {
			delete(m, head)
		} else {
			m[head] = v
		}
		return
	}
	inner, ok := m[head].(map[string]any)
	if !ok {
		if v == nil {
			return
		}
		inner = map[string]any{}
		m[head] = inner
	}
	put(inner, rest, v)
	if len(inner) == 0 {
		delete(m, head)
	}
}
