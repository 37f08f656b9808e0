package extension_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/number"
)

func TestParseEndpoint_readsTheThreeKinds(t *testing.T) {
	t.Parallel()
	for s, scheme := range map[string]extension.Scheme{
		"tel:+12025550111":        extension.Tel,
		"sip:ada@pbx.example.com": extension.SIP,
		"sips:ada@pbx.example":    extension.SIP,
		"client:ada":              extension.Client,
	} {
		e, err := extension.ParseEndpoint(s)
		require.NoError(t, err, s)
		require.Equal(t, extension.Endpoint{Address: s}, e)
		require.Equal(t, scheme, e.Scheme())
	}
}

func TestParseEndpoint_refusesWithAdvice(t *testing.T) {
	t.Parallel()
	for s, advice := range map[string]string{
		"":                                     "has no scheme; write tel:+12025550111",
		"+12025550111":                         "has no scheme",
		"tel:2025550111":                       "does not begin with +",
		"tel:+1 202 555 0111":                  "spaces",
		"sip:ada":                              "needs a user and a host",
		"sip:@pbx.example.com":                 "needs a user and a host",
		"sip:ada@":                             "needs a user and a host",
		"sip:ada@pbx@example.com":              "needs a user and a host",
		"sip:ada@pbx.example.com\r\nX: 1":      "control characters",
		"client:":                              "names no user",
		"client:" + strings.Repeat("a", 256):   "longer than 255",
		"mailto:ada@example.com":               `has the scheme "mailto"; known are tel, sip and client`,
		"tel:+12025550111,tel:+12025550112":    "something other than digits",
		"tel:+12025550111;phone-context=local": "something other than digits",
	} {
		_, err := extension.ParseEndpoint(s)
		require.ErrorIs(t, err, extension.ErrEndpoint, s)
		require.ErrorContains(t, err, advice, s)
	}
	_, err := extension.ParseEndpoint("tel:0202")
	require.ErrorIs(t, err, number.ErrNotE164)
}

func TestEndpoint_Number_isThatOfATelephoneOnly(t *testing.T) {
	t.Parallel()
	n, ok := extension.Endpoint{Address: "tel:+12025550111"}.Number()
	require.True(t, ok)
	require.Equal(t, "+12025550111", string(n))
	n, ok = extension.Endpoint{Address: "sip:ada@pbx.example.com"}.Number()
	require.False(t, ok)
	require.Empty(t, string(n))
}

func TestEndpoint_Is_recognisesACallerAtThatPlace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		address string
		caller  number.E164
		is      bool
	}{
		{"tel:+12025550111", "+12025550111", true},
		{"tel:+12025550111", "tel:+12025550111", true},
		{"tel:+12025550111", "+12025550112", false},
		{"tel:+12025550111", "", false},
		{"client:ada", "client:ada", true},
		{"client:ada", "client:Ada", false},
		{"client:ada", "ada", false},
		{"sip:ada@pbx.example.com", "sip:ada@pbx.example.com", true},
		{"sip:ada@pbx.example.com", "sips:ada@PBX.example.com", true},
		{"sip:ada@pbx.example.com", "sip:ada@pbx.example.com;transport=udp", true},
		{"sip:ada@pbx.example.com", "sip:ada@pbx.example.com?subject=x", true},
		{"sip:ada@b", "sip:ada@b;b", true},
		{"sip:ada@pbx.example.com", "sip:Ada@pbx.example.com", false},
		{"sip:ada@pbx.example.com", "sip:ada@other.example.com", false},
		{"sip:+12025550111@pbx.example.com", "+12025550111", false},
	} {
		require.Equal(t, c.is, extension.Endpoint{Address: c.address}.Is(c.caller), "%s %s", c.address, string(c.caller))
	}
}

func TestEndpoint_Screened_isForTelephonesUnlessSaidOtherwise(t *testing.T) {
	t.Parallel()
	phone, app := extension.Endpoint{Address: "tel:+12025550111"}, extension.Endpoint{Address: "client:ada"}
	require.True(t, phone.Screened(extension.Default))
	require.False(t, app.Screened(extension.Default))
	require.True(t, app.Screened(extension.On))
	require.False(t, phone.Screened(extension.Off))
}

func TestEndpoint_Reachable_byItsOwnCarrierOnly(t *testing.T) {
	t.Parallel()
	anywhere, bound := extension.Endpoint{Address: "tel:+12025550111"}, extension.Endpoint{Address: "client:ada", Via: "twilio"}
	require.True(t, anywhere.Reachable("vonage"))
	require.True(t, bound.Reachable("twilio"))
	require.True(t, bound.Reachable(""))
	require.False(t, bound.Reachable("vonage"))
}

func TestAgent_Party_leavesOutWhatTheCarrierDoesNotReach(t *testing.T) {
	t.Parallel()
	ada := extension.Agent{
		ID: "ada", Name: "Ada Lovelace", Extension: "1001", Screening: extension.On, Language: "en-GB", Successor: "grace",
		Endpoints: []extension.Endpoint{{Address: "client:ada", Via: "twilio"}, {Address: "tel:+12025550111"}},
	}
	require.Equal(t, &extension.Party{
		Agent: "ada", Name: "Ada Lovelace", Extension: "1001", Screening: extension.On, Language: "en-GB", Mailbox: "ada",
		Endpoints: ada.Endpoints,
	}, ada.Party())
	require.Equal(t, ada.Party(), ada.PartyVia("twilio"))
	require.Equal(t, []extension.Endpoint{{Address: "tel:+12025550111"}}, ada.PartyVia("vonage").Endpoints)

	ada.Mailbox = "team"
	require.Equal(t, "team", ada.Party().Mailbox)
}

func TestAgent_Party_isACopy(t *testing.T) {
	t.Parallel()
	ada := extension.Agent{ID: "ada", Endpoints: []extension.Endpoint{{Address: "client:ada"}}}
	p := ada.Party()
	ada.Endpoints[0].Address = "client:grace"
	require.Equal(t, "client:ada", p.Endpoints[0].Address)
}
