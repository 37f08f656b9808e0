package webhook

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"hash"
	"hash/maphash"
	"strings"
	"sync"
	"time"
)

// Seals are for carriers whose signature says nothing of where a request is sent: an
// address bears a seal of our own, so that one that was not made here is refused.
// They are safe for concurrent use.
type Seals []*sync.Pool

// NewSeals seals with the first of some secrets; the others still hold while it is
// replaced. Without any, addresses bear a seal that says nothing.
func NewSeals(secrets []string) Seals {
	var out Seals
	for _, text := range secrets {
		mac := hmac.New(sha256.New, []byte(text))
		mac.Write([]byte("extflow: seals of addresses"))
		key := mac.Sum(nil)
		out = append(out, &sync.Pool{New: func() any { return hmac.New(sha256.New, key) }})
	}
	return out
}

// SealParam is the parameter with an address's seal, its last one of ours.
const SealParam = "z="

const sealLen = 22 // 128 bits

// Append gives an address its seal, of all that follows so many bytes of it.
func (s Seals) Append(address []byte, from int) []byte {
	mark := byte('?')
	if bytes.IndexByte(address, '?') >= 0 {
		mark = '&'
	}
	seal := make([]byte, 0, sha256.Size)
	if len(s) > 0 {
		seal = sum(s[0], seal, address[from:])
	} else {
		seal = seal[:sha256.Size]
	}
	address = append(append(address, mark), SealParam...)
	return base64.RawURLEncoding.AppendEncode(address, seal[:16])
}

// Open checks the seal of an address, and returns the parameters that are ours and those
// that the carrier added.
func (s Seals) Open(path, query string) (ours, theirs string, ok bool) {
	at := strings.LastIndex(query, "&"+SealParam)
	text := path + "?"
	if at >= 0 {
		ours, theirs = query[:at], query[at+1:]
		text += ours
	} else {
		theirs, text = query, path
	}
	theirs, ok = strings.CutPrefix(theirs, SealParam)
	if !ok || len(theirs) < sealLen || len(theirs) > sealLen && theirs[sealLen] != '&' {
		return "", "", false
	}
	seal, err := base64.RawURLEncoding.DecodeString(theirs[:sealLen])
	theirs = strings.TrimPrefix(theirs[sealLen:], "&")
	if err != nil {
		return "", "", false
	}
	if len(s) == 0 {
		return ours, theirs, true
	}
	found := 0
	for _, pool := range s {
		found |= subtle.ConstantTimeCompare(sum(pool, nil, []byte(text))[:16], seal)
	}
	return ours, theirs, found == 1
}

func sum(of *sync.Pool, dst, text []byte) []byte {
	h := of.Get().(hash.Hash)
	h.Reset()
	h.Write(text)
	dst = h.Sum(dst)
	of.Put(h)
	return dst
}

// Seen is which signatures this node has seen at which addresses, so that one that was
// overheard is worth nothing elsewhere. A request that the carrier makes again comes to
// the same address, and is answered again. The zero value has seen none; it is safe for
// concurrent use.
type Seen struct {
	mu         sync.Mutex
	seed       maphash.Seed
	young, old map[[16]byte]uint64
	since      time.Time
}

// kept is how many signatures of one period are remembered.
const kept = 1 << 16

// First reports whether a signature was seen at no other address. It is remembered for
// at least as long as given.
func (s *Seen) First(signature []byte, address string, now time.Time, keep time.Duration) bool {
	var key [16]byte
	copy(key[:], signature)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.young == nil || len(s.young) >= kept || now.Sub(s.since) > 2*keep {
		if s.young == nil {
			s.seed = maphash.MakeSeed()
		}
		s.old, s.young, s.since = s.young, map[[16]byte]uint64{}, now
	}
	is := maphash.String(s.seed, address)
	was, ok := s.young[key]
	if !ok {
		was, ok = s.old[key]
	}
	if !ok {
		s.young[key] = is
	}
	return !ok || was == is
}
