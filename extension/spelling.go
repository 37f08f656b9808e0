package extension

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// ErrUnspellable is why an agent is refused whom callers are to find by name, and whose
// name has no letter of the keypad.
var ErrUnspellable = errors.New("name cannot be spelled on the keypad")

// The bounds of spellings.
const (
	MaxSpelling  = 32 // keys; more of a name are not needed to tell people apart
	maxWords     = 8  // that count in a name
	maxSpellings = 2 * maxWords
)

// keypad is the key of each letter, a to z, as ITU-T E.161 puts them on a telephone.
const keypad = "22233344455566677778889999"

// Spellings are the ways to key a name, each in digits 2 to 9, sorted: each of its words
// may begin, followed by those after it and then by those before it. So John Smith is
// found by "johnsm" as well as by "smithj".
//
// Letters count without case and accents. What is often written with other letters has
// both spellings: Müller is found by "muller" and by "mueller". An apostrophe is left
// out, so that O'Brien is one word; anything else that is no letter, such as a space or
// a hyphen, separates words: Jean-Luc is found by "jeanluc" and by "luc". Letters of
// other scripts have no key, and a name without a Latin letter has no spelling.
// The first 8 words of a name count, and 32 keys of a spelling.
func Spellings(name string) []string {
	plain, also := wordsOf(name)
	all := turns(turns(make([]string, 0, maxSpellings), plain), also)
	slices.Sort(all)
	return slices.Compact(all)
}

// Spellings are those of the agent's name, and none where callers may not find it so.
func (a Agent) Spellings() []string {
	if !a.Listed {
		return nil
	}
	return Spellings(a.Name)
}

// CheckListed reports whether callers can spell the name of an agent who is listed. The
// error is ErrUnspellable.
func (a Agent) CheckListed() error {
	if !a.Listed || len(Spellings(a.Name)) > 0 {
		return nil
	}
	if a.Name == "" {
		return fmt.Errorf("%w: there is none; write a name, or leave listed out", ErrUnspellable)
	}
	return fmt.Errorf("%w: %.64q has no letter from A to Z; write it in those too, as in %q, or leave listed out", ErrUnspellable, a.Name, "王伟 (Wang Wei)")
}

// IsSpelling reports whether keys can begin a spelling: 2 to 9, from 1 to MaxSpelling of
// them.
func IsSpelling(keys string) bool {
	for i := range len(keys) {
		if keys[i] < '2' || keys[i] > '9' {
			return false
		}
	}
	return keys != "" && len(keys) <= MaxSpelling
}

// turns adds what the words spell, beginning with each of them in turn.
func turns(all, words []string) []string {
	for i := range words {
		spelling := strings.Join(words[i:], "") + strings.Join(words[:i], "")
		all = append(all, spelling[:min(len(spelling), MaxSpelling)])
	}
	return all
}

// unheard are what nobody keys and what separates nothing: apostrophes, the point in
// Catalan's l·l, and characters that have no width.
const unheard = "'＇`´’‘ʼʻʾʿ′·\u00ad\u200b\u200c\u200d\u2060\ufeff"

// wordsOf are the words of a name in digits: as most would key them, and with what some
// write for a letter. There are equally many.
func wordsOf(name string) (plain, also []string) {
	var one, other []byte
	end := func() {
		if len(one) > 0 {
			plain, also = append(plain, string(one)), append(also, string(other))
		}
		one, other = nil, nil
	}
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(unheard, r) {
			return -1
		}
		return r
	}, name)
	for _, r := range strings.ToLower(norm.NFKC.String(name)) {
		letter := latin(r)
		switch {
		case letter.plain != "":
			one = keyed(one, letter.plain)
			other = keyed(other, cmp.Or(letter.also, letter.plain))
		case !isMark(r):
			end()
		}
		if len(plain) == maxWords {
			return plain, also
		}
	}
	end()
	return plain, also
}

// keyed adds the keys of letters to a word, as far as they count.
func keyed(word []byte, letters string) []byte {
	for i := range len(letters) {
		if len(word) < MaxSpelling {
			word = append(word, keypad[letters[i]-'a'])
		}
	}
	return word
}

// latin is a small letter in those from a to z; nothing where it is none of the script.
func latin(r rune) written {
	if r >= 'a' && r <= 'z' {
		return written{plain: string(r)}
	}
	if w, ok := alphabet[r]; ok {
		return w
	}
	base, _ := utf8.DecodeRuneInString(norm.NFD.String(string(r))) // the letter, then its accents
	if base == r {
		return written{}
	}
	return latin(base)
}

// isMark reports whether r goes with the letter before it.
func isMark(r rune) bool {
	return norm.NFD.PropertiesString(string(r)).CCC() != 0
}

// written is how a letter is written in those from a to z.
type written struct {
	plain string
	also  string // what some write instead; empty where all write the same
}

// alphabet are the letters of languages in Latin script that are more than one from a to
// z with an accent, and those that some write otherwise than without it.
var alphabet = map[rune]written{
	'ä': {"a", "ae"}, 'ö': {"o", "oe"}, 'ü': {"u", "ue"}, 'å': {"a", "aa"}, 'ø': {"o", "oe"},
	'ß': {plain: "ss"}, 'æ': {plain: "ae"}, 'œ': {plain: "oe"}, 'þ': {plain: "th"},
	'ð': {plain: "d"}, 'đ': {"d", "dj"}, 'ł': {plain: "l"}, 'ı': {plain: "i"}, 'ħ': {plain: "h"}, 'ŋ': {"n", "ng"},
	'ŧ': {plain: "t"}, 'ĸ': {plain: "k"}, 'ə': {"a", "e"}, 'ǝ': {plain: "e"}, 'ɛ': {plain: "e"}, 'ɔ': {plain: "o"},
	'ɓ': {plain: "b"}, 'ɗ': {plain: "d"}, 'ɖ': {plain: "d"}, 'ƙ': {plain: "k"}, 'ƴ': {plain: "y"}, 'ƒ': {plain: "f"}, 'ɣ': {plain: "g"},
}
