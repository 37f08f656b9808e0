package vonage

import (
	"slices"
	"strings"

	"github.com/extflow/extflow/adapter/internal/webhook"
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
	atBeep   what = "beep"   // a greeting is over, and the recording begins
	atRecord what = "record" // a recording ended: is it there?
	atTaped  what = "taped"  // a recording is there
	atWords  what = "words"  // what a recording says can be fetched
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
	atInput, atNext, atKey, atHold, atBeep, atRecord, atTaped, atWords, atDial, atRing, atAsk, atAccept, atRung, atMeet, atJoin, atLeg, atEnded,
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
	switch w := what(strings.Trim(path, "/")); w {
	case atAnswer, atEvent, atRingback:
		r.what = w
		return r, true
	}
	var last string
	var ok bool
	r.call, r.seq, last, ok = webhook.Turn(path)
	if w := what(last); ok && slices.Contains(turns, w) {
		r.what = w
	}
	return r, r.what != ""
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
	dst = webhook.AppendTurn(dst, k, seq, string(w))
	if query != "" {
		dst = append(append(dst, '?'), query...)
	}
	return string(a.seals.Append(dst, len(a.public)))
}
