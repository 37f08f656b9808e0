package account

import "github.com/extflow/extflow/flow"

// A MESSAGE is the name of one, or {say: words}, or {play: URL or file}.

const aMessage = "a message's name, {say: words} or {play: URL}"

// said is a MESSAGE that has to be there.
type said struct{ into *flow.Message }

func (v said) read(r *reader, n *node, at string) {
	if m, ok := r.message(n, at); ok {
		*v.into = m
	}
}

func (v said) write() *node   { return writeMessage(v.into) }
func (v said) schema() schema { return reference("message") }

// maySay is a MESSAGE that may be left to its default.
type maySay struct{ into **flow.Message }

func (v maySay) read(r *reader, n *node, at string) {
	if m, ok := r.message(n, at); ok {
		*v.into = &m
	}
}

func (v maySay) write() *node {
	if *v.into == nil {
		return nil
	}
	return writeMessage(*v.into)
}

func (v maySay) schema() schema { return reference("message") }

// messageKeys are the keys of a MESSAGE that is no bare name.
func messageKeys(m *flow.Message) block {
	return append(ownMessageKeys(m), key{"name", line{&m.Name, "a message's name"}, "a message of the account, where its language is to be another"})
}

// ownMessageKeys are the keys of a message of the account.
func ownMessageKeys(m *flow.Message) block {
	return block{
		{"say", tongues{m, passage{&m.Say}, spokenIn}, "the words to speak; in several languages by their tags, as in {en: Hello., es: Hola.}"},
		{"play", tongues{m, line{&m.Play, "a URL or a file's name"}, playedIn}, "audio to play: an https or http URL, or the name of an uploaded file; in several languages by their tags"},
		{"language", line{&m.Language, "a language such as en-US"}, "BCP 47; the account's"},
		{"voice", line{&m.Voice, "a voice's name"}, "the carrier's name for it; its default"},
	}
}

func (r *reader) message(n *node, at string) (m flow.Message, ok bool) {
	switch n.kind {
	case scalar:
		m.Name, ok = r.line(n, at, aMessage)
		return m, ok
	case mapping:
		messageKeys(&m).read(r, n, at)
		return m, true
	}
	r.wants(n, at, aMessage)
	return m, false
}

func writeMessage(m *flow.Message) *node {
	if m.Name != "" && m.Language == "" && m.Voice == "" {
		return text(m.Name)
	}
	return messageKeys(m).write()
}

func messageSchema() schema {
	forms := messageKeys(new(flow.Message)).schema()
	forms["type"] = "object"
	forms["oneOf"] = append(sayOrPlay(), schema{"required": []string{"name"}})
	return schema{
		"description": "a message: the name of one, or {say: words}, or {play: URL or file}",
		"oneOf":       []schema{line{}.schema(), forms},
	}
}

func sayOrPlay() []schema {
	byLanguage := schema{"say": schema{"type": "object"}, "play": schema{"type": "object"}}
	return []schema{
		{"required": []string{"say"}, "not": schema{"required": []string{"play"}}},
		{"required": []string{"play"}, "not": schema{"required": []string{"say"}}},
		{"required": []string{"say", "play"}, "properties": byLanguage},
	}
}
