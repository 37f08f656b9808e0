package twilio

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/extflow/extflow/flow"
)

// Addresses: what every URL of the adapter says, and how it is read back.
//
//	{PublicURL}/voice                                a call comes in
//	{PublicURL}/status                               a number's status callback
//	{PublicURL}/call/{account}/{id}/{seq}/{what}     everything about a turn

// what is the last word of an address.
type what string

const (
	atVoice  what = "voice"
	atStatus what = "status"

	atNext   what = "next"   // what stands?
	atGather what = "gather" // an entry, or the time for it passed
	atFirst  what = "first"  // the first key of an entry (Instant)
	atKey    what = "key"    // a key while holding, or during a mailbox's greeting
	atHold   what = "hold"   // the next lap
	atRecord what = "record" // a recording ended
	atTaped  what = "taped"  // a recording is there, or never will be
	atDial   what = "dial"   // a ring, or the talk that it led to, ended
	atTaken  what = "taken"  // an endpoint answered
	atAsk    what = "ask"    // the press-1 document of an endpoint
	atAccept what = "accept" // its key
	atJoin   what = "join"   // a conference ended
	atAlone  what = "alone"  // somebody waits in one
	atLeg    what = "leg"    // a placed leg was answered
	atEnded  what = "ended"  // a placed leg begins, or ended
	atQueued what = "queued" // an Enqueue ended
	atWait   what = "wait"   // its waiting music
)

// turns are the words that an address of a turn may end with.
var turns = []what{
	atGather, atNext, atFirst, atKey, atHold, atRecord, atTaped, atDial, atTaken, atAsk, atAccept,
	atJoin, atAlone, atLeg, atEnded, atQueued, atWait,
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
	switch strings.TrimSuffix(path, "/") {
	case "/voice":
		r.what = atVoice
		return r, true
	case "/status":
		r.what = atStatus
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
	last = strings.TrimSuffix(last, "/")
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

// appendAddress appends the address of something about a turn, without its query.
func appendAddress(dst []byte, public string, k flow.Key, seq uint32, w what) []byte {
	dst = append(dst, public...)
	dst = append(dst, "/call/"...)
	dst = appendSegment(dst, k.Account)
	dst = append(dst, '/')
	dst = appendSegment(dst, k.ID)
	dst = append(dst, '/')
	dst = strconv.AppendUint(dst, uint64(seq), 10)
	dst = append(dst, '/')
	return append(dst, w...)
}

// url is the address with a query, which may be empty, and the overrides.
func (a *Adapter) url(k flow.Key, seq uint32, w what, query string) string {
	u := string(appendAddress(nil, a.public, k, seq, w))
	if query != "" {
		u += "?" + query
	}
	return a.overridden(u)
}

func (a *Adapter) overridden(u string) string {
	if a.cfg.Overrides == "" {
		return u
	}
	return u + "#" + a.cfg.Overrides
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
