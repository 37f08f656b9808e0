package main

import (
	"os"
	"strings"

	"github.com/extflow/extflow/adapter/telnyx"
	"github.com/extflow/extflow/adapter/twilio"
	"github.com/extflow/extflow/adapter/vonage"
)

// The secrets that switch carriers on: all of a carrier's, or none.

// twilioSettings switch Twilio on where the first two are set.
type twilioSettings struct {
	accountSID, authToken, apiURL string

	tuned func(*twilio.Config) // has the last word about how the adapter is made; nil as it comes
}

func (t twilioSettings) on() bool { return t.accountSID != "" && t.authToken != "" }

// vonageSettings switch Vonage on where all but the last are set.
type vonageSettings struct {
	applicationID, privateKey, apiKey, signatureSecret, apiURL string

	tuned func(*vonage.Config) // as Twilio's
}

func (v vonageSettings) on() bool {
	return v.applicationID != "" && v.privateKey != "" && v.apiKey != "" && v.signatureSecret != ""
}

// telnyxSettings switch Telnyx on where all but the last are set.
type telnyxSettings struct {
	accountID, applicationID, apiKey, publicKey, apiURL string

	tuned func(*telnyx.Config) // as Twilio's
}

func (x telnyxSettings) on() bool {
	return x.accountID != "" && x.applicationID != "" && x.apiKey != "" && x.publicKey != ""
}

// anyCarrier reports whether a carrier is switched on.
func (s *settings) anyCarrier() bool { return s.twilio.on() || s.vonage.on() || s.telnyx.on() }

func (s *settings) readCarriers(env func(string) string) {
	s.twilio = twilioSettings{accountSID: env("TWILIO_ACCOUNT_SID"), authToken: env("TWILIO_AUTH_TOKEN"), apiURL: env("TWILIO_API_URL")}
	s.vonage = vonageSettings{
		applicationID: env("VONAGE_APPLICATION_ID"), privateKey: env("VONAGE_PRIVATE_KEY"), apiKey: env("VONAGE_API_KEY"),
		signatureSecret: env("VONAGE_SIGNATURE_SECRET"), apiURL: env("VONAGE_API_URL"),
	}
	s.telnyx = telnyxSettings{
		accountID: env("TELNYX_ACCOUNT_ID"), applicationID: env("TELNYX_APPLICATION_ID"), apiKey: env("TELNYX_API_KEY"),
		publicKey: env("TELNYX_PUBLIC_KEY"), apiURL: env("TELNYX_API_URL"),
	}
}

// checkCarriers checks the secrets that switch carriers on.
func (s *settings) checkCarriers(_ func(string) string, fault func(string, ...any)) {
	t := s.twilio
	if t.accountSID != "" && t.authToken == "" {
		fault("TWILIO_ACCOUNT_SID is set and TWILIO_AUTH_TOKEN is not; without it webhooks could be forged")
	}
	if t.accountSID == "" && t.authToken != "" {
		fault("TWILIO_AUTH_TOKEN is set and TWILIO_ACCOUNT_SID is not; it is on the first page of Twilio's console")
	}
	if (t.accountSID != "" || t.authToken != "") && s.publicURL == "" {
		fault("TWILIO_ACCOUNT_SID or TWILIO_AUTH_TOKEN is set and there is no -public-url (EXTFLOW_PUBLIC_URL); webhooks are signed for the address that Twilio requests, so write it, as in https://calls.example.com")
	}
	v, x := &s.vonage, s.telnyx
	s.checkSecrets(fault, "Vonage", "the application and the account settings of its dashboard have them",
		secret{"VONAGE_APPLICATION_ID", v.applicationID}, secret{"VONAGE_PRIVATE_KEY", v.privateKey}, secret{"VONAGE_API_KEY", v.apiKey}, secret{"VONAGE_SIGNATURE_SECRET", v.signatureSecret})
	s.checkSecrets(fault, "Telnyx", "the TeXML application's page, and Keys & Credentials of its portal have them",
		secret{"TELNYX_ACCOUNT_ID", x.accountID}, secret{"TELNYX_APPLICATION_ID", x.applicationID}, secret{"TELNYX_API_KEY", x.apiKey}, secret{"TELNYX_PUBLIC_KEY", x.publicKey})
	if v.privateKey != "" && !strings.Contains(v.privateKey, "-----BEGIN") { // it may be in a file
		text, err := os.ReadFile(v.privateKey)
		if err != nil {
			fault("VONAGE_PRIVATE_KEY is neither a key in PEM nor a file that can be read")
		}
		v.privateKey = string(text)
	}
}

// secret is one of a carrier's, as the environment has it.
type secret struct{ name, value string }

// checkSecrets sees that all of a carrier's are there, or none, and with them where it
// reaches the server.
func (s *settings) checkSecrets(fault func(string, ...any), carrier, where string, all ...secret) {
	var missing []string
	for _, e := range all {
		if e.value == "" {
			missing = append(missing, e.name)
		}
	}
	if len(missing) == len(all) {
		return
	}
	if len(missing) > 0 {
		fault("%s needs %s too; %s", carrier, strings.Join(missing, ", "), where)
	}
	if s.publicURL == "" {
		fault("%s is set, or another of %s's, and there is no -public-url (EXTFLOW_PUBLIC_URL); write where %s reaches the server, as in https://calls.example.com", all[0].name, carrier, carrier)
	}
}
