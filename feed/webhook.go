package feed

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/extflow/extflow/storage"
)

// Webhook posts entries of the feed to a URL as JSON, signed. Its Take is a
// Follower's. What answers 2xx within Timeout has taken it; anything else is tried
// again.
type Webhook struct {
	URL     string // https, or http on the own machine
	Secret  string // both sides know it; at least 16 characters
	Timeout time.Duration
	Client  *http.Client     // nil is one that follows no redirects
	Now     func() time.Time // for the signature; nil is time.Now
}

// SignatureHeader has the instant of sending, in seconds since 1970, and the
// HMAC-SHA256 in hexadecimal of that instant, a dot and the body: t=1767600000,v1=….
const SignatureHeader = "Extflow-Signature"

// News is what is posted. ID is the same whenever the same entry is posted again.
type News struct {
	ID      string    `json:"id"`
	Account string    `json:"account"`
	Cursor  uint64    `json:"cursor"`
	At      time.Time `json:"at"`
	Kind    string    `json:"kind"` // as in message_left
	Text    string    `json:"text"` // the same in words
	Call    string    `json:"call"`
	Seq     uint32    `json:"seq,omitempty"` // the call's turn; none for what people do
	Agent   string    `json:"agent,omitempty"`
	Queue   string    `json:"queue,omitempty"`
	Mailbox string    `json:"mailbox,omitempty"`
	Seconds float64   `json:"seconds,omitempty"` // of the message, the rest, the wait
	Result  string    `json:"result,omitempty"`
}

// ErrWebhook is in every error of Check.
var ErrWebhook = errors.New("webhook")

// Check finds what is wrong with the settings, all of it.
func (w *Webhook) Check() error {
	var faults []error
	u, err := url.Parse(w.URL)
	local := err == nil && (u.Hostname() == "localhost" || strings.HasPrefix(u.Hostname(), "127.") || u.Hostname() == "::1")
	if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !local) {
		faults = append(faults, fmt.Errorf("%w: the URL must be absolute and begin with https:// (http:// on this machine alone)", ErrWebhook))
	}
	if len(w.Secret) < 16 {
		faults = append(faults, fmt.Errorf("%w: the secret has %d characters; 16 or more cannot be guessed", ErrWebhook, len(w.Secret)))
	}
	return errors.Join(faults...)
}

// Take posts an entry.
func (w *Webhook) Take(ctx context.Context, e storage.Entry) error {
	body, err := json.Marshal(news(e))
	if err != nil {
		return err
	}
	status, _, err := w.post(ctx, body)
	if err == nil && (status < 200 || status > 299) {
		err = fmt.Errorf("the receiver answers %d", status)
	}
	return err
}

// maxAnswer bounds what is read of an answer, in bytes.
const maxAnswer = 4 << 10

// post sends a body, signed, and reads the beginning of the answer.
func (w *Webhook) post(ctx context.Context, body []byte) (status int, answer []byte, err error) {
	timeout := w.Timeout
	if timeout <= 0 {
		timeout = 10 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	now := time.Now
	if w.Now != nil {
		now = w.Now
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(SignatureHeader, Sign(w.Secret, body, now()))
	client := w.Client
	if client == nil {
		client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	resp, err := client.Do(req)
	if err == nil {
		defer resp.Body.Close()
		answer, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer)) // all of a short one, so that the connection can be used again
	}
	if err != nil {
		var failed *url.Error // its text has the address, which may have a secret in it
		if errors.As(err, &failed) {
			err = failed.Err
		}
		return 0, nil, fmt.Errorf("the receiver does not answer: %w", err)
	}
	return resp.StatusCode, answer, nil
}

func news(e storage.Entry) News {
	p := e.Post
	n := News{
		ID: e.Call.Account + "-" + strconv.FormatUint(e.Cursor, 10), Account: e.Call.Account, Cursor: e.Cursor, At: e.At,
		Kind: p.Kind.String(), Text: p.String(), Call: e.Call.ID, Seq: e.Seq,
		Agent: p.Agent, Queue: p.Queue, Mailbox: p.Mailbox, Seconds: p.Length.Seconds(),
	}
	if p.Result != 0 {
		n.Result = p.Result.String()
	}
	return n
}

// Sign is the signature of a body that is sent at an instant.
func Sign(secret string, body []byte, at time.Time) string {
	t := strconv.FormatInt(at.Unix(), 10)
	return "t=" + t + ",v1=" + hex.EncodeToString(digest(secret, t, body))
}

func digest(secret, t string, body []byte) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(t + "."))
	mac.Write(body)
	return mac.Sum(nil)
}

// ErrSignature is returned by Verify.
var ErrSignature = errors.New("the signature is not good")

// Verify is for receivers in Go: it sees that a body came from whoever has the
// secret, and within tolerance of now. An older one may have been recorded and sent
// again.
func Verify(secret, signature string, body []byte, now time.Time, tolerance time.Duration) error {
	t, v1, ok := strings.Cut(strings.TrimPrefix(signature, "t="), ",v1=")
	at, err := strconv.ParseInt(t, 10, 64)
	sum, bad := hex.DecodeString(v1)
	if !ok || err != nil || bad != nil || !hmac.Equal(sum, digest(secret, t, body)) {
		return ErrSignature
	}
	if age := now.Sub(time.Unix(at, 0)); age > tolerance || age < -tolerance {
		return fmt.Errorf("%w: it is %s old", ErrSignature, age)
	}
	return nil
}
