// Package webhook is what adapters of carriers that speak by webhooks have in common:
// the addresses of turns, how far a ring has come, and waiting.
package webhook

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/extflow/extflow/flow"
)

// Below reads a requested path, which is escaped, below an adapter's own. The adapter
// may be mounted under any prefix, with or without http.StripPrefix, and behind proxies
// that take part of the path away: whatever part of base comes first is skipped. Read
// reports whether what is left is an address.
func Below(base, path string, read func(rest string) bool) bool {
	for {
		if rest, ok := strings.CutPrefix(path, base); ok && read(rest) {
			return true
		}
		if base == "" {
			return false
		}
		if next := strings.IndexByte(base[1:], '/'); next >= 0 {
			base = base[1+next:]
		} else {
			base = ""
		}
	}
}

// Turn reads /call/{account}/{id}/{seq}/{what}.
func Turn(path string) (call flow.Key, seq uint32, what string, ok bool) {
	rest, ok := strings.CutPrefix(path, "/call/")
	if !ok {
		return call, 0, "", false
	}
	account, rest, _ := strings.Cut(rest, "/")
	id, rest, _ := strings.Cut(rest, "/")
	number, what, _ := strings.Cut(rest, "/")
	n, err := strconv.ParseUint(number, 10, 32)
	if err != nil || account == "" || id == "" {
		return call, 0, "", false
	}
	var bad1, bad2 error
	call.Account, bad1 = url.PathUnescape(account)
	call.ID, bad2 = url.PathUnescape(id)
	return call, uint32(n), what, bad1 == nil && bad2 == nil
}

// AppendTurn appends what Turn reads.
func AppendTurn(dst []byte, call flow.Key, seq uint32, what string) []byte {
	dst = append(dst, "/call/"...)
	dst = AppendSegment(dst, call.Account)
	dst = append(dst, '/')
	dst = AppendSegment(dst, call.ID)
	dst = append(dst, '/')
	dst = strconv.AppendUint(dst, uint64(seq), 10)
	return append(append(dst, '/'), what...)
}

const upperHex = "0123456789ABCDEF"

// AppendSegment appends a segment of a path: everything but letters, digits, -, _ and ~
// is escaped, dots too unless they stand between others.
func AppendSegment(dst []byte, s string) []byte {
	dots := strings.Trim(s, ".") == ""
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_', c == '~', c == '.' && !dots:
			dst = append(dst, c)
		default:
			dst = append(dst, '%', upperHex[c>>4], upperHex[c&15])
		}
	}
	return dst
}

// Room is the name of a talk, the same for both who take part in it and for no other of
// the carrier's account.
func Room(account, id string) string {
	return string(AppendSegment(append(AppendSegment([]byte("extflow:"), account), ':'), id))
}

// Media is the absolute URL of audio: an account's file has none of its own, and is
// served below a URL, by its content where that is known.
func Media(below, account string, m *flow.Message) string {
	if strings.HasPrefix(m.Play, "https://") || strings.HasPrefix(m.Play, "http://") {
		return m.Play
	}
	dst := append([]byte(below), '/')
	dst = append(AppendSegment(dst, account), '/')
	if m.Content != "" {
		dst = append(AppendSegment(dst, m.Content), '/')
	}
	return string(AppendSegment(dst, m.Play))
}
