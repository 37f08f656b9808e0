package vonagetest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
)

// Signatures.

// Claims are what a webhook's token says.
type Claims struct {
	IssuedAt    int64  `json:"iat"` // in seconds since 1970
	ID          string `json:"jti"`
	Issuer      string `json:"iss"` // Vonage
	PayloadHash string `json:"payload_hash"`
	APIKey      string `json:"api_key"`
	Application string `json:"application_id,omitempty"`
}

// Sign is the token that a webhook bears in its Authorization header, after "Bearer ".
func Sign(secret string, c Claims) string {
	head := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`))
	text := head + "." + base64.RawURLEncoding.EncodeToString(encoded(c))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return text + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// Hash is the payload_hash of a body; of a GET, of QueryText.
func Hash(payload []byte) string {
	sum := sha256.Sum256(payload)
	return hex.EncodeToString(sum[:])
}

// QueryText is what the hash of a GET is made of: its parameters as an object, in
// their order (Vonage's support, article 19033783342876).
func QueryText(query string) []byte {
	var f fields
	for part := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(part, "=")
		n, _ := url.QueryUnescape(name)
		v, _ := url.QueryUnescape(value)
		if part != "" {
			f = append(f, field{n, v})
		}
	}
	return f.json()
}

// sign is the token of a request that is made now.
func (c *Carrier) sign(m *letter, payload []byte) string {
	clock := c.Now
	if c.cfg.Clock != nil {
		clock = c.cfg.Clock
	}
	claims := Claims{
		IssuedAt: clock().Unix(), ID: m.id, Issuer: "Vonage", PayloadHash: Hash(payload), APIKey: c.cfg.APIKey, Application: c.cfg.ApplicationID,
	}
	if c.cfg.Unsure.Anonymous {
		claims.Application = ""
	}
	return Sign(c.cfg.SignatureSecret, claims)
}

func withQuery(address, query string) string {
	switch {
	case query == "":
		return address
	case strings.Contains(address, "?"):
		return address + "&" + query
	}
	return address + "?" + query
}
