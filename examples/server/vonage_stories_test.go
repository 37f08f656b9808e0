package main

import (
	"testing"
	"time"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/adaptertest"
	"github.com/extflow/extflow/adapter/vonage"
	"github.com/extflow/extflow/adapter/vonage/vonagestory"
	"github.com/extflow/extflow/adapter/vonage/vonagetest"
	"github.com/extflow/extflow/flow/flowtest"
)

// Every story is played on the telephones of a small Vonage that is connected to this
// program, as on those of a small Twilio.
func TestVonage_everyStoryEndsHereAsItDoesOnSimulatedTelephones(t *testing.T) {
	t.Parallel()
	adaptertest.Stories(t, adaptertest.Carrier{Name: "Vonage", Lay: layVonage, Lacks: adaptertest.Lacks("Vonage"), Open: vonageProgram})
}

// vonageSocket is where a program is connected to a small Vonage's telephones.
type vonageSocket struct {
	socket
	telephones *vonagestory.Telephones
}

func layVonage(t testing.TB) flowtest.Lay {
	return func(start time.Time) (flowtest.Telephones, adapter.Carrier, error) {
		s := &vonageSocket{socket: socket{t: t}}
		s.telephones = vonagestory.New(t, vonagetest.Start(t, vonagetest.Config{Start: start, Client: s.line()}), publicURL+"/vonage")
		return s.telephones, s, nil
	}
}

// vonageProgram starts a program that the telephones reach, by their clock.
func vonageProgram(site flowtest.Site) (flowtest.Exchange, error) {
	s := site.Carrier.(*vonageSocket)
	far := s.telephones
	tuned := func(c *vonage.Config) { c.Name, c.Now, c.Pace, c.HTTPClient = site.Name, site.Now, -1, s.rest() }
	return s.plays(site, tuning{vonage: tuned}, map[string]string{
		"VONAGE_APPLICATION_ID": far.ApplicationID(), "VONAGE_PRIVATE_KEY": far.PrivateKey(), "VONAGE_API_KEY": far.APIKey(),
		"VONAGE_SIGNATURE_SECRET": far.SignatureSecret(), "VONAGE_API_URL": far.URL(),
	})
}
