package twilio_test

import (
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/twilio"
	"github.com/extflow/extflow/storage/memory"
)

// An adapter is made, given to the engine, given the engine, and mounted. A request
// that Twilio did not sign gets nowhere.
func Example() {
	tw, err := twilio.New(twilio.Config{
		AccountSID: "AC00000000000000000000000000000001",
		AuthTokens: []string{"the account's auth token"},
		PublicURL:  "https://calls.example.com/twilio",
	})
	if err != nil {
		log.Fatal(err)
	}
	engine, err := extflow.New(extflow.Config{
		Store:    memory.New(memory.Config{}),
		Carriers: map[string]adapter.Carrier{"twilio": tw},
	})
	if err != nil {
		log.Fatal(err)
	}
	tw.Attach(engine)
	mux := http.NewServeMux()
	mux.Handle("/twilio/", tw)

	forged := httptest.NewRequest(http.MethodPost, "/twilio/voice", strings.NewReader("CallSid=CA1&To=%2B12025550100"))
	forged.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	got := httptest.NewRecorder()
	mux.ServeHTTP(got, forged)
	fmt.Print(got.Code, " ", got.Body)
	// Output: 403 twilio: the signature does not match
}
