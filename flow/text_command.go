package flow

import (
	"strconv"
	"strings"
	"time"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/number"
)

// Command is what is waited for, in a line: "listen for 4 digits, 5s".
func (s Script) Command(c Command) string {
	switch c.Kind {
	case Listen:
		return s.listen(c)
	case Connect:
		return s.ring(c)
	case Originate:
		return "place call to " + s.endpoints(c) + " for " + c.Time.String() + s.shown(c) + others(c.Tried)
	case Hold:
		return s.hold(c)
	case Record:
		return s.record(c)
	case Hangup:
		return hangup(c.Cause)
	case Join:
		return "join" + limit(c.Limit)
	case Again:
		return "come back, " + strconv.Itoa(int(c.Retry))
	case Find:
		return s.find(c)
	case Spell:
		return "look up who is spelled " + s.digits(c.Entry)
	case Await:
		return await(c)
	case Vet:
		return "ask whether the caller may be called back"
	case StandIn:
		return "have a callback stand in the line"
	case AskHours:
		if c.Name == "" {
			return "ask whether the number is open"
		}
		return "ask whether " + plain(c.Name) + " is open"
	case Tell:
		return "tell " + word(newsWords, uint8(c.News), "news") + " and wait"
	}
	return "command " + strconv.Itoa(int(c.Kind))
}

// listen names the keys that mean something alone, then the longest entry.
func (s Script) listen(c Command) string {
	var what []string
	if c.Keys != "" {
		what = append(what, keys(c.Keys))
	}
	if c.Keys == "" || c.Digits > 1 {
		what = append(what, count(int(c.Digits), "digit"))
	}
	line := "listen for " + strings.Join(what, ", or ") + ", " + c.First.String()
	if c.Inter != c.First {
		line += " then " + c.Inter.String()
	}
	switch {
	case c.Digits > 1 && c.Finish == "":
		line += ", no #"
	case c.Finish != "" && c.Finish != "#":
		line += ", ends with " + plain(c.Finish)
	}
	if c.NoBarge {
		line += ", after the prompt"
	}
	return line
}

// keys are keys in words: "key 1, 2 or 9".
func keys(of string) string {
	var b strings.Builder
	b.WriteString("key ")
	for i, r := range []rune(of) {
		switch {
		case i > 0 && i == len([]rune(of))-1:
			b.WriteString(" or ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString(plain(string(r)))
	}
	return b.String()
}

// ring says whom and how long. Whom the account does not know is handed off.
func (s Script) ring(c Command) string {
	verb := "ring "
	if c.Party != nil && c.Party.Agent == "" {
		verb = "hand off to "
	}
	return verb + s.endpoints(c) + " for " + c.Time.String() + s.shown(c)
}

// others are the telephones that were rung before.
func others(tried uint8) string {
	if tried == 0 {
		return ""
	}
	return ", after " + count(int(tried), "other")
}

// shown is what differs from an ordinary ring: another number shown to the agent,
// another limit of the talk.
func (s Script) shown(c Command) string {
	if c.CallerID == ShowNumber {
		return ", showing the number called" + limit(c.Limit)
	}
	return limit(c.Limit)
}

func limit(d time.Duration) string {
	if d == 0 || d == (Defaults{}).maxTalk() {
		return ""
	}
	return ", at most " + d.String()
}

// endpoints are the addresses, each with what is not usual there about pressing 1
// to accept.
func (s Script) endpoints(c Command) string {
	if c.Party == nil || len(c.Party.Endpoints) == 0 {
		return "nobody"
	}
	list := make([]string, len(c.Party.Endpoints))
	for i, e := range c.Party.Endpoints {
		list[i] = s.endpoint(e)
		switch asks := c.Screens(e); {
		case c.Screen == nil, asks == e.Screened(extension.Default):
		case asks:
			list[i] += " (screened)"
		default:
			list[i] += " (not screened)"
		}
	}
	return strings.Join(list, ", ")
}

func (s Script) endpoint(e extension.Endpoint) string {
	if !s.Masked {
		return plain(e.Address)
	}
	if n, ok := e.Number(); ok {
		return "tel:" + n.String()
	}
	return number.E164(e.Address).String()
}

func (s Script) hold(c Command) string {
	line := "hold"
	if c.Music != nil {
		line += " with " + strings.TrimPrefix(s.message(*c.Music), "play ")
	}
	if c.Keys != "" {
		line += ", " + keys(c.Keys) + " leaves"
	}
	return line
}

func (s Script) record(c Command) string {
	line := "record to " + plain(c.Mailbox) + ", " + c.Time.String()
	if c.Silence != 5*time.Second {
		line += ", silence " + c.Silence.String()
	}
	if c.Finish != "#" {
		line += ", no #"
	}
	if c.Keys != "" {
		line += ", " + keys(c.Keys) + " leads on"
	}
	if c.Transcribe != "" {
		line += ", in words of " + plain(c.Transcribe)
	}
	return line
}

// find is what the engine is asked to look up.
func (s Script) find(c Command) string {
	switch {
	case c.Name != "":
		return "look up queue " + plain(c.Name)
	case c.Mailbox != "":
		return "look up mailbox " + plain(c.Mailbox)
	}
	return "look up " + s.digits(c.Entry)
}

// await is what a call of ours waits for that nobody is called for yet.
func await(c Command) string {
	switch {
	case c.Name == untilOpen:
		return "wait until the number is open"
	case c.Time > 0:
		return "wait for the next try, " + c.Time.String()
	}
	return "wait for an agent"
}

func hangup(why Cause) string {
	switch why {
	case Normal:
		return "hang up"
	case LineBusy:
		return "hang up as busy"
	case Unassigned:
		return "hang up as not in service"
	}
	return "hang up as " + strconv.Itoa(int(why))
}
