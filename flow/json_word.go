package flow

import (
	"encoding/json"
	"fmt"
	"slices"
)

// The words of stored documents. They never change: what one version wrote, every
// later one reads. New ones go to the end, where the constants' are.

var (
	kindJSON = []string{
		"", "arrived", "pressed", "found", "answered", "found_busy", "unanswered", "declined", "unreachable",
		"agent_hung_up", "recorded", "hung_up", "woke", "told", "replied", "opened", "failed", "exhausted",
		"placing", "not_placed", "began", "beeped", "transcribed",
	}
	newsJSON    = []string{"", "offered", "missed", "accepted", "withdrawn", "left", "dialled", "deserted", "dropped", "moved", "reached", "advised"}
	budgetJSON  = []string{"", "guesses", "entries", "turns", "outlay"}
	clockJSON   = []string{"", "step", "wait", "notice", "life"}
	reportJSON  = []string{"", "alive", "talking", "gone"}
	commandJSON = []string{
		"", "listen", "connect", "hold", "record", "hangup", "originate", "join", "again", "await", "find", "ask_hours", "tell",
		"vet", "stand_in", "spell",
	}
	causeJSON   = []string{"", "line_busy", "unassigned"}
	ignoredJSON = []string{"", "late", "repeated", "not_now", "just_a_fact", "over", "not_due", "meaningless"}
	phaseJSON   = []string{
		"", "listening", "finding", "asking", "in_ring", "in_talk", "in_line", "recording", "ending",
		"calling", "screening", "telling", "pending", "ended", "holding", "later", "consulting", "choosing",
	}
	resultJSON = []string{
		"", "answered", "voicemail", "abandoned", "goodbye", "handed_off", "callback", "rejected", "limit", "failed", "missed",
	}
	outcomeJSON = outcomeNames[:]
	postJSON    = []string{
		"", "message_pending", "message_left", "message_dropped", "message_lost", "missed", "freed", "talked",
		"waiting", "served", "ended", "away", "message_marked", "message_forwarded", "message_deleted",
		"callback_wanted", "callback_given_up", "capped", "message_transcribed",
	}
	markJSON = []string{
		"held", "caller_gone", "closed", "reconciled", "box_keyed", "alone", "overdue", "kept", "dialling",
		"placed", "confirming", "taping",
	}
)

// String is the kind in a word, as in "hung_up".
func (k Kind) String() string { return spoken(kindJSON, k) }

// String is the phase in a word, as in "in_talk".
func (p Phase) String() string { return spoken(phaseJSON, p) }

// String is the result in a word, as in "handed_off".
func (r Result) String() string { return spoken(resultJSON, r) }

// String is the kind of post in a word, as in "message_left".
func (k PostKind) String() string { return spoken(postJSON, k) }

// String is the reason in a word, as in "not_now".
func (i Ignored) String() string { return spoken(ignoredJSON, i) }

// spoken is the word of a number, empty where it has none.
func spoken[N ~uint8](words []string, n N) string {
	if int(n) >= len(words) {
		return ""
	}
	return words[n]
}

// written is the word of a number. A number without a word is of no version.
func written[N ~uint8](words []string, n N) ([]byte, error) {
	if int(n) >= len(words) {
		return nil, fmt.Errorf("%T %d has no word", n, n)
	}
	return []byte(words[n]), nil
}

// understood is the number of a word. The error is ErrNewer.
func understood[N ~uint8](words []string, text []byte, n *N) error {
	for i, word := range words {
		if word == string(text) {
			*n = N(i)
			return nil
		}
	}
	return fmt.Errorf("%.40q: %w", text, ErrNewer)
}

// MarshalText writes the kind in a word, as in "hung_up".
func (k Kind) MarshalText() ([]byte, error) { return written(kindJSON, k) }

// UnmarshalText reads what MarshalText writes; an unknown word is ErrNewer. The
// other types of this page do the same.
func (k *Kind) UnmarshalText(text []byte) error { return understood(kindJSON, text, k) }

// MarshalText writes the news in a word.
func (n News) MarshalText() ([]byte, error) { return written(newsJSON, n) }

// UnmarshalText reads it.
func (n *News) UnmarshalText(text []byte) error { return understood(newsJSON, text, n) }

// MarshalText writes the budget in a word.
func (b Budget) MarshalText() ([]byte, error) { return written(budgetJSON, b) }

// UnmarshalText reads it.
func (b *Budget) UnmarshalText(text []byte) error { return understood(budgetJSON, text, b) }

// MarshalText writes the clock in a word.
func (c Clock) MarshalText() ([]byte, error) { return written(clockJSON, c) }

// UnmarshalText reads it.
func (c *Clock) UnmarshalText(text []byte) error { return understood(clockJSON, text, c) }

// MarshalText writes the report in a word; Unknown is empty.
func (r Report) MarshalText() ([]byte, error) { return written(reportJSON, r) }

// UnmarshalText reads it.
func (r *Report) UnmarshalText(text []byte) error { return understood(reportJSON, text, r) }

// MarshalText writes the kind of command in a word.
func (k CommandKind) MarshalText() ([]byte, error) { return written(commandJSON, k) }

// UnmarshalText reads it.
func (k *CommandKind) UnmarshalText(text []byte) error { return understood(commandJSON, text, k) }

// MarshalText writes the cause in a word; Normal is empty.
func (c Cause) MarshalText() ([]byte, error) { return written(causeJSON, c) }

// UnmarshalText reads it.
func (c *Cause) UnmarshalText(text []byte) error { return understood(causeJSON, text, c) }

// MarshalText writes the reason in a word.
func (i Ignored) MarshalText() ([]byte, error) { return written(ignoredJSON, i) }

// UnmarshalText reads it.
func (i *Ignored) UnmarshalText(text []byte) error { return understood(ignoredJSON, text, i) }

// MarshalText writes the phase in a word; Unbegun is empty.
func (p Phase) MarshalText() ([]byte, error) { return written(phaseJSON, p) }

// UnmarshalText reads it.
func (p *Phase) UnmarshalText(text []byte) error { return understood(phaseJSON, text, p) }

// MarshalText writes the result in a word.
func (r Result) MarshalText() ([]byte, error) { return written(resultJSON, r) }

// UnmarshalText reads it.
func (r *Result) UnmarshalText(text []byte) error { return understood(resultJSON, text, r) }

// MarshalText writes the outcome in a word, or as its key.
func (o Outcome) MarshalText() ([]byte, error) { return written(outcomeJSON, o) }

// UnmarshalText reads it.
func (o *Outcome) UnmarshalText(text []byte) error { return understood(outcomeJSON, text, o) }

// MarshalText writes the kind of post in a word, as in "message_left".
func (k PostKind) MarshalText() ([]byte, error) { return written(postJSON, k) }

// UnmarshalText reads it.
func (k *PostKind) UnmarshalText(text []byte) error { return understood(postJSON, text, k) }

// MarshalJSON writes the marks as a list of words.
func (m Marks) MarshalJSON() ([]byte, error) {
	var words []string
	for i, word := range markJSON {
		if m&(1<<i) != 0 {
			words = append(words, word)
		}
	}
	return json.Marshal(words)
}

// UnmarshalJSON reads it.
func (m *Marks) UnmarshalJSON(text []byte) error {
	var words []string
	if err := json.Unmarshal(text, &words); err != nil {
		return err
	}
	*m = 0
	for _, word := range words {
		i := slices.Index(markJSON, word)
		if i < 0 {
			return fmt.Errorf("%.40q: %w", word, ErrNewer)
		}
		*m |= 1 << i
	}
	return nil
}
