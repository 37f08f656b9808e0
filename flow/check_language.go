package flow

import "slices"

// What may stand where words are in a language.

// wordings checks the texts of a message in several languages.
func (c *checker) wordings(path string, m *Message) {
	if m.Language != "" {
		c.fault(path+".language", "each of the texts has its own language; remove it")
	}
	if m.Voice != "" {
		c.fault(path+".voice", "one voice does not speak every language; write settings.voices")
	}
	met := map[string]bool{}
	for _, w := range m.In {
		kind := "say"
		if w.Play != "" {
			kind = "play"
		}
		at := path + "." + kind + "." + w.Language
		switch {
		case w.Language == "":
			c.fault(path+"."+kind, "a text without a language; write its tag, as in {en: Hello., es: Hola.}")
		case met[w.Language]:
			c.fault(at, "two texts in this language; keep one")
		case w.Say != "" && w.Play != "":
			c.fault(at, "both say and play; keep one")
		case w.Play != "":
			c.audio(at, w.Play)
		default:
			c.words(at, w.Say)
		}
		met[w.Language] = true
		c.language(at, w.Language)
	}
}

// voices checks the voices of an account; whether a carrier has them is the
// carrier's to say.
func (c *checker) voices(path string, voices map[string]map[string]string) {
	for _, tag := range sortedTags(voices) {
		at := path + "." + tag
		if tag == "" {
			c.fault(path, "voices without a language; write its tag, as in {es-MX: {sim: anna}}")
		}
		c.language(at, tag)
		if len(voices[tag]) == 0 {
			c.fault(at, "no voice; write a carrier's name and what it calls the voice, or remove it")
		}
		for _, carrier := range sortedTags(voices[tag]) {
			c.voice(at+"."+carrier, voices[tag][carrier])
		}
	}
}

func (c *checker) voice(path, voice string) {
	if voice == "" || !printable(voice) || len(voice) > 255 {
		c.fault(path, "no carrier has such a voice; write the carrier's name for it")
	}
}

// gapNames are those that words may have.
var gapNames = []string{"position", "minutes", "caller"}

// gaps checks the gaps in words. Braces around anything else are words themselves.
func (c *checker) gaps(path, words string) {
	for gap := range gapsIn(words) {
		name, forms := gapParts(gap)
		switch {
		case !slices.Contains(gapNames, name):
		case name == "caller" && len(forms) > 0:
			c.fault(path, "{caller} has no forms; write it alone")
		case len(forms) > 3:
			c.fault(path, "%.64q has %d forms; write three at most: for none, one and many", gap, len(forms))
		}
	}
}

func (c *checker) tooManyLanguages() {
	if n := len(c.s.tongues()); n > maxTongues {
		c.fault("settings.language", "%d languages in all; an account has at most %d", n, maxTongues)
	}
}
