package flow

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/extflow/extflow/extension"
)

// Values by themselves: each check names what may stand there instead.

// noTerminator is the word for no terminator at all.
const noTerminator = "none"

// duration checks a time; zero is the default.
func (c *checker) duration(path string, d, low, high time.Duration) {
	if d != 0 && (d < low || d > high) {
		c.fault(path, "%s is out of range; write %s to %s", lasting(d), lasting(low), lasting(high))
	}
}

// lasting checks a time that may be none at all; zero is the default.
func (c *checker) lasting(path string, d, high time.Duration) {
	if d != None {
		c.duration(path, d, 0, high)
	}
}

// lasting writes a duration without its empty parts: "2m", not "2m0s".
func lasting(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// count checks a number of things; zero is the default.
func (c *checker) count(path string, n, low, high int) {
	if n != 0 && (n < low || n > high) {
		c.fault(path, "%d is out of range; write %d to %d", n, low, high)
	}
}

// repeats checks an N, where zero means none.
func (c *checker) repeats(path string, n *int) {
	if n != nil && (*n < 0 || *n > 10) {
		c.fault(path, "%d is out of range; write 0 to 10", *n)
	}
}

// oneOf checks a word; the empty one is the default.
func oneOf[S ~string](c *checker, path string, word S, choices ...S) {
	if word == "" || slices.Contains(choices, word) {
		return
	}
	among := make([]string, len(choices))
	for i, choice := range choices {
		among[i] = string(choice)
	}
	if near := Suggest(string(word), slices.Values(among)); near != "" {
		c.fault(path, "%.64q is not known here; did you mean %q?", string(word), near)
		return
	}
	c.fault(path, "%.64q is not known here; write %s", string(word), names(choices))
}

func (c *checker) onOff(path string, s extension.Switch) {
	oneOf(c, path, s, extension.On, extension.Off)
}

func (c *checker) terminator(path, t string) {
	if t != "" && t != "#" && t != noTerminator {
		c.fault(path, `%.64q ends no entry; write "#" or none`, t)
	}
}

// key checks a single key; no key is right. It reports whether it is.
func (c *checker) key(path, key string) bool {
	if len(key) > 1 || !strings.Contains("0123456789*#", key) {
		c.fault(path, "%.64q is no key; write one of 0 to 9, * and #", key)
		return false
	}
	return true
}

// name checks what an author calls something.
func (c *checker) name(path, name string) {
	switch {
	case name == "":
		c.fault(path, "has no name; write one")
	case utf8.RuneCountInString(name) > 64:
		c.fault(path, "a name of more than 64 characters; write a shorter one")
	case strings.TrimSpace(name) != name || strings.ContainsAny(name, "\"\\,:{}[]#\n\t") || !printable(name):
		c.fault(path, `a name with quotes, commas, colons, brackets, #, \ or blanks around it; write it without`)
	}
}

// language checks the shape of a BCP 47 tag: "de", "en-US", "zh-Hant-TW".
func (c *checker) language(path, tag string) {
	if tag == "" {
		return
	}
	for i, part := range strings.Split(tag, "-") {
		letters, size := 0, len(part)
		for j := range size {
			switch ch := part[j] | 0x20; {
			case ch >= 'a' && ch <= 'z':
				letters++
			case part[j] < '0' || part[j] > '9':
				size = 0
			}
		}
		if size < 1 || size > 8 || i == 0 && (size < 2 || letters != size) {
			c.fault(path, "%.64q is no language; write a tag such as en-US or de", tag)
			return
		}
	}
}

// timezone checks the shape of an IANA name; whether it exists is the engine's
// to say, because that reads a file.
func (c *checker) timezone(path, zone string) {
	if zone == "" {
		return
	}
	odd := strings.ContainsFunc(zone, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/_-+", r))
	})
	if odd || len(zone) > 64 || zone == "Local" {
		c.fault(path, "%.64q is no time zone; write an IANA name such as America/New_York", zone)
	}
}

// names joins choices as people read them: "a, b or c".
func names[S ~string](choices []S) string {
	var b strings.Builder
	for i, choice := range choices {
		switch {
		case i > 0 && i == len(choices)-1:
			b.WriteString(" or ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString(string(choice))
	}
	return b.String()
}

// printable reports whether s is text that every carrier's document can hold:
// valid UTF-8 without control characters. Lines may break.
func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r <= 0x9f || r == 0xfffe || r == 0xffff
	})
}
