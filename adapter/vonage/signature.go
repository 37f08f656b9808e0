package vonage

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"hash"
	"strings"
	"sync"
	"time"
)

// Signatures: a JSON Web Token (RFC 7519, HS256 alone) in the Authorization header
// names the account, says when it was made, and has the hash of what the request
// says. It says nothing of where the request is sent, so addresses have a seal of our
// own. Vonage's SDK for Go verifies neither, so this is ours.

// secret is a key that requests are signed with.
type secret struct{ signs sync.Pool }

func newSecrets(of []string) []*secret {
	var out []*secret
	for _, text := range of {
		key := []byte(text)
		s := &secret{}
		s.signs.New = func() any { return hmac.New(sha256.New, key) }
		out = append(out, s)
	}
	return out
}

func sum(of *sync.Pool, dst, text []byte) []byte {
	h := of.Get().(hash.Hash)
	h.Reset()
	h.Write(text)
	dst = h.Sum(dst)
	of.Put(h)
	return dst
}

// The errors for which a request is refused.
var (
	errUnsigned = errors.New("it bears no token; are signed webhooks switched on?")
	errToken    = errors.New("its token is not one of the carrier's")
	errMAC      = errors.New("its token is not signed with the secret")
	errAge      = errors.New("its token is too old, or this machine's clock is wrong")
	errAccount  = errors.New("its token is of another account or application")
	errHash     = errors.New("its token is of something else than it says")
	errReplay   = errors.New("its token was for another address")
	errSeal     = errors.New("its address is not one that was made here")
)

// maxToken is the longest token that is looked at. Vonage's have about 500 bytes.
const maxToken = 4 << 10

// claims are what a token says.
type claims struct {
	IssuedAt    json.Number `json:"iat"`
	Issuer      string      `json:"iss"`
	Hash        string      `json:"payload_hash"`
	APIKey      string      `json:"api_key"`
	Application string      `json:"application_id"`
}

// usualHeader is the header of Vonage's tokens, encoded.
var usualHeader = []byte(base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`)))

// signing is the room that checking a token needs.
type signing struct {
	text, mac, want []byte
}

// signed checks the signature of a token and reads what it says. The signature comes
// first: nothing of a token that is not the carrier's is taken apart but its header.
func (a *Adapter) signed(s *signing, header string) (claims, error) {
	raw, ok := strings.CutPrefix(header, "Bearer ")
	if !ok || len(raw) > maxToken {
		return claims{}, errToken
	}
	s.text = append(s.text[:0], raw...)
	head, rest, one := bytes.Cut(s.text, []byte{'.'})
	body, mac, two := bytes.Cut(rest, []byte{'.'})
	if !one || !two || bytes.IndexByte(mac, '.') >= 0 || !bytes.Equal(head, usualHeader) && !isHS256(head) {
		return claims{}, errToken
	}
	var err error
	if s.mac, err = base64.RawURLEncoding.Strict().AppendDecode(s.mac[:0], mac); err != nil {
		return claims{}, errToken
	}
	found := 0
	for _, secret := range a.secrets {
		s.want = sum(&secret.signs, s.want[:0], s.text[:len(head)+1+len(body)])
		found |= subtle.ConstantTimeCompare(s.want, s.mac)
	}
	if found != 1 {
		return claims{}, errMAC
	}
	var c claims
	text, err := base64.RawURLEncoding.AppendDecode(s.want[:0], body)
	if err != nil || json.Unmarshal(text, &c) != nil {
		return claims{}, errToken
	}
	return c, nil
}

func isHS256(head []byte) bool {
	var h struct {
		Alg  string   `json:"alg"`
		Crit []string `json:"crit"`
	}
	text, err := base64.RawURLEncoding.AppendDecode(nil, head)
	return err == nil && json.Unmarshal(text, &h) == nil && h.Alg == "HS256" && h.Crit == nil
}

// meant checks that a token of the carrier's is of this account, and of now.
func (a *Adapter) meant(c *claims) error {
	at, err := c.IssuedAt.Float64()
	if err != nil {
		return errToken
	}
	// The request says the instant in seconds; a caller's clock is never asked.
	age := a.now().Sub(time.Unix(int64(at), 0))
	switch {
	case c.Issuer != "Vonage":
		return errToken
	case c.APIKey != a.cfg.APIKey, c.Application != "" && c.Application != a.cfg.ApplicationID:
		return errAccount
	case age > a.cfg.MaxAge, age < -a.cfg.MaxAge:
		return errAge
	case c.Hash == "":
		return errHash
	}
	return nil
}

// hashed reports whether the hash is that of a text.
func hashed(want string, text []byte) bool {
	sum := sha256.Sum256(text)
	var is [2 * sha256.Size]byte
	hex.Encode(is[:], sum[:])
	return len(want) == len(is) && subtle.ConstantTimeCompare(is[:], []byte(strings.ToLower(want))) == 1
}
