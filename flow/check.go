package flow

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/extflow/extflow/number"
)

// World is what an account has beside its settings, and what they may refer to.
// A nil map is not checked against.
type World struct {
	Extensions map[string]bool      // extensions that reach an agent
	Agents     map[string]bool      // agents' ids
	Numbers    map[number.E164]bool // the account's own numbers
	Personal   map[string]bool      // mailboxes that agents without one of their own use as theirs
	Files      map[string]bool      // audio that the account has uploaded
}

// Check finds everything wrong with settings that a reader of one value, or of
// one reference, can see: all faults at once, in a fixed order, each with the
// path that the account document gives it. CheckSteps finds what only the whole shows.
func Check(s Settings, w World) Faults {
	c := &checker{s: s, w: w, suggestions: maxSuggestions}
	if s.Defaults.DefaultMailbox == "" {
		c.keyed = keyedSpots(s, w)
	}
	c.all()
	return c.faults
}

func (c *checker) all() {
	s := c.s
	c.defaults()
	inOrder(s.Messages, c.ownMessage)
	inOrder(s.Hours, c.hours)
	inOrder(s.Queues, c.queue)
	c.tooManyLanguages()
	c.owners = map[string]string{}
	inOrder(s.Mailboxes, c.mailbox)
	inOrder(s.Menus, c.menu)
	inOrder(s.Flows, c.flow)
	inOrder(s.Questions, c.question)
	inOrder(s.Directories, c.directory)
	c.choosing()
	inOrder(s.Entries, c.entry)
}

// maxSuggestions is how many missing names are looked up in one check: a
// document full of mistakes must not make it slow.
const maxSuggestions = 100

// checker collects the faults of one check.
type checker struct {
	s           Settings
	w           World
	faults      Faults
	suggestions int               // left
	keyed       map[spot]bool     // where an extension can have been keyed; unused with a default mailbox
	owners      map[string]string // mailboxes met so far, by owner
	files       map[string]bool   // where it is not nil: files met so far
}

func (c *checker) fault(path, format string, args ...any) {
	c.faults = append(c.faults, Fault{Path: path, Problem: fmt.Sprintf(format, args...)})
}

func inOrder[V any](m map[string]V, check func(name string, v V)) {
	for _, name := range slices.Sorted(maps.Keys(m)) {
		check(name, m[name])
	}
}

func (c *checker) defaults() {
	d := c.s.Defaults
	c.count("settings.extension_length", d.ExtensionLength, 2, 8)
	c.language("settings.language", d.Language)
	c.timezone("settings.timezone", d.Timezone)
	if d.DefaultQueue != "" {
		known(c, "settings.default_queue", "queue", "queues", d.DefaultQueue, c.s.Queues)
	}
	switch d.DefaultMailbox {
	case "":
	case Personal:
		c.fault("settings.default_mailbox", "personal is what it stands in for; name a mailbox")
	default:
		c.mailboxName("settings.default_mailbox", d.DefaultMailbox)
	}
	c.duration("settings.first_digit", d.FirstDigit, time.Second, time.Minute)
	c.duration("settings.inter_digit", d.InterDigit, time.Second, time.Minute)
	c.terminator("settings.terminator", d.Terminator)
	oneOf(c, "settings.caller_id", d.CallerID, ShowCaller, ShowNumber)
	c.lasting("settings.wrap_up", d.WrapUp, time.Hour)
	c.duration("settings.max_talk", d.MaxTalk, time.Minute, 24*time.Hour)
	c.count("settings.max_guesses", d.MaxGuesses, 1, 200)
	c.onOff("settings.screening", d.Screening)
	c.voices("settings.voices", d.Voices)
}

func (c *checker) flow(name string, f Flow) {
	path, here := "flows."+name, spot{TargetFlow, name}
	c.name(path, name)
	c.message(path+".greeting", f.Greeting)
	c.collecting(path+".collect", f.Collect)
	c.duration(path+".ring.time", f.Ring.Time, 10*time.Second, 2*time.Minute)
	c.onOff(path+".screening", f.Screening)
	oneOf(c, path+".caller_id", f.CallerID, ShowCaller, ShowNumber)
	oneOf(c, path+".counters", f.Counters, Shared, Separate)
	c.repeats(path+".repeats", f.Repeats)
	c.dest(place{path: path + ".unavailable", repeats: again, keyed: true}, f.Unavailable)
	c.dest(place{path: path + ".no_answer", repeats: again, keyed: true}, f.NoAnswer)
	c.dest(place{path: path + ".busy", repeats: again, keyed: true}, f.Busy)
	if f.Discreet && f.Unavailable != nil {
		c.fault(path+".unavailable", "nobody is led here, because a discreet flow answers whoever is unavailable by rule e; remove it, or discreet")
	}
	keyed := c.keyed[here]
	c.answer(place{path: path + ".no_input", repeats: again, keyed: keyed}, f.NoInput)
	c.answer(place{path: path + ".invalid", repeats: again, keyed: keyed}, f.Invalid)
	c.dest(place{path: path + ".after_repeats", repeats: usedUp, keyed: keyed}, f.AfterRepeats)
	c.dest(place{path: path + ".star", repeats: again, keyed: keyed}, f.Star)
}

func (c *checker) collecting(path string, r Collecting) {
	c.count(path+".digits", r.Digits, 2, 8)
	if length := cmp.Or(c.s.Defaults.ExtensionLength, 4); r.Digits >= 2 && r.Digits < length {
		c.fault(path+".digits", "%d digits are fewer than an extension has; write %d, or leave it out", r.Digits, length)
	}
	c.duration(path+".first_digit", r.FirstDigit, time.Second, time.Minute)
	c.duration(path+".inter_digit", r.InterDigit, time.Second, time.Minute)
	c.terminator(path+".terminator", r.Terminator)
}

func (c *checker) queue(name string, q Queue) {
	path := "queues." + name
	c.name(path, name)
	oneOf(c, path+".strategy", q.Strategy, LongestIdle, InOrder, RingAll)
	c.duration(path+".ring", q.Ring, 5*time.Second, 2*time.Minute)
	oneOf(c, path+".offer", q.Offer, Place, Dial)
	c.message(path+".hold", q.Hold)
	c.duration(path+".announce.every", q.Announce.Every, 15*time.Second, time.Hour)
	c.onOff(path+".announce.position", q.Announce.Position)
	c.onOff(path+".announce.wait", q.Announce.Wait)
	c.duration(path+".max_wait", q.MaxWait, 10*time.Second, 24*time.Hour)
	c.count(path+".max_size", q.MaxSize, 1, 10_000)
	if c.key(path+".leave_key", q.LeaveKey) && q.LeaveKey == "#" && c.s.Defaults.Terminator != noTerminator {
		c.fault(path+".leave_key", "# ends an entry in this account; pick another key, or write settings.terminator: none")
	}
	if q.LeaveKey == "" && q.OnLeave != nil {
		c.fault(path+".on_leave", "no key leads here; add a leave_key, or remove it")
	}
	c.callback(path, q)
	keyed := c.keyed[spot{TargetQueue, name}]
	c.dest(place{path: path + ".on_max_wait", keyed: keyed}, q.OnMaxWait)
	c.dest(place{path: path + ".on_max_size", keyed: keyed}, q.OnMaxSize)
	c.dest(place{path: path + ".on_no_members", keyed: keyed}, q.OnNoMembers)
	c.dest(place{path: path + ".on_leave", keyed: keyed}, q.OnLeave)
}

func (c *checker) callback(path string, q Queue) {
	switch key := q.callbackKey(); {
	case !q.Callback && q.CallbackKey != "":
		c.fault(path+".callback_key", "callers cannot ask to be called back here; write callback: on, or remove it")
	case !c.key(path+".callback_key", q.CallbackKey) || !q.Callback:
	case key == q.LeaveKey:
		c.fault(path+".callback_key", "key %s leaves the line in this queue; pick another for one of them", key)
	case key == "#" && c.s.Defaults.Terminator != noTerminator:
		c.fault(path+".callback_key", "# ends an entry in this account; pick another key, or write settings.terminator: none")
	}
}

func (c *checker) menu(name string, m Menu) {
	path, keyed := "menus."+name, c.keyed[spot{TargetMenu, name}]
	c.name(path, name)
	c.message(path+".prompt", &m.Prompt)
	if len(m.Keys) == 0 && !m.Extensions {
		c.fault(path+".keys", `a menu needs a key; write one, as in {"1": {queue: support}}`)
	}
	for _, key := range slices.Sorted(maps.Keys(m.Keys)) {
		at, to := path+".keys."+key, m.Keys[key]
		c.menuKey(at, key, m)
		c.dest(place{path: at, repeats: again, keyed: keyed}, &to)
	}
	c.answer(place{path: path + ".no_input", repeats: again, keyed: keyed}, m.NoInput)
	c.answer(place{path: path + ".invalid", repeats: again, keyed: keyed}, m.Invalid)
	c.repeats(path+".repeats", m.Repeats)
	c.dest(place{path: path + ".after_repeats", repeats: usedUp, keyed: keyed}, m.AfterRepeats)
	oneOf(c, path+".counters", m.Counters, Shared, Separate)
	c.open(path, m.Hours, m.Closed, keyed)
	if m.Discreet && !m.Extensions {
		c.fault(path+".discreet", "no extension can be keyed here; write extensions: on, or remove it")
	}
	if c.key(path+".back", m.Back) && m.Back != "" {
		c.menuKey(path+".back", m.Back, m)
		if _, taken := m.Keys[m.Back]; taken {
			c.fault(path+".back", "key %s already leads elsewhere in this menu; pick another", m.Back)
		}
	}
}

// menuKey checks a key that a menu answers to.
func (c *checker) menuKey(path, key string, m Menu) {
	if key == "" {
		c.fault(path, "no key; write one of 0 to 9, * and #")
	}
	if c.key(path, key) && key == "#" && m.Extensions && c.s.Defaults.Terminator != noTerminator {
		c.fault(path, "# ends an extension here; pick another key, or write settings.terminator: none")
	}
}

func (c *checker) entry(name string, e Entry) {
	path := "numbers." + name
	c.name(path, name)
	c.dest(place{path: path}, &e.Dest)
	c.open(path, e.Hours, e.Closed, false)
	c.language(path+".language", e.Language)
}

// open checks the hours of a menu or a number, and where callers go outside them.
func (c *checker) open(path, hours string, closed *Dest, keyed bool) {
	if hours != "" {
		known(c, path+".hours", "hours", "hours", hours, c.s.Hours)
	} else if closed != nil {
		c.fault(path+".closed", "it is never closed; add hours, or remove it")
	}
	c.dest(place{path: path + ".closed", keyed: keyed}, closed)
}

// known checks a reference to something of the account that has a name.
func known[V any](c *checker, path, what, section, name string, among map[string]V) {
	if _, ok := among[name]; !ok {
		c.missing(path, what, section, name, maps.Keys(among))
	}
}

// missing says that a name leads nowhere, and which one may be meant.
func (c *checker) missing(path, what, section, name string, among iter.Seq[string]) {
	if name == "" {
		c.fault(path, "the name of a %s is missing; write one of %s", what, section)
		return
	}
	near := ""
	if c.suggestions > 0 {
		c.suggestions--
		near = Suggest(name, among)
	}
	if near != "" {
		c.fault(path, "no %s %.64q; did you mean %.64q?", what, name, near)
		return
	}
	c.fault(path, "no %s %.64q; add it to %s, or name one that is there", what, name, section)
}
