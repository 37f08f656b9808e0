package twilio

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/twilio/twilio-go/client"
	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/extflow/extflow/adapter"
)

// The REST API, through the types of Twilio's SDK. The SDK knows no context and no
// other host than Twilio's, so what carries its requests is ours.

// api is the REST API for as long as ctx lasts. With once a request is never made
// again whose outcome is unknown.
func (a *Adapter) api(ctx context.Context, once bool) *openapi.ApiService {
	return openapi.NewApiServiceWithClient(&wire{a: a, ctx: ctx, once: once})
}

// wire carries the requests of one Do or Probe. It is the SDK's client.BaseClient.
type wire struct {
	a    *Adapter
	ctx  context.Context
	once bool
}

func (w *wire) AccountSid() string       { return url.PathEscape(w.a.cfg.AccountSID) }
func (w *wire) SetTimeout(time.Duration) {}
func (w *wire) SetOauth(client.OAuth)    {}
func (w *wire) OAuth() client.OAuth      { return nil }

// The tries of one request, and the pause before the second, which doubles.
const (
	mostTries  = 4
	firstPause = 200 * time.Millisecond
	longPause  = 5 * time.Second
	maxAnswer  = 1 << 20
)

// SendRequest makes a request, again where that is safe: 429 was never processed,
// and 5xx or silence may be repeated unless it would place a second call.
func (w *wire) SendRequest(method, rawURL string, data url.Values, headers map[string]any, _ ...byte) (*http.Response, error) {
	for try := 0; ; try++ {
		resp, err := w.send(method, rawURL, data, headers)
		var answered *apiError
		retry := err != nil && !w.once
		pause := firstPause << try
		if errors.As(err, &answered) {
			retry = answered.Status == http.StatusTooManyRequests || answered.Status >= 500 && !w.once
			pause = max(pause, answered.after)
		}
		if !retry || try == mostTries-1 {
			return resp, err
		}
		pause = min(pause, longPause)
		if w.a.sleep(w.ctx, pause/2+rand.N(pause)) != nil {
			return nil, err
		}
	}
}

func (w *wire) send(method, rawURL string, data url.Values, headers map[string]any) (*http.Response, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, err
	}
	dialect := &w.a.cfg.Dialect.API
	address := w.a.cfg.APIURL + dialect.path(u.EscapedPath())
	var body io.Reader
	contentType := ""
	switch {
	case method == http.MethodPost && strings.HasSuffix(u.Path, "/Calls.json"):
		body, contentType = dialect.placing(data)
	case method != http.MethodGet:
		body = strings.NewReader(data.Encode())
	case len(data) > 0:
		address += "?" + data.Encode()
	}
	req, err := http.NewRequestWithContext(w.ctx, method, address, body)
	if err != nil {
		return nil, err
	}
	for name, value := range headers {
		req.Header.Set(name, fmt.Sprint(value))
	}
	req.Header.Set("Accept", "application/json")
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	w.a.authorize(req)
	resp, err := w.a.cfg.HTTPClient.Do(req)
	if err != nil {
		var failed *url.Error // its text has the address, which has a call's reference
		if errors.As(err, &failed) {
			err = failed.Err
		}
		return nil, fmt.Errorf("%s: the REST API cannot be reached: %w", w.a.cfg.Name, err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("%s: the REST API's answer broke off: %w", w.a.cfg.Name, err)
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return nil, w.a.newAPIError(resp, answer)
	}
	resp.Body = io.NopCloser(bytes.NewReader(answer))
	return resp, nil
}

// apiError is an answer of the REST API that is none. It prints no more than the
// codes, because the message may name a number; errors.As reaches the SDK's error.
type apiError struct {
	client.TwilioRestError
	after   time.Duration // when the carrier wants to be asked again
	carrier string
	over    bool // it only says that the call has ended
}

func (a *Adapter) newAPIError(resp *http.Response, answer []byte) *apiError {
	e := &apiError{carrier: a.cfg.Name}
	_ = json.Unmarshal(answer, &e.TwilioRestError)
	var list struct {
		Errors []struct {
			Code int `json:",string"`
		}
	}
	if json.Unmarshal(answer, &list) == nil && len(list.Errors) > 0 {
		e.Code = list.Errors[0].Code
	}
	e.over = e.Code == a.cfg.Dialect.API.Over
	e.Status = resp.StatusCode
	if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && s > 0 {
		e.after = time.Duration(min(s, 60)) * time.Second
	}
	return e
}

func (e *apiError) Error() string {
	if e.Code == 0 {
		return fmt.Sprintf("%s: the REST API answered %d", e.carrier, e.Status)
	}
	return fmt.Sprintf("%s: the REST API answered %d, code %d; a code of Twilio's is explained at https://www.twilio.com/docs/errors/%d", e.carrier, e.Status, e.Code, e.Code)
}

func (e *apiError) Unwrap() error { return &e.TwilioRestError }

// Is reports a refusal: the request was understood, and would be refused again.
func (e *apiError) Is(target error) bool {
	return target == adapter.ErrRefused && e.Status >= 400 && e.Status < 500 &&
		e.Status != http.StatusTooManyRequests && e.Status != http.StatusRequestTimeout
}

// notInProgress is what the REST API calls a call that has ended meanwhile.
const notInProgress = 21220

// gone reports whether an error only says that the call is over.
func gone(err error) bool {
	var e *apiError
	return errors.As(err, &e) && (e.over || e.Status == http.StatusNotFound)
}

// notYet reports whether an error says that a call cannot be redirected: it may be
// over, or not have begun.
func notYet(err error) bool {
	var e *apiError
	return errors.As(err, &e) && e.over
}
