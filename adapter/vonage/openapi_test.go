package vonage_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/stretchr/testify/require"
)

// Every request that any story makes to the REST API is held against Vonage's own
// description of it, where the shared reference data is there.

var voiceAPI = sync.OnceValue(func() routers.Router {
	data, err := os.ReadFile("../../../shared/reference/data/vonage_voice_openapi.yml")
	if err != nil {
		return nil
	}
	doc, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		panic(err)
	}
	// App users can be called, too (the description has their endpoint, and does not name
	// it here; its prose does).
	to := doc.Components.Schemas["CreateCallRequestBase"].Value.Properties["to"].Value.Items.Value
	to.OneOf = append(to.OneOf, openapi3.NewSchemaRef("", doc.Components.Schemas["EndpointApp"].Value))
	doc.Servers = openapi3.Servers{{URL: "/v1/calls"}}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		panic(err)
	}
	return router
})

// described is a transport that fails the test for a request that is not as described.
type described struct {
	t    testing.TB
	next http.RoundTripper
}

func (d described) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := asDescribed(r); err != nil {
		d.t.Errorf("%s %s: %v", r.Method, r.URL.Path, err)
	}
	return d.next.RoundTrip(r)
}

func asDescribed(r *http.Request) error {
	router := voiceAPI()
	if router == nil || r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/v1/files/") { // recordings and transcripts are no part of the Voice API
		return nil
	}
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	same, err := http.NewRequest(r.Method, r.URL.String(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	same.Header = r.Header.Clone()
	_, path, ok := strings.Cut(same.URL.Path, "/v1/calls") // a region's path comes before it
	if !ok {
		return errors.New("there is no such path")
	}
	same.URL.Path = "/v1/calls/" + strings.TrimPrefix(path, "/")
	same.URL.Scheme, same.URL.Host, same.Host = "", "", ""
	route, params, err := router.FindRoute(same)
	if err != nil {
		return err
	}
	return openapi3filter.ValidateRequest(context.Background(), &openapi3filter.RequestValidationInput{
		Request: same, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	})
}

func TestOpenAPI_theValidatorHasTeeth(t *testing.T) {
	t.Parallel()
	if voiceAPI() == nil {
		t.Skip("the shared reference data is not here")
	}
	ask := func(method, path, body string) error {
		r, err := http.NewRequest(method, "https://api.nexmo.com"+path, strings.NewReader(body))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/json")
		return asDescribed(r)
	}
	const good = `{"to":[{"type":"phone","number":"12025550111"}],"from":{"type":"phone","number":"12025550100"},"answer_url":["https://x.example/a"],"ringing_timer":20}`
	require.NoError(t, ask(http.MethodPost, "/v1/calls", good))
	require.NoError(t, ask(http.MethodPut, "/api-eu-3/v1/calls/u1", `{"action":"hangup"}`))
	require.NoError(t, ask(http.MethodGet, "/v1/calls?page_size=100&order=desc", ""))
	require.Error(t, ask(http.MethodPost, "/v1/calls", strings.Replace(good, `"ringing_timer":20`, `"ringing_timer":500`, 1)))
	require.Error(t, ask(http.MethodPost, "/v1/calls", `{"from":{"type":"phone","number":"1"}}`))
	require.Error(t, ask(http.MethodPut, "/v1/calls/u1", `{"action":"explode"}`))
	require.Error(t, ask(http.MethodGet, "/v1/calls?page_size=1000", ""))
	require.Error(t, ask(http.MethodGet, "/v1/callers", ""))
}
