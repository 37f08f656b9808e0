package flow

import (
	"maps"
	"slices"

	"github.com/extflow/extflow/extension"
)

// place is where a destination stands, and what it may be there.
type place struct {
	path    string
	repeats repeating
	keyed   bool // an extension can have been keyed before
	depth   int  // destinations around this one
}

// repeating says whether a place has something to repeat.
type repeating uint8

const (
	nothingToRepeat repeating = iota
	again
	usedUp // by the time a call is here, it has repeated enough
)

// maxNesting bounds otherwise within otherwise. A call enters no more steps.
const maxNesting = maxEntries

// dest checks a destination; nil is the default, which is always right.
func (c *checker) dest(at place, d *Dest) {
	if d == nil {
		return
	}
	if at.depth > maxNesting {
		c.fault(at.path, "more than %d destinations within one another; lead to a menu or a flow instead", maxNesting)
		return
	}
	c.language(at.path+".language", d.Language)
	at.path = c.leadsTo(at, d)
	switch d.To {
	case TargetExtension:
		at.keyed = true // the agent of this extension is somebody whose mailbox it can be
	case TargetHandoff:
	default:
		if d.Otherwise != nil {
			c.fault(at.path, "only an extension and a handoff have an otherwise; remove it")
		}
		return
	}
	at.path += ".otherwise"
	at.depth++
	c.dest(at, d.Otherwise)
}

// leadsTo checks where a destination leads. It returns the path under which its
// otherwise stands.
func (c *checker) leadsTo(at place, d *Dest) string {
	path := at.path + "." + string(d.To)
	if d.Message != nil && d.To != TargetVoicemail && d.To != TargetHangUp && d.To != TargetRepeat {
		c.fault(at.path, "only voicemail, hangup and repeat have a message; remove it")
	}
	if d.Name != "" && (d.To == TargetHangUp || d.To == TargetRepeat) {
		c.fault(at.path, "%s leads nowhere by name; remove the name", d.To)
	}
	switch d.To {
	case TargetQueue:
		known(c, path, "queue", "queues", d.Name, c.s.Queues)
	case TargetMenu:
		known(c, path, "menu", "menus", d.Name, c.s.Menus)
	case TargetFlow:
		known(c, path, "flow", "flows", d.Name, c.s.Flows)
	case TargetAsk:
		known(c, path, "question", "questions", d.Name, c.s.Questions)
	case TargetDirectory:
		known(c, path, "directory", "directories", d.Name, c.s.Directories)
	case TargetVoicemail:
		c.voicemail(at, path, d)
	case TargetHangUp:
		c.message(path, d.Message)
	case TargetRepeat:
		c.repeat(at, path)
		c.message(path, d.Message)
	case TargetExtension:
		c.extension(path, d.Name)
	case TargetHandoff:
		c.handoff(path+".to", d.Name)
		return path
	case "":
		c.fault(at.path, "leads nowhere; write one of %s", names(targets[:]))
	default:
		oneOf(c, at.path, d.To, targets[:]...)
	}
	return at.path
}

var targets = [...]Target{TargetQueue, TargetVoicemail, TargetMenu, TargetHangUp, TargetFlow, TargetExtension, TargetHandoff, TargetRepeat, TargetAsk, TargetDirectory}

// answer checks what a flow or a menu does about silence and wrong entries: a
// message stands there by itself, without the word repeat.
func (c *checker) answer(at place, d *Dest) {
	if d != nil && d.To == TargetRepeat && d.Message != nil && d.Name == "" && d.Otherwise == nil {
		c.message(at.path, d.Message)
		return
	}
	c.dest(at, d)
}

func (c *checker) repeat(at place, path string) {
	switch at.repeats {
	case nothingToRepeat:
		c.fault(path, "there is nothing to repeat here; repeat belongs to the rules of a flow and the keys of a menu")
	case usedUp:
		c.fault(path, "the repeats are used up here; lead somewhere else, as with hangup")
	}
}

func (c *checker) voicemail(at place, path string, d *Dest) {
	c.message(path+".greeting", d.Message)
	if d.Message != nil {
		path += ".mailbox"
	}
	if d.Name != Personal {
		c.mailboxName(path, d.Name)
		return
	}
	if !at.keyed && c.s.Defaults.DefaultMailbox == "" {
		c.fault(path, "nobody's extension can have been keyed here, so nobody's personal mailbox is meant; name a mailbox, or write settings.default_mailbox")
	}
}

// mailboxName checks a reference to a mailbox, which may be an agent's own.
func (c *checker) mailboxName(path, name string) {
	if _, ok := c.s.Mailboxes[name]; ok {
		return
	}
	if c.w.Agents[name] {
		for _, box := range slices.Sorted(maps.Keys(c.s.Mailboxes)) {
			if c.s.Mailboxes[box].Owner == name {
				c.fault(path, "the mailbox of agent %.64q is %.64q; write that", name, box)
			}
		}
		return
	}
	if name == "" || c.w.Agents != nil {
		among := append(slices.Collect(maps.Keys(c.s.Mailboxes)), slices.Collect(maps.Keys(c.w.Agents))...)
		c.missing(path, "mailbox", "mailboxes", name, slices.Values(among))
	}
}

func (c *checker) extension(path, ext string) {
	if !isDigits(ext) || len(ext) > 8 {
		c.fault(path, `%.64q is no extension; write its digits, as in "1001"`, ext)
		return
	}
	if c.w.Extensions != nil && !c.w.Extensions[ext] {
		c.fault(path, "no agent has the extension %s; write one that an agent has", ext)
	}
}

func (c *checker) handoff(path, address string) {
	to, err := extension.ParseEndpoint(address)
	if err != nil {
		c.fault(path, "%v", err)
		return
	}
	if n, ok := to.Number(); ok && c.w.Numbers[n] {
		c.fault(path, "%s is a number of this account, so the call would come back; lead to what answers it", string(n))
	}
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
