package vonagetest_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/extflow/extflow/adapter/vonage/vonagetest"
)

// A product whose callers key a digit and reach an agent.
func product(w http.ResponseWriter, r *http.Request) {
	base := "http://" + r.Host
	w.Header().Set("Content-Type", "application/json")
	switch r.URL.Path {
	case "/answer":
		fmt.Fprintf(w, `[{"action":"talk","text":"Press 1 for Ada.","bargeIn":true},
			{"action":"input","type":["dtmf"],"dtmf":{"maxDigits":1},"eventUrl":["%s/key"]}]`, base)
	case "/key":
		fmt.Fprint(w, `[{"action":"connect","from":"12025550100","endpoint":[{"type":"app","user":"ada"}]}]`)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

func ExampleNew() {
	ctx := context.Background()
	carrier := vonagetest.New(vonagetest.Config{}) // Start, where the product uses the REST API
	server := httptest.NewServer(http.HandlerFunc(product))
	defer server.Close()
	carrier.Link(vonagetest.Application{AnswerURL: server.URL + "/answer", EventURL: server.URL + "/event"})
	carrier.Assign("12025550100")
	carrier.Agent("client:ada").Set(vonagetest.Takes, 3*time.Second)

	phone, _ := carrier.Dial(ctx, "14155550100", "12025550100", vonagetest.Options{})
	_ = phone.Press(ctx, "1")
	fmt.Println(phone.View().State, phone.View().With)
	_ = carrier.Wait(ctx, 3*time.Second)
	fmt.Println(phone.View().State)
	_ = carrier.Agent("client:ada").HangUp(ctx)
	for _, r := range carrier.Requests() {
		_, status, _ := strings.Cut(r.Sent, `"status":"`)
		status, _, _ = strings.Cut(status, `"`)
		fmt.Println(strings.TrimSpace(string(r.For) + " " + status))
	}
	fmt.Println(carrier.Errors())
	// Output:
	// ringing [client:ada]
	// talking
	// event started
	// event ringing
	// answer
	// event answered
	// input
	// event started
	// event ringing
	// event answered
	// event completed
	// event completed
	// []
}
