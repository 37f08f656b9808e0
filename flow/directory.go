package flow

import (
	"maps"
	"slices"
	"strings"

	"github.com/extflow/extflow/extension"
)

// Directory: dial by name. The caller spells the first letters of a name on the keys of
// the telephone, hears who it may be, and chooses one of them by a key. Who is chosen is
// rung as if the extension had been keyed. Only agents who are listed are found.

// Directory lets callers find people by their names. An account has none until it makes
// one, and a directory knows nobody who is not listed (extension.Agent).
type Directory struct {
	Prompt       *Message        `json:"prompt,omitempty"`        // asks for a name; the message "directory"
	Keys         map[string]Dest `json:"keys,omitempty"`          // where the keys without letters lead by themselves: "0", "1" and "*"
	Flow         string          `json:"flow,omitempty"`          // whose ring and rules a to c hold for who is chosen; 20 s, and the personal mailbox
	NoInput      *Dest           `json:"no_input,omitempty"`      // the message "directory-no-input", and the prompt again
	Invalid      *Dest           `json:"invalid,omitempty"`       // nobody has such a name: the message "directory-unknown", and the prompt again
	Repeats      *int            `json:"repeats,omitempty"`       // 0 to 10; 3
	AfterRepeats *Dest           `json:"after_repeats,omitempty"` // hang up
	Counters     Counters        `json:"counters,omitempty"`
	Back         string          `json:"back,omitempty"` // the key that returns to where the caller came from: "0", "1" or "*"
}

// choiceName is the message that is said for each of those who can be chosen.
const choiceName = "directory-choice"

// MaxChoices is the most people whom a caller hears, each with a key. Where a name fits
// more of them the caller is asked for more letters.
const MaxChoices = 8

// MaxSpelled is the most letters of a name that are read. Of those whom so many do not
// tell apart a caller hears the first.
const MaxSpelled = 12

// People are those whom a caller may choose, by the keys from 1 on: at most MaxChoices.
// They are shared, and must not be changed.
type People []extension.Listing

// Spelled is what a directory answers to letters that were keyed: who of its agents it
// can be, the closest first. It needs to be given no more than MaxChoices and one.
func Spelled(keyed Digits, found []extension.Listing) What {
	w := What{Kind: Found, Class: extension.ClassAvailable}
	switch {
	case len(found) == 0:
		w.Class = extension.ClassUnknown
	case len(found) > MaxChoices && len(keyed) < MaxSpelled:
		w.Class = extension.ClassPartial
	default:
		w.Named = new(People(found[:min(len(found), MaxChoices)]))
	}
	return w
}

// count is how many they are that a caller can choose.
func (p *People) count() int {
	if p == nil {
		return 0
	}
	return min(len(*p), MaxChoices)
}

// ids are the people in a line: "ada, mary".
func (p *People) ids() string {
	ids := make([]string, p.count())
	for i := range ids {
		ids[i] = plain((*p)[i].Agent)
	}
	return strings.Join(ids, ", ")
}

func (b *Book) stepDirectory(n *node, s *State, w *What) effect {
	chosen := s.Try > 0
	switch {
	case s.Phase == Listening && w.Kind == Pressed:
		return b.read(n, s, w)
	case s.Phase == Choosing && w.Kind == Pressed:
		return b.choose(n, s, w)
	case s.Phase == Finding && chosen:
		return b.lookedUp(n, s, w)
	case s.Phase != Finding:
	case w.Kind == Exhausted && w.Budget == Guesses:
		return b.leave(n, s, OnLimit, w)
	case w.Kind != Found:
	case w.Class == extension.ClassPartial:
		return b.sayAgain(n, s, OnInvalid, n.many, w)
	case w.Named.count() == 0:
		return b.fail(n, s, OnInvalid, w)
	default:
		s.Phase, s.Try = Choosing, uint8(w.Named.count())
		return effect{move: n.choices}
	}
	return effect{ignored: NotNow}
}

// choose is a key by which a caller takes one of those who were named, or spells again.
func (b *Book) choose(n *node, s *State, w *What) effect {
	switch key := w.Digits.key(); {
	case key == '*':
		s.Phase, s.Try = Listening, 0
		return effect{move: n.standing}
	case s.choice(w.Digits) > 0:
		s.Phase, s.Try = Finding, 1 // who it is only the call knows
		return effect{move: n.pick}
	case key == 0 && w.Digits.entry() == "":
		return b.again(n, s, OnSilent, w)
	}
	return b.again(n, s, OnInvalid, w)
}

// choice is which of those who were named a key takes, from 1; 0 is none.
func (s *State) choice(d Digits) int {
	if i := int(d.key()) - '0'; s.Phase == Choosing && 0 < i && i <= int(s.Try) {
		return i
	}
	return 0
}

// again names those whom the caller can choose once more, while repeats are left: who
// has found somebody is not led away as one who found nobody.
func (b *Book) again(n *node, s *State, o Outcome, w *What) effect {
	choices := s.Try
	eff := b.sayAgain(n, s, o, n.choices, w)
	if eff.move == n.choices {
		s.Phase, s.Try = Choosing, choices
	}
	return eff
}

// directory makes the steps of a directory: spell and choose, then ring.
func (c *compiler) directory(name string) StepID {
	id := c.place("directory " + name)
	if c.b.nodes[id].action != nothing {
		return id
	}
	d := c.s.Directories[name]
	c.b.entries["directory "+name] = id
	in := scope{again: id, ring: c.ringing(Ringing{}, "", "")}
	n := c.collector(d.Repeats, d.Counters)
	n.action, n.entries = spell, true
	if d.Back != "" {
		n.back = d.Back[0]
	}
	c.spelling(&n, d)
	c.put(id, "directory "+name, n) // what follows may lead back here

	n.next[OnSilent] = c.leading(d.NoInput, in)
	n.next[OnInvalid] = c.leading(d.Invalid, in)
	n.next[OnLimit] = c.dest(d.AfterRepeats, HangUp(nil), in)
	c.keys(&n, d.Keys, in)
	n.next[OnEntered] = c.chosen(name, d.Flow, in)
	c.put(id, "directory "+name, n)
	return id
}

// spelling makes what a directory says, and what it waits on.
func (c *compiler) spelling(n *node, d Directory) {
	listen := c.listening(Collecting{Digits: MaxSpelled, Terminator: "#"})
	listen.Star, listen.Keys = false, strings.Join(slices.Sorted(maps.Keys(d.Keys)), "")+d.Back
	prompt := &Move{Do: listen, arm: new(stepArms(firstProbe))}
	prompt = prompt.saying(c.message(d.Prompt, "directory"))
	n.standing = prompt
	n.silent = c.failing(d.NoInput, "directory-no-input", prompt, prompt)
	n.invalid = c.failing(d.Invalid, "directory-unknown", prompt, prompt)
	n.many = (&Move{Do: listen, arm: prompt.arm}).saying(c.message(nil, "directory-many"))
	n.find, n.pick = &Move{Do: Command{Kind: Spell}}, &Move{Do: Command{Kind: Find}}

	listen.Digits, listen.Finish, listen.Keys = 1, "", "" // which keys they are the call says
	n.choices = &Move{
		Say: []Message{c.message(nil, choiceName), c.message(nil, "directory-again")}, Do: listen, arm: prompt.arm, fills: true,
	}
}

// chosen is the ring of somebody whom the caller chose: as the flow named would ring
// whose extension was keyed. Who was named need not be kept secret any more, so that a
// discreet flow rings as any other.
func (c *compiler) chosen(name, of string, in scope) StepID {
	f := c.s.Flows[of]
	if of != "" {
		in = scope{again: c.flow(of), ring: c.ringing(f.Ring, f.Screening, f.CallerID)}
	}
	return c.fill("directory "+name+": ring", func() node { return c.ruled(f, in) })
}

// directory checks where callers find people by name.
func (c *checker) directory(name string, d Directory) {
	path, keyed := "directories."+name, c.keyed[spot{TargetDirectory, name}]
	c.name(path, name)
	c.message(path+".prompt", d.Prompt)
	if d.Flow != "" {
		known(c, path+".flow", "flow", "flows", d.Flow, c.s.Flows)
	}
	for _, key := range slices.Sorted(maps.Keys(d.Keys)) {
		at, to := path+".keys."+key, d.Keys[key]
		c.unlettered(at, key)
		c.dest(place{path: at, repeats: again, keyed: keyed}, &to)
	}
	if d.Back != "" && c.unlettered(path+".back", d.Back) {
		if _, taken := d.Keys[d.Back]; taken {
			c.fault(path+".back", "key %s already leads elsewhere in this directory; pick another", d.Back)
		}
	}
	c.answer(place{path: path + ".no_input", repeats: again, keyed: keyed}, d.NoInput)
	c.answer(place{path: path + ".invalid", repeats: again, keyed: keyed}, d.Invalid)
	c.repeats(path+".repeats", d.Repeats)
	c.dest(place{path: path + ".after_repeats", repeats: usedUp, keyed: keyed}, d.AfterRepeats)
	oneOf(c, path+".counters", d.Counters, Shared, Separate)
}

// choosing checks the account's own words by which callers choose: they say who it is, and
// by which key.
func (c *checker) choosing() {
	m, own := c.s.Messages[choiceName]
	if !own || len(c.s.Directories) == 0 {
		return
	}
	for _, w := range append(m.In, Wording{Say: m.Say, Play: m.Play}) {
		if w.Play != "" || w.Say != "" && !(hasGap(w.Say, gapName) && hasGap(w.Say, gapKey)) {
			c.fault("messages."+choiceName, "does not say who is chosen by which key; write words with {name} and {key}, as in: For {name}, press {key}.")
			return
		}
	}
}

// unlettered checks a key that spells nothing, as keys without letters do.
func (c *checker) unlettered(path, key string) bool {
	if slices.Contains([]string{"0", "1", "*"}, key) {
		return true
	}
	c.fault(path, "%.64q spells a name, or ends it; write 0, 1 or *, which have no letters", key)
	return false
}
