package flow

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Mailboxes, and the messages that they and everything else say.

func (c *checker) mailbox(name string, m Mailbox) {
	path := "mailboxes." + name
	c.name(path, name)
	c.owner(path, name, m.Owner)
	c.message(path+".greeting", m.Greeting)
	for _, reason := range slices.Sorted(maps.Keys(m.Greetings)) {
		greeting := m.Greetings[reason]
		oneOf(c, path+".greetings."+string(reason), reason, ForUnavailable, ForBusy, ForNoAnswer)
		c.message(path+".greetings."+string(reason), &greeting)
	}
	c.lasting(path+".min_length", m.MinLength, time.Minute)
	c.duration(path+".max_length", m.MaxLength, 5*time.Second, time.Hour)
	if m.MaxLength > 0 && m.MinLength >= m.MaxLength {
		c.fault(path+".min_length", "%s is not shorter than max_length, so no message would be kept; write less", lasting(m.MinLength))
	}
	c.duration(path+".silence", m.Silence, time.Second, 10*time.Second)
	keyed := c.keyed[spot{TargetVoicemail, name}]
	for _, key := range slices.Sorted(maps.Keys(m.Keys)) {
		to := m.Keys[key]
		if key == "" {
			c.fault(path+".keys", "no key; write one of 0 to 9, * and #")
		}
		c.key(path+".keys."+key, key)
		c.dest(place{path: path + ".keys." + key, keyed: keyed}, &to)
	}
	c.count(path+".max_messages", m.MaxMessages, 1, 10_000)
	c.dest(place{path: path + ".on_full", keyed: keyed}, m.OnFull)
	if strings.ContainsFunc(m.Notify, func(r rune) bool { return r <= ' ' }) || !printable(m.Notify) {
		c.fault(path+".notify", "an address has no blanks; write one, as in team@example.com")
	}
}

// owner checks whose a mailbox is. Every agent has one: the one that bears the
// agent's id, or the one that names the agent as its owner.
func (c *checker) owner(path, name, owner string) {
	switch other := c.owners[owner]; {
	case name == Personal:
		c.fault(path, "personal means the mailbox of the agent who was keyed; pick another name")
	case c.w.Agents[name] && owner != name:
		c.fault(path+".owner", "agent %.64q has the mailbox of that name; write owner: %s, or pick another name", name, name)
	case owner == "":
	case c.w.Agents != nil && !c.w.Agents[owner]:
		c.missing(path+".owner", "agent", "agents", owner, maps.Keys(c.w.Agents))
	case other != "":
		c.fault(path+".owner", "agent %.64q already owns the mailbox %.64q; an agent has one, so leave the owner out", owner, other)
	default:
		c.owners[owner] = name
	}
}

// ownMessage checks a message of the account.
func (c *checker) ownMessage(name string, m Message) {
	path := "messages." + name
	c.name(path, name)
	switch name {
	case olderName:
		c.fault(path, "%s is a destination wherever one may stand; the library's greeting of mailboxes is called %s", name, newerName)
	case string(TargetHangUp), string(TargetRepeat):
		c.fault(path, "%s is a destination wherever one may stand; pick another name", name)
	}
	if m.Name != "" {
		c.fault(path, "a message says something itself; write {say: words} or {play: URL}")
		return
	}
	c.message(path, &m)
}

// message checks something said; nil is the default.
func (c *checker) message(path string, m *Message) {
	if m == nil {
		return
	}
	switch n := given(m.Name) + given(m.Say) + given(m.Play) + min(len(m.In), 1); {
	case n == 0:
		c.fault(path, "says nothing; write the name of a message, {say: words} or {play: URL}")
	case n > 1:
		c.fault(path, "says more than one thing; keep one of a name, say and play")
	case m.Name != "":
		c.messageName(path, m.Name)
	case m.Say != "":
		c.words(path+".say", m.Say)
	case len(m.In) > 0:
		c.wordings(path, m)
		return
	default:
		c.audio(path+".play", m.Play)
	}
	c.language(path+".language", m.Language)
	if m.Voice != "" {
		c.voice(path+".voice", m.Voice)
	}
}

func given(s string) int {
	if s == "" {
		return 0
	}
	return 1
}

func (c *checker) messageName(path, name string) {
	shipped := append(DefaultMessages(), olderName)
	if _, ok := c.s.Messages[name]; ok || slices.Contains(shipped, name) {
		return
	}
	among := append(shipped, slices.Collect(maps.Keys(c.s.Messages))...)
	c.missing(path, "message", "messages", name, slices.Values(among))
}

func (c *checker) words(path, words string) {
	if strings.TrimSpace(words) == "" {
		c.fault(path, "only blanks; write the words to say")
	} else if !printable(words) {
		c.fault(path, "words with control characters, which no carrier can say; remove them")
	} else {
		c.gaps(path, words)
	}
}

// audio checks what is played: an absolute URL, or the plain name of a file.
func (c *checker) audio(path, play string) {
	if !isWeb(play) && c.files != nil {
		c.files[play] = true
	}
	web := isWeb(play)
	_, rest, _ := strings.Cut(play, "://")
	host, _, _ := strings.Cut(rest, "/")
	blank := strings.ContainsFunc(play, func(r rune) bool { return r <= ' ' })
	switch {
	case !printable(play) || len(play) > 2000 || web && (blank || host == "" || strings.ContainsAny(host, "@\\?#")):
		c.fault(path, "%.64q is no address; write an absolute one, as in https://media.example.com/hold.mp3", play)
	case !web && (strings.ContainsAny(play, "/\\:") || strings.HasPrefix(play, ".") || len(play) > 255 || strings.TrimSpace(play) != play):
		c.fault(path, "%.64q is neither an https or http URL nor the name of an uploaded file; write one of them", play)
	case !web && c.w.Files != nil && !c.w.Files[play]:
		c.missing(path, "file", "the uploaded audio", play, maps.Keys(c.w.Files))
	}
}

func isWeb(play string) bool {
	return strings.HasPrefix(play, "https://") || strings.HasPrefix(play, "http://")
}

// Files are the names of the uploaded files that messages of the settings play, each
// once, in order.
func (s Settings) Files() []string {
	c := &checker{s: s, files: map[string]bool{}}
	c.all()
	return slices.Sorted(maps.Keys(c.files))
}
