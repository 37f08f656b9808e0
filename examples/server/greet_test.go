package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/examples/server/simulator"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/storage/memory"
)

func TestStart_saysInOneLineWhatIsExposed(t *testing.T) {
	t.Parallel()
	exposed := func(p *process) string {
		_, line, ok := strings.Cut(p.said.String(), "exposed: ")
		require.True(t, ok, p.said.String())
		return line
	}
	p := start(t, nil)
	require.Contains(t, exposed(p), "this machine only; to everybody who reaches it /healthz; pages, API and metrics to this machine only")
	require.Contains(t, p.said.String(), "store: in memory, gone when the server stops")
	require.Contains(t, p.said.String(), "simulator: on, at http://127.0.0.1:")

	env := twilioOn()
	env["EXTFLOW_ADMIN_TOKEN"] = "0123456789abcdef"
	p = start(t, env, "-addr", "0.0.0.0:0")
	require.Contains(t, exposed(p), "the network; to everybody who reaches it /healthz and /twilio/ (signed webhooks); pages, API and metrics to whoever bears EXTFLOW_ADMIN_TOKEN; carriers come by https://calls.example.com")
	require.Contains(t, p.said.String(), "twilio: on; in its console, a call comes in: https://calls.example.com/twilio/voice (POST)")
	require.Contains(t, p.said.String(), "simulator: off")
	require.NotContains(t, p.said.String()+p.logged.String(), "0123456789abcdef")

	p = start(t, nil, "-simulator=false")
	require.Contains(t, p.said.String(), "nothing brings calls")
	p.get("/api/v1/simulator").is(404)
}

// Twilio rings a member's two telephones one after the other, 10 s each, and the sample's
// queue rings for 15 s: that is said at the start, by the check, and before publishing.
func TestStart_saysWhatGoesOtherwiseThanTheAccountSays(t *testing.T) {
	t.Parallel()
	p := start(t, twilioOn())
	const note = "twilio rings an agent's telephones one after the other, each for 10s at least: it rings ada for up to 20s, where it is to be 15s; write 20s, or leave telephones out"
	require.Contains(t, p.said.String(), "account acme: note: queues.support.ring: "+note+"\n")
	document := p.get("/api/v1/document").is(200).text
	checked := p.post("/api/v1/document/check", document).is(200)
	require.Equal(t, true, checked.at("ok"))
	require.Equal(t, "queues.support.ring", checked.word("notices", 0, "path"))
	require.Equal(t, note, checked.word("notices", 0, "says"))
	page := p.get("/publish").is(200).text
	require.Contains(t, page, `href="./queues/support#f-ring">queues.support.ring</a>: twilio rings`)
	longer := strings.Replace(document, "ring: 15s", "ring: 20s", 1)
	require.NotEqual(t, document, longer)
	require.Empty(t, p.put("/api/v1/document", longer).is(200).at("notices"))
	require.NotContains(t, p.get("/publish").is(200).text, "twilio rings")
	require.NotContains(t, start(t, nil).said.String(), "note:", "the simulator rings all of them together")
}

func TestStart_aDocumentWithFaultsDoesNotStart(t *testing.T) {
	t.Parallel()
	config := file(t, "account.yaml", "account: x\nflows: {front: {busy: {menu: main}}}\nnonsense: 1\n")
	err := run(t.Context(), []string{"-db", inMemory, "-config", config}, lookup(nil), new(said), new(said))
	require.ErrorContains(t, err, "line 2: flows.front.busy.menu")
	require.ErrorContains(t, err, "line 3: nonsense")
	require.ErrorContains(t, run(t.Context(), []string{"-db", inMemory, "-config", config + "x"}, lookup(nil), new(said), new(said)), "-config")
}

func TestStart_takesTheAccountFromTheFile(t *testing.T) {
	t.Parallel()
	config := file(t, "account.json", `{"account": "tiny", "agents": [{"id": "ada"}]}`)
	p := start(t, nil, "-config", config)
	require.Contains(t, p.said.String(), "account tiny: made from "+config+", with 1 agent and 0 numbers")
	require.Equal(t, "ada", p.get("/api/v1/agents").is(200).word("agents", 0, "id"))
}

// On later starts differences are told, and nothing is changed without -apply.
func TestStart_aStoreThatHasTheAccountIsComparedAndChangedOnlyWhenAskedTo(t *testing.T) {
	t.Parallel()
	store := memory.New(memory.Config{})
	seed := func(document string, apply bool) string {
		var out bytes.Buffer
		set := settings{config: file(t, "account.yaml", document), apply: apply}
		_, err := set.seed(t.Context(), store, &out)
		require.NoError(t, err)
		return out.String()
	}
	sample := string(account.Sample())
	require.Contains(t, seed(sample, false), "made from")
	require.Contains(t, seed(sample, false), "account acme: as ")
	changed := strings.Replace(sample, "Grace Hopper", "Grace M. Hopper", 1)
	changed = strings.Replace(changed, "presence: offline", "presence: away", 1)
	changed = strings.Replace(changed, "label: Main line", "label: Front desk", 1)
	told := seed(changed, false)
	require.Contains(t, told, "nothing was changed")
	require.Contains(t, told, "  agents.grace.name\n")
	require.Contains(t, told, "label")
	require.NotContains(t, told, "presence", "it is an initial value")
	require.NotContains(t, told, "Hopper", "what people are called is not for the log")
	require.Contains(t, seed(sample, false), "as ", "and indeed nothing was")

	told = seed(changed, true)
	require.Contains(t, told, "account acme: changed agent grace\n")
	require.Contains(t, told, "account acme: assigned number +12025550100\n")
	grace, err := store.Directory().Agent(t.Context(), "acme", "grace")
	require.NoError(t, err)
	require.Equal(t, "Grace M. Hopper", grace.Name)
	require.EqualValues(t, "offline", grace.Presence)
	require.Contains(t, seed(changed, true), "as ", "once is enough")
}

func TestStart_servesHTTPSWithACertificate(t *testing.T) {
	t.Parallel()
	cert, key, pool := selfSigned(t)
	p := start(t, nil, "-tls-cert", cert, "-tls-key", key)
	require.Contains(t, p.said.String(), "https://127.0.0.1:")
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	defer client.CloseIdleConnections()
	res, err := client.Get(strings.Replace(p.base, "http:", "https:", 1) + "/readyz")
	require.NoError(t, err)
	res.Body.Close()
	require.Equal(t, 200, res.StatusCode)
	require.ErrorContains(t, run(t.Context(), []string{"-tls-cert", key, "-tls-key", key}, lookup(nil), new(said), new(said)), "-tls-cert")
}

func selfSigned(t *testing.T) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	require.NoError(t, err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	pool = x509.NewCertPool()
	pool.AppendCertsFromPEM(certPEM)
	return file(t, "cert.pem", string(certPEM)), file(t, "key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))), pool
}

func TestStart_anAddressThatIsTakenSaysSo(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	require.ErrorContains(t, run(t.Context(), []string{"-db", inMemory, "-addr", l.Addr().String()}, lookup(nil), new(said), new(said)), "-addr")
}

func TestSimulator_withACarrierOnWorksOnACopyOfTheAccount(t *testing.T) {
	t.Parallel()
	p := start(t, twilioOn(), "-simulator").checked()
	require.Contains(t, p.said.String(), "with a copy of the account")
	p.put("/api/v1/simulator/clock", object{"running": false}).is(200)
	phone, call := p.dial(alice)
	require.Equal(t, "ringing", p.post(phone+"/keys", object{"keys": "1001"}).is(200).word("state"))
	require.Equal(t, true, p.get("/api/v1/simulator").is(200).at("copy"))
	require.Contains(t, p.get(phone+"/transcript").is(200).text, "ring client:ada")
	p.get(call).is(404)
	require.Nil(t, p.get("/api/v1/agents/ada").at("call"), "reservations are the copy's")

	p.put("/api/v1/agents/ada/presence", object{"presence": "busy"}).is(200)
	p.post("/api/v1/simulator/renew", nil).is(204)
	p.get(phone).is(404)
	p.put("/api/v1/simulator/clock", object{"running": false}).is(200)
	phone, _ = p.dial(alice)
	require.Equal(t, "listening", p.post(phone+"/keys", object{"keys": "1001"}).is(200).word("state"), "rule c: the copy is as the account is now")
	require.NotEmpty(t, simulator.Name)
}
