package twilio

import (
	"slices"
	"strings"

	"github.com/extflow/extflow/adapter/internal/webhook"
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
	atWords  what = "words"  // what a recording says
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
	atGather, atNext, atFirst, atKey, atHold, atRecord, atTaped, atWords, atDial, atTaken, atAsk, atAccept,
	atJoin, atAlone, atLeg, atEnded, atQueued, atWait,
}

// route is an address, read.
type route struct {
	what what
	call flow.Key
	seq  uint32
	path string // below PublicURL, as it was requested
}

// route reads a requested path, which is escaped, wherever the adapter is mounted.
func (a *Adapter) route(path string) (r route, ok bool) {
	ok = webhook.Below(a.base, path, func(rest string) bool {
		r, ok = parseRoute(rest)
		return ok
	})
	return r, ok
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
	var last string
	var ok bool
	r.call, r.seq, last, ok = webhook.Turn(path)
	if w := what(strings.TrimSuffix(last, "/")); ok && slices.Contains(turns, w) {
		r.what = w
	}
	return r, r.what != ""
}

// appendAddress appends the address of something about a turn, without its query.
func appendAddress(dst []byte, public string, k flow.Key, seq uint32, w what) []byte {
	return webhook.AppendTurn(append(dst, public...), k, seq, string(w))
}

// url is the address with a query, which may be empty, its seal and the overrides.
func (a *Adapter) url(k flow.Key, seq uint32, w what, query string) string {
	u := appendAddress(nil, a.public, k, seq, w)
	if query != "" {
		u = append(append(u, '?'), query...)
	}
	return a.finished(u)
}

// finished gives an address of a turn what comes last.
func (a *Adapter) finished(u []byte) string {
	if a.seals != nil {
		u = a.seals.Append(u, len(a.public))
	}
	if a.cfg.Overrides != "" {
		u = append(append(u, '#'), a.cfg.Overrides...)
	}
	return string(u)
}
