package main

import (
	"testing"
	"time"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/telnyx"
	"github.com/extflow/extflow/adapter/telnyx/telnyxtest"
	"github.com/extflow/extflow/adapter/twilio/twiliostory"
	"github.com/extflow/extflow/adapter/twilio/twiliotest"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/flow/flowtest"
)

// Stories are played on the telephones of a small Telnyx that is connected to this
// program. Its adapter, which is Twilio's, plays all of them; here are some of every
// kind of turn.
func TestTelnyx_storiesEndHereAsTheyDoOnSimulatedTelephones(t *testing.T) {
	t.Parallel()
	kinds := []string{"callback-keeps-the-place", "click-to-call", "click-to-call-the-product-ends-it", "rule-a-*", "rule-c-*", "menu-*", "voicemail-*", "queue-a-*", "queue-leave-key", "queue-rings-all-and-*"}
	if testing.Short() {
		kinds = kinds[:3]
	}
	for _, kind := range kinds {
		flowtest.RunOutcomes(t, "../../flow/testdata/"+kind+".call", account.Sample(), flowtest.Outcomes{
			Lay: layTelnyx, Open: telnyxProgram, Late: 30 * time.Second,
		})
	}
}

// telnyxSocket is where a program is connected to a small Telnyx's telephones.
type telnyxSocket struct {
	socket
	account    *telnyxtest.Account
	telephones *twiliostory.Telephones
}

func layTelnyx(t testing.TB) flowtest.Lay {
	return func(start time.Time) (flowtest.Telephones, adapter.Carrier, error) {
		s := &telnyxSocket{socket: socket{t: t}}
		s.account = telnyxtest.New(telnyxtest.Config{Config: twiliotest.Config{Start: start, Client: s.line()}})
		s.telephones = twiliostory.New(t, twiliotest.Start(t, s.account.Carrier()), publicURL+"/telnyx")
		return s.telephones, s, nil
	}
}

// telnyxProgram starts a program that the telephones reach, by their clock.
func telnyxProgram(site flowtest.Site) (flowtest.Exchange, error) {
	s := site.Carrier.(*telnyxSocket)
	tuned := func(c *telnyx.Config) { c.Name, c.Now, c.Pace, c.HTTPClient = site.Name, site.Now, -1, s.rest() }
	return s.plays(site, tuning{telnyx: tuned}, map[string]string{
		"TELNYX_ACCOUNT_ID": s.account.AccountID(), "TELNYX_APPLICATION_ID": s.account.ApplicationID(), "TELNYX_API_KEY": s.account.APIKey(),
		"TELNYX_PUBLIC_KEY": s.account.PublicKey(), "TELNYX_API_URL": s.telephones.URL(),
	})
}
