package adaptertest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// Description is an OpenAPI document of a carrier's REST API: of the endpoints that an
// adapter uses, as the carrier describes them.
type Description func() (routers.Router, error)

// Describe reads a document when it is first needed. Its addresses are below the first
// of its servers, wherever the far end listens.
func Describe(document []byte) Description {
	return sync.OnceValues(func() (routers.Router, error) {
		doc, err := openapi3.NewLoader().LoadFromData(document)
		if err == nil {
			err = doc.Validate(context.Background())
		}
		if err != nil {
			return nil, err
		}
		base, err := url.Parse(doc.Servers[0].URL)
		if err != nil {
			return nil, err
		}
		doc.Servers = openapi3.Servers{{URL: base.Path}}
		return gorillamux.NewRouter(doc)
	})
}

// Transport has requests pass, and fails the test for each that is not as described.
func (d Description) Transport(t testing.TB, next http.RoundTripper) http.RoundTripper {
	return described{d, t, next}
}

type described struct {
	is   Description
	t    testing.TB
	next http.RoundTripper
}

func (d described) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := d.is.Check(r); err != nil {
		d.t.Errorf("%s %s is not as the carrier describes it: %v", r.Method, r.URL.Path, err)
	}
	return d.next.RoundTrip(r)
}

// Check says what of a request is not as described: also parameters and fields of forms
// that the document does not name.
func (d Description) Check(r *http.Request) error {
	router, err := d()
	if err != nil {
		return err
	}
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	same := r.Clone(context.Background())
	same.Body = io.NopCloser(bytes.NewReader(body))
	same.URL.Scheme, same.URL.Host, same.Host = "", "", ""
	route, params, err := router.FindRoute(same)
	if err != nil {
		return err
	}
	for name := range r.URL.Query() {
		if route.Operation.Parameters.GetByInAndName("query", name) == nil {
			return fmt.Errorf("there is no parameter %s", name)
		}
	}
	const form = "application/x-www-form-urlencoded"
	if strings.HasPrefix(r.Header.Get("Content-Type"), form) && route.Operation.RequestBody != nil {
		fields, err := url.ParseQuery(string(body))
		if err != nil {
			return err
		}
		if media := route.Operation.RequestBody.Value.Content.Get(form); media != nil {
			for name := range fields {
				if media.Schema.Value.Properties[name] == nil {
					return fmt.Errorf("there is no field %s", name)
				}
			}
		}
	}
	return openapi3filter.ValidateRequest(context.Background(), &openapi3filter.RequestValidationInput{
		Request: same, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	})
}
