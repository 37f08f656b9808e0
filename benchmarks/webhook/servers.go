// Package webhook measures what a server pays for one of Twilio's webhooks: extflow
// with everything switched on, beside servers that do less. All of them are real
// HTTP servers, asked the same signed requests by the same client.
package webhook

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/twilio/twilio-go/client"
	"github.com/twilio/twilio-go/twiml"

	"github.com/extflow/extflow/storage/memory"
)

// The servers that are compared.
const (
	Bare    = "bare handler"              // answers a constant document
	Reading = "bare, reads the body"      // the same, once it has read the request
	SDK     = "twilio-go app"             // verifies and renders with Twilio's SDK, and remembers nothing
	Extflow = "extflow, everything on"    // verify, parse, load, step, commit to memory, render
	origin  = "https://calls.example.com" // where the carrier believes them to be
	token   = "0123456789abcdef0123456789abcdef"
)

// Servers are their names, in the order in which tables show them.
var Servers = []string{Bare, Reading, SDK, Extflow}

// NewHandler makes a server's handler, mounted as programs mount it.
func NewHandler(name string) (http.Handler, error) {
	mux := http.NewServeMux()
	switch name {
	case Bare:
		mux.HandleFunc("/twilio/", bare)
	case Reading:
		mux.HandleFunc("/twilio/", reading)
	case SDK:
		validator := client.NewRequestValidator(token)
		mux.Handle("/twilio/", app{&validator})
	case Extflow:
		tw, err := newOffice(context.Background(), memory.New(memory.Config{}))
		if err != nil {
			return nil, err
		}
		mux.Handle("/twilio/", tw)
	case VonageBare:
		mux.HandleFunc("/vonage/", bareNCCO)
	case VonageExtflow:
		vo, err := newVonageOffice()
		if err != nil {
			return nil, err
		}
		mux.Handle("/vonage/", vo)
	default:
		return nil, fmt.Errorf("no server is called %q", name)
	}
	return mux, nil
}

const constant = `<?xml version="1.0" encoding="UTF-8"?><Response><Gather action="https://calls.example.com/twilio/gather" ` +
	`actionOnEmptyResult="true" finishOnKey="#" numDigits="4" timeout="5"><Say language="en-US">Welcome to Acme. Please enter the ` +
	`extension of the person you would like to reach.</Say></Gather><Redirect>https://calls.example.com/twilio/gather</Redirect></Response>`

var document = []byte(constant)

func bare(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	_, _ = w.Write(document)
}

func reading(w http.ResponseWriter, r *http.Request) {
	if _, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<10)); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	bare(w, r)
}

// app is what one writes by hand along Twilio's documentation: it greets, rings
// whose extension was keyed, and ends the call. It knows no account, no agent's
// presence and no call.
type app struct{ validator *client.RequestValidator }

func (a app) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	params := make(map[string]string, len(r.PostForm))
	for name := range r.PostForm {
		params[name] = r.PostForm.Get(name)
	}
	if !a.validator.Validate(origin+r.URL.RequestURI(), params, r.Header.Get("X-Twilio-Signature")) {
		http.Error(w, "the signature does not match", http.StatusForbidden)
		return
	}
	var verbs []twiml.Element
	switch at := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]; {
	case at == "status", at == "taken":
		w.WriteHeader(http.StatusNoContent)
		return
	case at == "dial":
		verbs = []twiml.Element{&twiml.VoiceHangup{}}
	case at == "gather" && params["Digits"] != wrong:
		n, _ := strconv.Atoi(params["Digits"])
		verbs = []twiml.Element{&twiml.VoiceDial{
			Action: origin + "/twilio/dial", AnswerOnBridge: "true", CallerId: params["From"], TimeLimit: "14400", Timeout: "15",
			InnerElements: []twiml.Element{&twiml.VoiceClient{
				Identity: desk(n - firstDesk), StatusCallback: origin + "/twilio/taken", StatusCallbackEvent: "answered"}},
		}}
	default:
		verbs = []twiml.Element{
			&twiml.VoiceGather{
				Action: origin + "/twilio/gather", ActionOnEmptyResult: "true", FinishOnKey: "#", NumDigits: "4", Timeout: "5",
				InnerElements: []twiml.Element{&twiml.VoiceSay{
					Language: "en-US", Message: "Welcome to Acme. Please enter the extension of the person you would like to reach."}},
			},
			&twiml.VoiceRedirect{Url: origin + "/twilio/gather"},
		}
	}
	xml, err := twiml.Voice(verbs)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	_, _ = io.WriteString(w, xml)
}
