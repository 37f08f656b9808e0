package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"time"

	"github.com/extflow/extflow/adapter/vonage"
	"github.com/extflow/extflow/storage/memory"
)

// The same for Vonage: its webhooks, signed as it signs them.

// The servers that are compared.
const (
	VonageBare    = "bare handler, NCCO"             // answers a constant document
	VonageExtflow = "extflow, Vonage, everything on" // verify, parse, load, step, commit to memory, render
)

// VonageServers are their names, in the order in which tables show them.
var VonageServers = []string{VonageBare, VonageExtflow}

const (
	application = "aaaaaaaa-bbbb-cccc-dddd-0123456789ab"
	apiKey      = "a1b2c3d"
)

var nccoDocument = []byte(`[{"action":"talk","text":"Welcome to Acme. Please enter the extension of the person you would like to reach.","language":"en-US",` +
	`"bargeIn":true},{"action":"input","type":["dtmf"],"dtmf":{"timeOut":5,"maxDigits":4,"submitOnHash":true},` +
	`"eventUrl":["https://calls.example.com/vonage/input"],"eventMethod":"POST"}]`)

func bareNCCO(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(nccoDocument)
}

func newVonageOffice() (*vonage.Adapter, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	vo, err := vonage.New(vonage.Config{
		ApplicationID: application, PrivateKey: string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})),
		APIKey: apiKey, SignatureSecrets: []string{token}, PublicURL: origin + "/vonage", Pace: -1, MaxAge: 24 * time.Hour,
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return nil, err
	}
	engine, err := newExchange(context.Background(), "vonage", vo, memory.New(memory.Config{}))
	if err == nil {
		vo.Attach(engine)
	}
	return vo, err
}

// RecordVonage draws up n calls, as Record does: each is eleven webhooks, of which
// eight only report.
func RecordVonage(n int) ([]Call, error) {
	server, err := NewHandler(VonageExtflow)
	if err != nil {
		return nil, err
	}
	calls := make([]Call, n)
	for i := range calls {
		r := &vonageRecorder{server: server, uuid: fmt.Sprintf("%032x", i+1), from: fmt.Sprintf("1415%07d", 5550000+i)}
		r.play(i % desks)
		if r.err != nil {
			return nil, fmt.Errorf("call %d: %w", i, r.err)
		}
		calls[i] = r.call
	}
	return calls, nil
}

type vonageRecorder struct {
	server     http.Handler
	call       Call
	uuid, from string
	err        error
}

func (r *vonageRecorder) play(at int) {
	person := desk(at)
	for _, status := range []string{"started", "ringing"} {
		r.event("/event", r.uuid, "inbound", "12025550100", status, "")
	}
	welcome := r.send("/answer", fmt.Sprintf(`{"region_url":"https://api-us-3.vonage.com","from":%q,"to":"12025550100","uuid":%q,"conversation_uuid":"CON-%s"}`, r.from, r.uuid, r.uuid))
	r.event("/event", r.uuid, "inbound", "12025550100", "answered", `"start_time":null,"rate":null,"network":null,`)
	sorry := r.keyed(welcome, wrong)
	ring := r.keyed(sorry, strconv.Itoa(firstDesk+at))
	if r.err == nil && !strings.Contains(ring, `"user":"`+person+`"`) {
		r.err = fmt.Errorf("%s is not rung: %s", person, ring)
		return
	}
	leg, to := "leg-"+r.uuid, r.link(ring)
	r.event(to, leg, "outbound", person, "started", "")
	r.event(to, leg, "outbound", person, "ringing", "")
	r.event(to, leg, "outbound", person, "answered", `"start_time":null,"rate":null,"network":null,`)
	const price = `"end_time":"2026-01-05T14:01:15.000Z","duration":"62","start_time":"2026-01-05T14:00:13.000Z","rate":"0.00450000","price":"0.00052500","network":"US-FIXED",`
	r.event(to, leg, "outbound", person, "completed", price)
	r.event("/event", r.uuid, "inbound", "12025550100", "completed", price)
}

// event is a status, with the fields that it has besides.
func (r *vonageRecorder) event(to, uuid, direction, called, status, more string) {
	r.send(to, fmt.Sprintf(`{%s"headers":{},"from":%q,"to":%q,"uuid":%q,"conversation_uuid":"CON-%s","status":%q,"direction":%q,"timestamp":"2026-01-05T14:00:09.000Z"}`,
		more, r.from, called, uuid, r.uuid, status, direction))
}

func (r *vonageRecorder) keyed(document, digits string) string {
	return r.send(r.link(document), fmt.Sprintf(`{"speech":{"error":"Speech was not enabled"},"dtmf":{"digits":%q,"timed_out":false},"from":%q,"to":"12025550100",`+
		`"uuid":%q,"conversation_uuid":"CON-%s","timestamp":"2026-01-05T14:00:05.000Z"}`, digits, r.from, r.uuid, r.uuid))
}

// link is the address in a document.
func (r *vonageRecorder) link(document string) string {
	var doc []struct {
		EventURL []string `json:"eventUrl"`
	}
	if err := json.Unmarshal([]byte(document), &doc); err != nil && r.err == nil {
		r.err = fmt.Errorf("no document: %s", document)
	}
	for _, a := range doc {
		if len(a.EventURL) > 0 {
			return strings.TrimPrefix(a.EventURL[0], origin+"/vonage")
		}
	}
	return ""
}

func (r *vonageRecorder) send(path, body string) string {
	if r.err == nil && path == "" {
		r.err = fmt.Errorf("after %d webhooks the document leads nowhere", len(r.call))
	}
	if r.err != nil {
		return ""
	}
	signed := bearer(body, r.uuid+strconv.Itoa(len(r.call)))
	q := httptest.NewRequest(http.MethodPost, "/vonage"+path, strings.NewReader(body))
	q.Header.Set("Authorization", signed)
	answer := httptest.NewRecorder()
	r.server.ServeHTTP(answer, q)
	if answer.Code/100 != 2 {
		r.err = fmt.Errorf("%s was answered %d: %s", path, answer.Code, answer.Body)
		return ""
	}
	wire := fmt.Sprintf("POST /vonage%s HTTP/1.1\r\nHost: calls.example.com\r\nContent-Type: application/json\r\nContent-Length: %d\r\nAuthorization: %s\r\n"+
		"User-Agent: Apache-HttpAsyncClient/4.1\r\n\r\n%s", path, len(body), signed, body)
	r.call = append(r.call, Request{Wire: []byte(wire), Status: answer.Code, Answer: bytes.Clone(answer.Body.Bytes())})
	return answer.Body.String()
}

// bearer is Vonage's token of a body.
func bearer(body, id string) string {
	sum := sha256.Sum256([]byte(body))
	encode := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	text := encode(`{"alg":"HS256","typ":"JWT"}`) + "." + encode(fmt.Sprintf(`{"iat":%d,"jti":%q,"iss":"Vonage","payload_hash":%q,"api_key":%q,"application_id":%q}`,
		time.Now().Unix(), id, hex.EncodeToString(sum[:]), apiKey, application))
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte(text))
	return "Bearer " + text + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
