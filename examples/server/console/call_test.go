package console_test

import (
	"context"
	"go/format"
	"html"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/sim"
)

// A call says what the carrier is still to be told, and since when, for as long as that is so.
func TestPages_aCallSaysWhatTheCarrierIsStillToBeTold(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	p, err := s.sim.Carrier.Dial(t.Context(), "+14155550100", "+12025550100", sim.Options{})
	require.NoError(t, err)
	id := p.View().Call.ID
	s.sim.Carrier.Break(sim.Faults{DoFails: 1000})
	_, page := s.post("calls/"+id+"/end", nil)
	require.Regexp(t, `1 command is still to be confirmed by the carrier, since \d\d:\d\d:\d\d: .*hang up`, page)
	s.sim.Carrier.Break(sim.Faults{})
	require.NoError(t, s.sim.Act(t.Context(), func(context.Context) error { return nil }))
	s.until("it was told", func() bool {
		_, err := s.sim.SkipToNext(t.Context())
		require.NoError(t, err)
		return !regexp.MustCompile("still to be confirmed").Match(s.fetch("calls/" + id))
	})
}

// The message that a call left is heard on its page; the call is a test in Go, too.
func TestPages_aCallHasItsMessageAndItsGoTest(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	page := html.UnescapeString(string(s.fetch("calls/" + s.finished("1002") + "?full=1")))
	require.Regexp(t, `Left in <a href="\.\./mailboxes/team">team</a></h2><audio`, page)
	code := regexp.MustCompile(`(?s)<pre class="story" id="go-test" tabindex="0">(.*?)</pre>`).FindStringSubmatch(page)[1]
	neat, err := format.Source([]byte(code))
	require.NoError(t, err)
	require.Equal(t, string(neat), code)
	require.Contains(t, code, "func TestCallVoicemail(t *testing.T) {")
	require.Contains(t, code, "caller presses 1002\n    say")
}
