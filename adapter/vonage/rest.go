package vonage

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
	"sync"
	"time"

	sdk "github.com/vonage/vonage-go-sdk/jwt"

	"github.com/extflow/extflow/adapter"
)

// The REST API. Of Vonage's SDK only the tokens are used: its client knows no
// context, panics when the network fails, and takes some refusals for success
// (v0.14.0).

const defaultAPI = "https://api.nexmo.com"

// token makes the application's tokens, and keeps one while it is good.
type token struct {
	application string
	key         []byte
	mu          sync.Mutex
	now         string
	until       time.Time
}

// How long a token holds, and how long it is used.
const (
	tokenHolds = 15 * time.Minute
	tokenUsed  = 10 * time.Minute
)

// bearer is a token that holds for some minutes.
func (t *token) bearer(now time.Time) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.now != "" && now.Before(t.until) {
		return t.now, nil
	}
	g := sdk.NewGenerator(t.application, t.key)
	g.TTL = tokenHolds
	made, err := g.GenerateToken()
	if err != nil {
		return "", fmt.Errorf("vonage: no token can be made: %w", err)
	}
	t.now, t.until = made, now.Add(tokenUsed)
	return made, nil
}

// drop forgets a token that was not accepted.
func (t *token) drop(was string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.now == was {
		t.now = ""
	}
}

// region is the base of the REST API for a call, as its first request says it: only
// of a request whose signature was verified, and only at the carrier's own hosts. A
// configured API has its regions at its own host.
func (a *Adapter) region(said string) string {
	if said == "" || len(a.secrets) == 0 {
		return ""
	}
	u, err := url.Parse(said)
	if err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Opaque != "" {
		return ""
	}
	if a.cfg.APIURL != defaultAPI {
		if u.Scheme != a.api.Scheme || u.Host != a.api.Host {
			return ""
		}
		return strings.TrimRight(said, "/")
	}
	host := strings.ToLower(u.Host)
	if u.Scheme != "https" || u.Path != "" && u.Path != "/" || !strings.HasSuffix(host, ".vonage.com") && !strings.HasSuffix(host, ".nexmo.com") {
		return ""
	}
	return "https://" + host
}

// The tries of one request, and the pause before the second, which doubles.
const (
	mostTries  = 4
	firstPause = 200 * time.Millisecond
	longPause  = 5 * time.Second
	maxAnswer  = 1 << 20
)

// ask makes a request, again where that is safe: 429 was never processed, and 5xx or
// silence may be repeated unless it would place a second call. A call that was just
// made is refused with 400 for a second or two (support article 10359615124380).
func (a *Adapter) ask(ctx context.Context, method, region, path string, in, out any) error {
	once := method == http.MethodPost
	for try := 0; ; try++ {
		err := a.request(ctx, method, region, path, in, out)
		var answered *apiError
		retry := err != nil && !once
		pause := firstPause << try
		if errors.As(err, &answered) {
			early := answered.Status == http.StatusBadRequest && method == http.MethodPut
			stale := answered.Status == http.StatusUnauthorized && try == 0
			retry = answered.Status == http.StatusTooManyRequests || answered.Status >= 500 && !once || early || stale
			pause = max(pause, answered.after)
		}
		if !retry || try == mostTries-1 {
			return err
		}
		pause = min(pause, longPause)
		if a.sleep(ctx, pause/2+rand.N(pause)) != nil {
			return err
		}
	}
}

func (a *Adapter) request(ctx context.Context, method, region, path string, in, out any) error {
	if region == "" {
		region = a.cfg.APIURL
	}
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, region+"/v1/calls"+path, body)
	if err != nil {
		return err
	}
	bearer, err := a.token.bearer(a.now())
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+bearer)
	req.Header.Set("Accept", "application/json")
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := a.cfg.HTTPClient.Do(req)
	if err != nil {
		var failed *url.Error // its text has the address, which has a call's reference
		if errors.As(err, &failed) {
			err = failed.Err
		}
		return fmt.Errorf("vonage: the REST API cannot be reached: %w", err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("vonage: the REST API's answer broke off: %w", err)
	}
	switch {
	case resp.StatusCode == http.StatusUnauthorized:
		a.token.drop(bearer)
		fallthrough
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		return newAPIError(resp, answer)
	case out != nil:
		if err := json.Unmarshal(answer, out); err != nil {
			return fmt.Errorf("vonage: the REST API's answer cannot be read: %w", err)
		}
	}
	return nil
}

// apiError is an answer of the REST API that is none, in any of its three shapes. It
// prints no more than the status and its kind, because a detail may name a number.
type apiError struct {
	Status int
	Kind   string        // UNAUTHORIZED, "Bad Request", …
	after  time.Duration // when the carrier wants to be asked again
}

func newAPIError(resp *http.Response, answer []byte) *apiError {
	e := &apiError{Status: resp.StatusCode}
	var body struct {
		Type       text `json:"type"`
		Title      text `json:"title"`
		ErrorTitle text `json:"error_title"`
	}
	_ = json.Unmarshal(answer, &body)
	for _, kind := range []text{body.Title, body.ErrorTitle, body.Type} {
		if e.Kind == "" && len(kind) < 64 {
			e.Kind = string(kind)
		}
	}
	if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && s > 0 {
		e.after = time.Duration(min(s, 60)) * time.Second
	}
	return e
}

func (e *apiError) Error() string {
	if e.Kind == "" {
		return fmt.Sprintf("vonage: the REST API answered %d", e.Status)
	}
	return fmt.Sprintf("vonage: the REST API answered %d, %s", e.Status, e.Kind)
}

// Is reports a call that the carrier does not know (any more), or a refusal: the
// request was understood, and would be refused again.
func (e *apiError) Is(target error) bool {
	switch target {
	case adapter.ErrGone:
		return e.Status == http.StatusNotFound
	case adapter.ErrRefused:
		return e.Status >= 400 && e.Status < 500 && e.Status != http.StatusNotFound &&
			e.Status != http.StatusTooManyRequests && e.Status != http.StatusRequestTimeout
	}
	return false
}
