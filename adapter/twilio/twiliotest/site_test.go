package twiliotest_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/extflow/extflow/adapter/twilio/twiliotest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(idle{m}) }

// idle lets go of connections that nobody uses any more once the tests have run.
type idle struct{ *testing.M }

func (m idle) Run() int {
	defer http.DefaultClient.CloseIdleConnections()
	return m.M.Run()
}

// The server under test: a few pages of TwiML, written by hand.

const (
	caller = "+14155550100"
	office = "+12025550100"
	ada    = "client:ada"
	cell   = "tel:+12025550111"
	token  = "a token for tests, of no account"
)

// site answers each path with the content of a Response; {…} in one is a parameter.
// What begins with ! is sent as it stands.
type site struct {
	*httptest.Server
	t     *testing.T
	mu    sync.Mutex
	pages map[string]string
	types map[string]string // other than text/xml
	codes map[string]int    // other than 200
	got   []seen
}

type seen struct {
	path string
	form url.Values
	head http.Header
}

func newSite(t *testing.T, pages map[string]string) *site {
	s := &site{t: t, pages: pages, types: map[string]string{}, codes: map[string]int{}}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.ParseForm() != nil {
		http.Error(w, "no form", http.StatusBadRequest)
		return
	}
	posted := r.PostForm
	if r.Method == http.MethodGet {
		posted = nil
	}
	if r.Header.Get("X-Twilio-Signature") != twiliotest.Sign(token, s.URL+r.URL.RequestURI(), posted) {
		s.t.Errorf("%s is not signed as it should be", r.URL)
	}
	s.got = append(s.got, seen{r.URL.Path, r.Form, r.Header.Clone()})
	page, ok := s.pages[r.URL.Path]
	if !ok {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if to, ok := strings.CutPrefix(page, ">"); ok {
		http.Redirect(w, r, to, http.StatusFound)
		return
	}
	mime := "text/xml; charset=utf-8"
	if other, ok := s.types[r.URL.Path]; ok {
		mime = other
	}
	w.Header()["Content-Type"] = []string{mime}
	http.SetCookie(w, &http.Cookie{Name: "seen", Value: strings.Trim(r.URL.Path, "/")})
	if code := s.codes[r.URL.Path]; code != 0 {
		w.WriteHeader(code)
	}
	if raw, ok := strings.CutPrefix(page, "!"); ok {
		_, _ = w.Write([]byte(raw))
		return
	}
	_, _ = w.Write([]byte(`<?xml version="1.0" encoding="UTF-8"?><Response>` + page + `</Response>`))
}

// asked are the paths that were requested, in order.
func (s *site) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, g := range s.got {
		out = append(out, g.path)
	}
	return out
}

// form is what the newest request for a path said.
func (s *site) form(path string) url.Values {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := len(s.got) - 1; i >= 0; i-- {
		if s.got[i].path == path {
			return s.got[i].form
		}
	}
	s.t.Fatalf("%s was never requested", path)
	return nil
}

// forms are what each request for a path said of a parameter.
func (s *site) forms(path, name string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, g := range s.got {
		if g.path == path {
			out = append(out, g.form.Get(name))
		}
	}
	return out
}

func (s *site) set(path, page string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pages[path] = page
}

// line is a carrier whose number leads to a site.
func line(t *testing.T, cfg twiliotest.Config, pages map[string]string) (*twiliotest.Carrier, *site) {
	t.Helper()
	c := twiliotest.Start(t, cfg)
	s := newSite(t, pages)
	c.Assign(office, twiliotest.Number{VoiceURL: s.URL + "/voice", StatusURL: s.URL + "/status"})
	return c, s
}

func dial(t *testing.T, c *twiliotest.Carrier) *twiliotest.Phone {
	t.Helper()
	p, err := c.Dial(context.Background(), caller, office, twiliotest.Options{})
	require.NoError(t, err)
	return p
}

func press(t *testing.T, p *twiliotest.Phone, keys string) {
	t.Helper()
	require.NoError(t, p.Press(context.Background(), keys))
}

func wait(t *testing.T, c *twiliotest.Carrier, d time.Duration) {
	t.Helper()
	require.NoError(t, c.Wait(context.Background(), d))
}

func hangUp(t *testing.T, p *twiliotest.Phone) {
	t.Helper()
	require.NoError(t, p.HangUp(context.Background()))
}

// said is what a phone heard, words and addresses.
func said(v twiliotest.View) []string {
	var out []string
	for _, h := range v.Heard {
		out = append(out, h.Text+h.Play)
	}
	return out
}

func codes(c *twiliotest.Carrier) []int {
	var out []int
	for _, e := range c.Errors() {
		out = append(out, e.Code)
	}
	return out
}
