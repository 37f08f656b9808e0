package flow

import (
	"maps"
	"slices"
	"strings"
)

// Languages of a book: those that its settings name and those of the library's own
// words. A call keeps the place of its own in State.Tongue; 0 is the account's.

// primary is a language without its region: "es" of "es-MX".
func primary(tag string) string {
	language, _, _ := strings.Cut(tag, "-")
	return strings.ToLower(language)
}

// nearest is the place of the tag that comes closest to a language: that very one,
// the language without its region, or the language of another region; -1 where
// none does.
func nearest(want string, n int, tag func(i int) string) int {
	best, rank := -1, 0
	for i := range n {
		t := tag(i)
		switch {
		case strings.EqualFold(t, want):
			return i
		case rank < 2 && strings.EqualFold(t, primary(want)):
			best, rank = i, 2
		case rank < 1 && primary(t) == primary(want):
			best, rank = i, 1
		}
	}
	return best
}

func sortedTags[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// maxTongues bounds the languages of an account.
const maxTongues = 100

// tongues are the languages in which callers can be spoken to: the account's, those
// that its settings name, and those of the library's own words. The places of a
// release's languages never change: a call keeps one.
func (s *Settings) tongues() []string {
	named := map[string]bool{}
	for tag := range s.Defaults.Voices {
		named[tag] = true
	}
	for _, m := range s.Messages {
		for _, w := range m.In {
			named[w.Language] = true
		}
	}
	for _, e := range s.Entries {
		named[e.Language] = true
	}
	k := keying{s: *s}
	for _, d := range k.all() {
		for range maxNesting + 1 {
			if d == nil {
				break
			}
			named[d.Language] = true
			d = d.Otherwise
		}
	}
	tags := []string{s.language()}
	for _, tag := range append(sortedTags(named), phraseLanguages[:]...) {
		if tag != "" && !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	return tags
}

// Languages are the languages in which the book speaks to callers, the account's
// first.
func (b *Book) Languages() []string { return slices.Clone(b.tongues) }

// Language is the language in which a call is spoken to.
func (b *Book) Language(s State) string {
	if int(s.Tongue) < len(b.tongues) {
		return b.tongues[s.Tongue]
	}
	return b.tongues[0]
}

// tongue is the place of the language that comes closest; the account's where none
// does.
func (b *Book) tongue(tag string) uint8 {
	if tag == "" {
		return 0
	}
	return uint8(max(0, nearest(tag, len(b.tongues), func(i int) string { return b.tongues[i] })))
}

// begun is the language in which a call begins: a leg's is its agent's, a caller's
// that of the number.
func (b *Book) begun(w *What) uint8 {
	switch {
	case w.Start.Peer != "" && w.Party != nil:
		return b.tongue(w.Party.Language)
	case w.Start.Language != "":
		return b.tongue(w.Start.Language)
	}
	return b.spoken[w.Start.Entry]
}

// moveFor is a move in the words of whoever hears them: the caller, or the agent who
// is rung.
func (b *Book) moveFor(c *Call, m *Move) *Move {
	if m.in == nil {
		return m
	}
	tongue := c.Tongue
	if m.Do.Kind == Connect && c.Party != nil {
		tongue = b.tongue(c.Party.Language)
	}
	if tongue == 0 || int(tongue) > len(m.in) {
		return m
	}
	return m.in[tongue-1]
}

// translate gives the moves of a book their words in one more language, which the
// same settings compiled in that language have in the same places.
func (b *Book) translate(tongue int, in *Book) {
	b.bye.translate(tongue, len(b.tongues), in.bye)
	for i := range b.nodes {
		theirs := in.nodes[i].moves()
		for k, m := range b.nodes[i].moves() {
			m.translate(tongue, len(b.tongues), theirs[k])
		}
	}
}

func (n *node) moves() []*Move {
	all := append([]*Move{n.standing, n.find, n.silent, n.invalid, n.plain, n.dial, n.join, n.ask, n.told, n.gone, n.hold, n.noAnswer, n.again, n.many, n.choices}, n.greetings[:]...)
	if c := n.callback; c != nil {
		all = append(all, c.confirm, c.open, c.refused)
	}
	return all
}

func (m *Move) translate(tongue, tongues int, in *Move) {
	if m == nil || len(m.Say) == 0 && m.Do.Screen == nil && m.Do.Music == nil {
		return
	}
	if m.in == nil {
		m.in = make([]*Move, tongues-1)
	}
	m.in[tongue-1] = in
}
