package vonage

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/extflow/extflow/flow"
)

// Addresses: what every URL of the adapter says, and how it is read back.
//
//	{PublicURL}/answer                                     a call comes in, or a fallback
//	{PublicURL}/event                                      the application's events
//	{PublicURL}/ringback.wav                               what callers hear while a leg is placed
//	{PublicURL}/call/{account}/{id}/{seq}/{what}?…&z=SEAL  everything about a turn

// what is the last word of an address.
type what string

const (
	atAnswer   what = "answer"
	atEvent    what = "event"
	atRingback what = "ringback.wav"

	atNext   what = "next"   // what stands?
	atInput  what = "input"  // an entry, or the time for it passed
	atKey    what = "key"    // a key during a mailbox's greeting, or none
	atHold   what = "hold"   // a key while holding, or the next lap
	atRecord what = "record" // a recording ended: is it there?
	atTaped  what = "taped"  // a recording is there
	atDial   what = "dial"   // what becomes of a connect
	atRing   what = "ring"   // the next lap of a caller for whom a leg rings
	atAsk    what = "ask"    // such a leg was answered
	atAccept what = "accept" // its key
	atRung   what = "rung"   // what becomes of it
	atMeet   what = "meet"   // the caller joins it
	atJoin   what = "join"   // a conversation ended
	atLeg    what = "leg"    // a leg of its own was answered
	atEnded  what = "ended"  // what becomes of it
)

// turns are the words that an address of a turn may end with.
var turns = []what{
	atInput, atNext, atKey, atHold, atRecord, atTaped, atDial, atRing, atAsk, atAccept, atRung, atMeet, atJoin, atLeg, atEnded,
}

// route is an address, read.
type route struct {
	what what
	call flow.Key
	seq  uint32
	path string // below PublicURL, as it was requested
}

// route reads a requested path, which is escaped. The adapter may be mounted under
// any prefix, with or without http.StripPrefix, and behind proxies that take part
// of the path away: whatever part of PublicURL's own path comes first is skipped.
func (a *Adapter) route(path string) (route, bool) {
	for base := a.base; ; {
		if rest, ok := strings.CutPrefix(path, base); ok {
			if r, ok := parseRoute(rest); ok {
				return r, true
			}
		}
		if base == "" {
			return route{}, false
		}
		if next := strings.IndexByte(base[1:], '/'); next >= 0 {
			base = base[1+next:]
		} else {
			base = ""
		}
	}
}

func parseRoute(path string) (route, bool) {
	r := route{path: path}
	switch w := what(strings.Trim(path, "/")); w {
	case atAnswer, atEvent, atRingback:
		r.what = w
		return r, true
	}
	rest, ok := strings.CutPrefix(path, "/call/")
	if !ok {
		return r, false
	}
	account, rest, _ := strings.Cut(rest, "/")
	id, rest, _ := strings.Cut(rest, "/")
	seq, last, _ := strings.Cut(rest, "/")
	n, err := strconv.ParseUint(seq, 10, 32)
	if err != nil || account == "" || id == "" {
		return r, false
	}
	for _, w := range turns {
		if last == string(w) {
			r.what = w
		}
	}
	r.seq = uint32(n)
	var bad1, bad2 error
	r.call.Account, bad1 = url.PathUnescape(account)
	r.call.ID, bad2 = url.PathUnescape(id)
	return r, r.what != "" && bad1 == nil && bad2 == nil
}

// rerouted reads a whole address of the adapter's own, as a fallback repeats it.
func (a *Adapter) rerouted(address string) (r route, query string, ok bool) {
	rest, ok := strings.CutPrefix(address, a.public)
	if !ok {
		return route{}, "", false
	}
	path, query, _ := strings.Cut(rest, "?")
	r, ok = parseRoute(path)
	return r, query, ok
}

// url is the sealed address of something about a turn, with a query, which may be
// empty.
func (a *Adapter) url(k flow.Key, seq uint32, w what, query string) string {
	dst := make([]byte, 0, len(a.public)+len(k.ID)+len(query)+96)
	dst = append(dst, a.public...)
	dst = append(dst, "/call/"...)
	dst = appendSegment(dst, k.Account)
	dst = append(dst, '/')
	dst = appendSegment(dst, k.ID)
	dst = append(dst, '/')
	dst = strconv.AppendUint(dst, uint64(seq), 10)
	dst = append(append(dst, '/'), w...)
	if query != "" {
		dst = append(append(dst, '?'), query...)
	}
	return a.sealed(dst)
}

const upperHex = "0123456789ABCDEF"

// appendSegment appends a segment of a path: everything but letters, digits, -, _
// and ~ is escaped, dots too unless they stand between others.
func appendSegment(dst []byte, s string) []byte {
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
