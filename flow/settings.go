package flow

import (
	"time"

	"github.com/extflow/extflow/extension"
)

// Settings are what an account's calls can do, as its author wrote them. Compile
// checks them and turns them into a Book. A nil destination, a nil message and a
// zero duration mean the default that the field's comment names.
type Settings struct {
	Defaults  Defaults            `json:"defaults,omitzero"`
	Messages  map[string]Message  `json:"messages,omitempty"`
	Hours     map[string]Hours    `json:"hours,omitempty"`
	Mailboxes map[string]Mailbox  `json:"mailboxes,omitempty"`
	Queues    map[string]Queue    `json:"queues,omitempty"`
	Menus     map[string]Menu     `json:"menus,omitempty"`
	Flows     map[string]Flow     `json:"flows,omitempty"`
	Questions map[string]Question `json:"questions,omitempty"` // what the product is asked
	Entries   map[string]Entry    `json:"entries,omitempty"`   // where numbers lead, by a name that number.Assignment.Entry bears

	Directories map[string]Directory `json:"directories,omitempty"` // where callers find people by name

	// Audio is which content a file that messages play had when the settings were
	// published, by the file's name. Files that are not in it are played by their name.
	Audio map[string]string `json:"audio,omitempty"`
}

// None is no time at all, for the settings in which a zero Duration is a default
// that is more.
const None time.Duration = -1

// Defaults hold for the whole account.
type Defaults struct {
	ExtensionLength int           `json:"extension_length,omitempty"` // 2 to 8; 4
	Language        string        `json:"language,omitempty"`         // BCP 47; en-US
	Timezone        string        `json:"timezone,omitempty"`         // IANA name; UTC
	DefaultQueue    string        `json:"default_queue,omitempty"`    // where * leads unless a flow says otherwise
	DefaultMailbox  string        `json:"default_mailbox,omitempty"`  // personal voicemail's stand-in where nobody was keyed
	FirstDigit      time.Duration `json:"first_digit,omitempty"`      // 1 s to 60 s; 5 s
	InterDigit      time.Duration `json:"inter_digit,omitempty"`      // 1 s to 60 s; 5 s
	Terminator      string        `json:"terminator,omitempty"`       // "#", or "none"
	CallerID        CallerID      `json:"caller_id,omitempty"`        // what a rung agent sees; caller
	WrapUp          time.Duration `json:"wrap_up,omitempty"`          // rest after a queue talk; 10 s, or None
	MaxTalk         time.Duration `json:"max_talk,omitempty"`         // the carrier's own limit of a talk; 2 h
	MaxGuesses      int           `json:"max_guesses,omitempty"`      // wrong entries in one call; 10

	Screening extension.Switch `json:"screening,omitempty"` // default: on for telephones only

	// Voices are the voices in which words are spoken, by language and then by the
	// carrier's name; the carrier's own for the language.
	Voices map[string]map[string]string `json:"voices,omitempty"`

	// KeepEntries stores what callers keyed and what found nothing, which may be anything:
	// a card's number, a PIN. Else only how many keys they were.
	KeepEntries bool `json:"keep_entries,omitempty"`
}

// Message is something said to a caller: a name of the account's messages, words
// to speak, or audio to play, or these in several languages. Exactly one of Name,
// Say, Play and In is set.
type Message struct {
	Name     string `json:"name,omitempty"`
	Say      string `json:"say,omitempty"`
	Play     string `json:"play,omitempty"`     // an absolute URL, or a file that the account has uploaded
	Language string `json:"language,omitempty"` // BCP 47; the account's
	Voice    string `json:"voice,omitempty"`    // the carrier's name for it; its default

	// Content is which content of the file Play is meant (Settings.Audio). Compile sets
	// it; settings leave it empty.
	Content string `json:"content,omitempty"`

	In     []Wording         `json:"in,omitempty"`     // the same in several languages
	Voices map[string]string `json:"voices,omitempty"` // filled in: the account's for the language, by the carrier's name
}

// Wording is a message in one language: words to speak, or audio to play.
type Wording struct {
	Language string `json:"language"` // BCP 47
	Say      string `json:"say,omitempty"`
	Play     string `json:"play,omitempty"`
}

// CallerID says which number a rung agent sees. Where the carrier refuses the
// caller's, or the caller withheld it, the called number is shown.
type CallerID string

// The choices of a CallerID.
const (
	ShowCaller CallerID = "caller"
	ShowNumber CallerID = "number"
)

// Flow is the agent extension flow: greet, collect an extension, ring the agent,
// and the seven rules for everything else.
type Flow struct {
	Greeting  *Message         `json:"greeting,omitempty"` // the message "welcome"
	Collect   Collecting       `json:"collect,omitzero"`
	Ring      Ringing          `json:"ring,omitzero"`
	Screening extension.Switch `json:"screening,omitempty"`
	CallerID  CallerID         `json:"caller_id,omitempty"`
	Counters  Counters         `json:"counters,omitempty"`
	Repeats   *int             `json:"repeats,omitempty"` // rule f's N: 0 to 10; 3

	Unavailable  *Dest `json:"unavailable,omitempty"`   // rule a; voicemail
	NoAnswer     *Dest `json:"no_answer,omitempty"`     // rule b; voicemail
	Busy         *Dest `json:"busy,omitempty"`          // rule c; voicemail
	NoInput      *Dest `json:"no_input,omitempty"`      // rule d; the message "no-input", and collect again
	Invalid      *Dest `json:"invalid,omitempty"`       // rule e; the message "invalid", and collect again
	AfterRepeats *Dest `json:"after_repeats,omitempty"` // rule f; hang up
	Star         *Dest `json:"star,omitempty"`          // rule g; the default queue, else hang up

	// Discreet tells no caller who there is: an agent who is unavailable is answered as an
	// extension that nobody has, by rule e and never by rule a.
	Discreet bool `json:"discreet,omitempty"`
}

// Collecting says how an extension is read from the caller's keys.
type Collecting struct {
	Digits     int           `json:"digits,omitempty"` // the account's extension length
	FirstDigit time.Duration `json:"first_digit,omitempty"`
	InterDigit time.Duration `json:"inter_digit,omitempty"`
	Terminator string        `json:"terminator,omitempty"`
	NoBargeIn  bool          `json:"no_barge_in,omitempty"` // a key does not stop the prompt
}

// Ringing says how long an agent rings: 10 s to 120 s; 20 s.
type Ringing struct {
	Time time.Duration `json:"time,omitempty"`
}

// Counters says whether silence and wrong entries share one count of repeats.
type Counters string

// The ways of counting.
const (
	Shared   Counters = "shared"
	Separate Counters = "separate"
)

// Queue is a line of callers and the rules of waiting in it. Its members are
// live and kept in the directory.
type Queue struct {
	Strategy Strategy      `json:"strategy,omitempty"` // longest-idle
	Ring     time.Duration `json:"ring,omitempty"`     // 5 s to 120 s; 15 s
	Offer    Offering      `json:"offer,omitempty"`    // place
	Hold     *Message      `json:"hold,omitempty"`     // the message "hold"
	Announce Announce      `json:"announce,omitzero"`
	MaxWait  time.Duration `json:"max_wait,omitempty"` // 10 s to 24 h; 10 min
	MaxSize  int           `json:"max_size,omitempty"` // 1 to 10,000; 100
	LeaveKey string        `json:"leave_key,omitempty"`
	Callback bool          `json:"callback,omitempty"` // callers may ask to be called back

	CallbackKey string `json:"callback_key,omitempty"` // the key that asks for it; 1

	OnMaxWait   *Dest `json:"on_max_wait,omitempty"`   // the default mailbox, else goodbye
	OnMaxSize   *Dest `json:"on_max_size,omitempty"`   // what on_max_wait is
	OnNoMembers *Dest `json:"on_no_members,omitempty"` // what on_max_wait is
	OnLeave     *Dest `json:"on_leave,omitempty"`      // what on_max_wait is
}

// Announce says what a waiting caller is told, and how often.
type Announce struct {
	Every    time.Duration    `json:"every,omitempty"`    // 15 s to 1 h; 60 s
	Position extension.Switch `json:"position,omitempty"` // the place in the line; on
	Wait     extension.Switch `json:"wait,omitempty"`     // the estimated wait; off
}

// Strategy is the order in which free members are offered a caller.
type Strategy string

// The strategies. RingAll offers to at most five members at once.
const (
	LongestIdle Strategy = "longest-idle"
	InOrder     Strategy = "in-order"
	RingAll     Strategy = "ring-all"
)

// Offering is how a member is rung for a waiting caller: by a leg that we place,
// or by redirecting the caller to a direct ring, who then hears ringing instead
// of music.
type Offering string

// The ways of offering.
const (
	Place Offering = "place"
	Dial  Offering = "dial"
)

// Mailbox is where voicemail is left. Every agent has a personal one, which bears
// the agent's id unless a mailbox names the agent as its owner.
type Mailbox struct {
	Owner       string             `json:"owner,omitempty"`    // an agent's id; empty is a team's
	Greeting    *Message           `json:"greeting,omitempty"` // the message "voicemail"
	Greetings   map[Reason]Message `json:"greetings,omitempty"`
	MinLength   time.Duration      `json:"min_length,omitempty"` // 1 s to 1 min; 2 s, or None
	MaxLength   time.Duration      `json:"max_length,omitempty"` // 5 s to 1 h; 2 min
	Silence     time.Duration      `json:"silence,omitempty"`    // 1 s to 10 s; 5 s
	Keys        map[string]Dest    `json:"keys,omitempty"`       // keys that lead elsewhere during the greeting
	MaxMessages int                `json:"max_messages,omitempty"`
	OnFull      *Dest              `json:"on_full,omitempty"` // goodbye
	Notify      string             `json:"notify,omitempty"`  // an address that the product tells of new messages

	Transcribe bool `json:"transcribe,omitempty"` // the carrier puts what callers say into words
}

// Reason is why a caller was sent to a mailbox.
type Reason string

// The reasons.
const (
	ForUnavailable Reason = "unavailable"
	ForBusy        Reason = "busy"
	ForNoAnswer    Reason = "no_answer"
)

// Menu is a second IVR: one key, one destination.
type Menu struct {
	Prompt       Message         `json:"prompt"`
	Keys         map[string]Dest `json:"keys"`                    // "0" to "9", "*", "#"
	NoInput      *Dest           `json:"no_input,omitempty"`      // the message "no-input", and the prompt again
	Invalid      *Dest           `json:"invalid,omitempty"`       // the message "invalid", and the prompt again
	Repeats      *int            `json:"repeats,omitempty"`       // 0 to 10; 3
	AfterRepeats *Dest           `json:"after_repeats,omitempty"` // hang up
	Counters     Counters        `json:"counters,omitempty"`
	Hours        string          `json:"hours,omitempty"`
	Closed       *Dest           `json:"closed,omitempty"` // goodbye
	Back         string          `json:"back,omitempty"`   // the key that returns to where the caller came from
	Extensions   bool            `json:"extensions,omitempty"`
	Discreet     bool            `json:"discreet,omitempty"` // with Extensions: as in a Flow, by Invalid
}

// Hours are weekly opening times with exceptions, in a time zone.
type Hours struct {
	Timezone string            `json:"timezone,omitempty"` // IANA name; the account's
	Open     map[string][]Span `json:"open,omitempty"`     // by "mon" to "sun"; a missing day is closed
	Holidays map[string][]Span `json:"holidays,omitempty"` // by date, "2026-12-25"; no spans is closed all day
}

// Span is a part of a day, as minutes after midnight by the wall clock: from
// From up to, but not including, To. 0 to 1440.
type Span struct{ From, To uint16 }

// Entry is where callers of a number begin, and where while it is closed.
type Entry struct {
	Dest   Dest   `json:"dest"`
	Hours  string `json:"hours,omitempty"`
	Closed *Dest  `json:"closed,omitempty"` // goodbye

	Language string `json:"language,omitempty"` // BCP 47: in which its callers are spoken to; the account's
}
