package twilio

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
)

// The far end of these tests: a handler that answers what it is told to, and a
// carrier that signs what it posts and reads what comes back.

const (
	origin = "https://calls.example.com"
	token  = "a secret"
)

// sign is how Twilio signs, written once more and plainly.
func sign(token, at string, form url.Values) string {
	text := at
	for _, k := range slices.Sorted(maps.Keys(form)) {
		for _, v := range slices.Compact(slices.Sorted(slices.Values(form[k]))) {
			text += k + v
		}
	}
	mac := hmac.New(sha1.New, []byte(token))
	mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// desk is a handler that remembers what it heard.
type desk struct {
	mu     sync.Mutex
	heard  []flow.Event
	answer func(flow.Event) (flow.Turn, error)
}

func (d *desk) Handle(_ context.Context, e flow.Event) (flow.Turn, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.heard = append(d.heard, e)
	if d.answer == nil {
		return flow.Turn{}, nil
	}
	return d.answer(e)
}

// last is the newest event; heard forgets them all.
func (d *desk) last(t testing.TB) flow.Event {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	require.NotEmpty(t, d.heard)
	return d.heard[len(d.heard)-1]
}

func (d *desk) count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.heard)
}

// stands has every event answered with one turn.
func (d *desk) stands(t flow.Turn) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.answer = func(flow.Event) (flow.Turn, error) { return t, nil }
}

func newAdapter(t testing.TB, c Config) *Adapter {
	t.Helper()
	if c.AccountSID == "" {
		c.AccountSID = "AC00000000000000000000000000000001"
	}
	if c.PublicURL == "" {
		c.PublicURL = origin + "/twilio"
	}
	if c.AuthTokens == nil && !c.Insecure {
		c.AuthTokens = []string{token}
	}
	tw, err := New(c)
	require.NoError(t, err)
	tw.sleep = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	return tw
}

func newLine(t testing.TB, c Config) (*desk, *Adapter) {
	d := &desk{}
	c.Handler = d
	return d, newAdapter(t, c)
}

// answer is what a webhook got.
type answer struct {
	code int
	body string
	doc  element
	http http.Header
}

// post makes a webhook as Twilio does: at is an absolute URL.
func post(t testing.TB, h http.Handler, at string, form url.Values) answer {
	t.Helper()
	at, _, _ = strings.Cut(at, "#")
	return postSigned(t, h, at, form, sign(token, at, form))
}

// postSigned makes a webhook with a signature of any kind.
func postSigned(t testing.TB, h http.Handler, at string, form url.Values, signature string) answer {
	t.Helper()
	u, err := url.Parse(at)
	require.NoError(t, err)
	r := httptest.NewRequest(http.MethodPost, u.RequestURI(), strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	r.Header.Set("X-Twilio-Signature", signature)
	return serve(t, h, r)
}

func serve(t testing.TB, h http.Handler, r *http.Request) answer {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	a := answer{code: w.Code, body: w.Body.String(), http: w.Header()}
	if w.Code == http.StatusOK {
		a.doc = read(t, a.body)
		valid(t, a)
	}
	return a
}

// element is a document, read.
type element struct {
	tag   string
	attrs map[string]string
	text  string
	kids  []element
}

func read(t testing.TB, body string) element {
	t.Helper()
	require.True(t, strings.HasPrefix(body, prolog), body)
	d := xml.NewDecoder(strings.NewReader(body))
	stack := []element{{}}
	for {
		tok, err := d.Token()
		if err == io.EOF {
			break
		}
		require.NoError(t, err, body)
		top := &stack[len(stack)-1]
		switch tok := tok.(type) {
		case xml.StartElement:
			e := element{tag: tok.Name.Local, attrs: map[string]string{}}
			for _, a := range tok.Attr {
				_, twice := e.attrs[a.Name.Local]
				require.False(t, twice, body)
				e.attrs[a.Name.Local] = a.Value
			}
			stack = append(stack, e)
		case xml.CharData:
			top.text += string(tok)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
			parent := &stack[len(stack)-1]
			parent.kids = append(parent.kids, *top)
		}
	}
	require.Len(t, stack[0].kids, 1, body)
	return stack[0].kids[0]
}

// find is the first element with a tag, anywhere below.
func (e element) find(t testing.TB, tag string) element {
	t.Helper()
	if all := e.all(tag); len(all) > 0 {
		return all[0]
	}
	require.FailNow(t, "no "+tag+" in the document", "%s", e)
	return element{}
}

func (e element) all(tag string) (found []element) {
	for _, k := range e.kids {
		if k.tag == tag {
			found = append(found, k)
		}
		found = append(found, k.all(tag)...)
	}
	return found
}

// String is the element on one line, addresses shortened: what stories compare.
func (e element) String() string {
	var b strings.Builder
	b.WriteString(e.tag)
	for _, k := range slices.Sorted(maps.Keys(e.attrs)) {
		fmt.Fprintf(&b, " %s=%s", k, short(e.attrs[k]))
	}
	if text := strings.TrimSpace(e.text); text != "" {
		fmt.Fprintf(&b, " %q", short(text))
	}
	if len(e.kids) > 0 {
		var kids []string
		for _, k := range e.kids {
			kids = append(kids, k.String())
		}
		fmt.Fprintf(&b, " (%s)", strings.Join(kids, "; "))
	}
	return b.String()
}

// short leaves the beginning of our own addresses away.
func short(s string) string { return strings.TrimPrefix(s, origin+"/twilio/call/") }

// says is the document without its root.
func (a answer) says() string {
	var kids []string
	for _, k := range a.doc.kids {
		kids = append(kids, k.String())
	}
	return strings.Join(kids, "; ")
}
