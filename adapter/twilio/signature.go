package twilio

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"strings"
	"sync"
)

// Signatures: base64(HMAC-SHA1(token, URL + every parameter, by name and value)).
// Twilio's SDK for Go takes the first value of a repeated parameter only, so this
// is ours.

// tokens are the keys that a request may be signed with: several while one is
// being replaced.
type tokens []*sync.Pool

func newTokens(secrets []string) tokens {
	var out tokens
	for _, s := range secrets {
		key := []byte(s)
		out = append(out, &sync.Pool{New: func() any { return hmac.New(sha1.New, key) }})
	}
	return out
}

// signing is the room that checking a signature needs.
type signing struct {
	text []byte
	sum  []byte
	mac  []byte
}

// signs reports whether a signature is one of what the request says: its URL as
// the carrier requested it, and its parameters, sorted. The URL is tried with and
// without its port, and with the apostrophe escaped, because carriers sign either;
// these only when the URL as it stands does not match.
func (t tokens) signs(s *signing, signature string, url []byte, f *form) bool {
	if t.match(s, signature, url, f) {
		return true
	}
	for _, other := range otherForms(string(url)) {
		if t.match(s, signature, []byte(other), f) {
			return true
		}
	}
	return false
}

// match takes as long for every wrong signature.
func (t tokens) match(s *signing, signature string, url []byte, f *form) bool {
	s.text = append(s.text[:0], url...)
	for i, p := range f.pairs {
		if i > 0 && f.same(p, f.pairs[i-1]) {
			continue // the same value twice is signed once
		}
		s.text = append(s.text, f.text[p.start:p.end]...)
	}
	found := 0
	for _, pool := range t {
		h := pool.Get().(hash.Hash)
		h.Reset()
		h.Write(s.text)
		s.sum = h.Sum(s.sum[:0])
		pool.Put(h)
		s.mac = base64.StdEncoding.AppendEncode(s.mac[:0], s.sum)
		found |= subtle.ConstantTimeCompare(s.mac, []byte(signature))
	}
	return found == 1
}

// otherForms are the ways in which a URL may have been signed beside the one that
// was requested. The URL is not taken apart any further than needed: parsing and
// printing it again would change it.
func otherForms(url string) []string {
	var forms []string
	scheme, rest, ok := strings.Cut(url, "://")
	if !ok {
		return nil
	}
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	authority, path := rest[:end], rest[end:]
	host := authority[strings.LastIndexByte(authority, '@')+1:]
	port := strings.LastIndexByte(host, ':')
	switch {
	case port > strings.LastIndexByte(host, ']'):
		authority = authority[:len(authority)-len(host)+port]
	case strings.EqualFold(scheme, "https"):
		authority += ":443"
	default:
		authority += ":80"
	}
	forms = append(forms, scheme+"://"+authority+path)
	if strings.Contains(path, "'") {
		escaped := strings.ReplaceAll(path, "'", "%27")
		forms = append(forms, scheme+"://"+rest[:end]+escaped, scheme+"://"+authority+escaped)
	}
	return forms
}

// bodySigned reports whether a body that is no form is the one whose hash is part
// of the signed URL.
func bodySigned(want, body []byte) bool {
	sum := sha256.Sum256(body)
	var text [2 * sha256.Size]byte
	hex.Encode(text[:], sum[:])
	return subtle.ConstantTimeCompare(text[:], bytes.ToLower(want)) == 1
}
