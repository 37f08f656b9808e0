package twiliotest_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/extflow/extflow/adapter/twilio/twiliotest"
)

// A product whose callers key a digit and reach an agent.
func product(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/xml")
	switch r.URL.Path {
	case "/voice":
		fmt.Fprint(w, `<Response><Gather action="/key" numDigits="1"><Say>Press 1 for Ada.</Say></Gather></Response>`)
	case "/key":
		fmt.Fprint(w, `<Response><Dial action="/over"><Client>ada</Client></Dial></Response>`)
	case "/over":
		fmt.Fprint(w, `<Response><Say>Goodbye.</Say></Response>`)
	}
}

func ExampleNew() {
	ctx := context.Background()
	carrier := twiliotest.New(twiliotest.Config{}) // Start, where the product uses the REST API
	server := httptest.NewServer(http.HandlerFunc(product))
	defer server.Close()
	carrier.Assign("+12025550100", twiliotest.Number{VoiceURL: server.URL + "/voice"})
	carrier.Agent("client:ada").Set(twiliotest.Takes, 3*time.Second)

	phone, _ := carrier.Dial(ctx, "+14155550100", "+12025550100", twiliotest.Options{})
	_ = phone.Press(ctx, "1")
	fmt.Println(phone.View().State, phone.View().With)
	_ = carrier.Wait(ctx, 3*time.Second)
	fmt.Println(phone.View().State)
	_ = carrier.Agent("client:ada").HangUp(ctx)
	for _, r := range carrier.Requests() {
		fmt.Printf("%s %q %q\n", r.For, r.Form.Get("Digits"), r.Form.Get("DialCallStatus"))
	}
	fmt.Println(carrier.Errors())
	// Output:
	// ringing [client:ada]
	// talking
	// voice "" ""
	// gather "1" ""
	// dial "" "completed"
	// []
}
