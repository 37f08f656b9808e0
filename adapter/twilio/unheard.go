package twilio

import (
	"context"
	"log/slog"
	"net/url"
	"strconv"
	"time"

	"github.com/twilio/twilio-go/rest/api/v2010"
)

// The news of a ring's end that never reached us. Twilio makes that request twice at
// most, then asks the number's fallback for a document, and says there which address
// failed but not how the ring ended. What stands is the ring, which must not be rung
// again: the API tells what became of its legs.

// unheard makes a request of the number's fallback the one that was lost, where that
// was a ring's end.
func (a *Adapter) unheard(ctx context.Context, q *request) bool {
	failed, err := url.Parse(string(q.posted.get("ErrorUrl")))
	if err != nil || failed.Path == "" {
		return false
	}
	lost, ok := a.route(failed.EscapedPath())
	if !ok || lost.what != atDial {
		return false
	}
	q.route = lost
	q.asked.reset()
	if parse(&q.asked, failed.RawQuery) != nil {
		return false
	}
	status, bridged := a.rangOut(ctx, string(q.get("CallSid")), q.ask("w") == 1)
	return parse(&q.asked, url.Values{"DialCallStatus": {status}, "DialBridged": {bridged}}.Encode()) == nil
}

// asked is the longest that an agent is asked to press 1: a screened leg that lasted
// longer was a talk.
const asked = 45 * time.Second

// rangOut is how the newest legs of a caller ended, in the words of a Dial's action.
// Where that cannot be found out nobody has answered: the caller is led on.
func (a *Adapter) rangOut(ctx context.Context, parent string, screened bool) (status, bridged string) {
	ctx, cancel := context.WithTimeout(ctx, a.cfg.Deadline)
	defer cancel()
	page, err := a.api(ctx, false).PageCall((&openapi.ListCallParams{}).SetParentCallSid(parent), "", "")
	if err != nil {
		a.log.LogAttrs(ctx, slog.LevelWarn, "how a ring ended is unknown; the caller is led on", slog.Any("error", err))
		return "no-answer", "false"
	}
	for _, leg := range page.Calls {
		lasted, _ := strconv.Atoi(text(leg.Duration))
		switch s := text(leg.Status); {
		case s == "in-progress", s == "completed" && (!screened || time.Duration(lasted)*time.Second > asked):
			return "completed", "true"
		case status == "" || s == "busy":
			status = s
		}
	}
	if status == "" || status == "completed" {
		status = "no-answer"
	}
	return status, "false"
}
