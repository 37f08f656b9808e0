package vonage

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/extflow/extflow/adapter/internal/webhook"
	"github.com/extflow/extflow/flow"
)

// request is what one webhook says. It is pooled: strings made of it may be kept,
// slices not.
type request struct {
	route
	said
	ours    string // the parameters that we put into the URL
	body    []byte
	signing signing
}

var requests = sync.Pool{New: func() any { return new(request) }}

// maxBody is the longest body that is read.
const maxBody = 64 << 10

// ServeHTTP answers a webhook. A request without a token is answered 503, so that
// Vonage, which sends an unsigned one on rare occasions, makes it again; one with a
// token that is not Vonage's for what it says, 401. Neither changes anything. An
// address that is none of the adapter's is answered 404. Everything else gets a
// document, or 204 where the carrier only reports.
func (a *Adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost && r.Method != http.MethodGet {
		w.Header().Set("Allow", "GET, POST")
		http.Error(w, "vonage: use GET or POST", http.StatusMethodNotAllowed)
		return
	}
	to, ok := a.route(r.URL.EscapedPath())
	if !ok {
		http.NotFound(w, r)
		return
	}
	if to.what == atRingback {
		serveRingback(w)
		return
	}
	q := requests.Get().(*request)
	defer requests.Put(q)
	q.route, q.said, q.ours = to, said{}, ""
	if code := q.take(w, r); code != 0 {
		http.Error(w, http.StatusText(code), code)
		return
	}
	if err := a.believes(q, r); err != nil {
		a.refuse(w, r, q, err)
		return
	}
	if a.handler.Load() == nil {
		http.Error(w, "vonage: no handler is attached yet", http.StatusServiceUnavailable)
		return
	}
	// A carrier that hangs up on us does not undo what it reported.
	a.serve(context.WithoutCancel(r.Context()), w, q)
}

// refuse answers a request that is not believed.
func (a *Adapter) refuse(w http.ResponseWriter, r *http.Request, q *request, why error) {
	a.log.LogAttrs(r.Context(), slog.LevelWarn, "webhook refused", slog.String("carrier", a.cfg.Name), slog.String("what", string(q.what)), slog.Any("error", why))
	if why == errUnsigned {
		http.Error(w, "vonage: the request is not signed", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("WWW-Authenticate", "Bearer")
	http.Error(w, "vonage: the request is not believed", http.StatusUnauthorized)
}

// take reads the body. It returns the status to refuse it with, or 0.
func (q *request) take(w http.ResponseWriter, r *http.Request) int {
	if r.ContentLength > maxBody {
		return http.StatusRequestEntityTooLarge
	}
	body, err := readAll(q.body[:0], http.MaxBytesReader(w, r.Body, maxBody))
	q.body = body
	if err != nil {
		if _, ok := err.(*http.MaxBytesError); ok {
			return http.StatusRequestEntityTooLarge
		}
		return http.StatusBadRequest
	}
	return 0
}

// readAll is io.ReadAll into a buffer that is there already.
func readAll(buf []byte, from io.Reader) ([]byte, error) {
	if cap(buf) == 0 {
		buf = make([]byte, 0, 1024)
	}
	for {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := from.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return buf, err
		}
	}
}

// believes checks that the carrier made the request, for this address, and takes in
// what it says. Host and the headers of proxies say nothing.
func (a *Adapter) believes(q *request, r *http.Request) error {
	if err := a.authentic(q, r); err != nil {
		return err
	}
	theirs := r.URL.RawQuery
	switch {
	case q.call != (flow.Key{}):
		var ok bool
		if q.ours, theirs, ok = a.seals.Open(q.path, r.URL.RawQuery); !ok {
			return errSeal
		}
	default:
		q.ours, theirs = own(theirs)
	}
	read := q.read
	if r.Method == http.MethodGet {
		read = func([]byte) error { return q.said.ask(theirs) }
	}
	if err := read(q.body); err != nil {
		return errToken // a body that is no JSON is none of the carrier's
	}
	return a.original(q)
}

// own parts the parameters of an address that is not sealed: how often a safe turn
// was answered is ours, and all others are the carrier's.
func own(query string) (ours, theirs string) {
	if !strings.HasPrefix(query, "a=") {
		return "", query
	}
	ours, theirs, _ = strings.Cut(query, "&")
	return ours, theirs
}

// original has a fallback taken for the request that it stands for.
func (a *Adapter) original(q *request) error {
	if q.Original.URL == "" {
		return nil
	}
	r, query, ok := a.rerouted(string(q.Original.URL))
	switch {
	case !ok, r.what == atRingback:
		return nil
	case r.call == (flow.Key{}):
		q.route = r
		return nil
	}
	ours, _, ok := a.seals.Open(r.path, query)
	if !ok {
		return errSeal
	}
	q.route, q.ours = r, ours
	return nil
}

// authentic checks the request's token.
func (a *Adapter) authentic(q *request, r *http.Request) error {
	if len(a.secrets) == 0 && a.cfg.Insecure {
		return nil
	}
	header := r.Header["Authorization"]
	if len(header) == 0 {
		return errUnsigned
	}
	if len(header) != 1 {
		return errToken
	}
	c, err := a.signed(&q.signing, header[0])
	if err != nil {
		return err
	}
	if err := a.meant(&c); err != nil {
		return err
	}
	if r.Method == http.MethodPost {
		if !hashed(c.Hash, q.body) {
			return errHash
		}
	} else if err := a.asked(c.Hash, r); err != nil {
		return err
	}
	if !a.seen.First(q.signing.mac, r.URL.RequestURI(), a.now(), a.cfg.MaxAge) {
		return errReplay
	}
	return nil
}

// asked checks the hash of a GET, of all its parameters or of those that the carrier
// added.
func (a *Adapter) asked(want string, r *http.Request) error {
	query := r.URL.RawQuery
	if hashed(want, canonical(query)) {
		return nil
	}
	if at := strings.LastIndex("&"+query, "&"+webhook.SealParam); at >= 0 {
		if _, theirs, ok := strings.Cut(query[at:], "&"); hashed(want, canonical(theirs)) && ok {
			return nil
		}
	}
	if a.cfg.StrictGet {
		return errHash
	}
	a.mismatch.Add(1)
	a.log.LogAttrs(r.Context(), slog.LevelWarn, "the hash of a GET does not match, and it is believed; use POST for the answer and event URLs", slog.String("carrier", a.cfg.Name))
	return nil
}

// asks is the value of a parameter that we put into the URL ourselves.
func (q *request) asks(name string) string {
	for rest := q.ours; rest != ""; {
		var part string
		part, rest, _ = strings.Cut(rest, "&")
		if value, ok := strings.CutPrefix(part, name+"="); ok {
			return value
		}
	}
	return ""
}

// number is the same, of one that counts; 0 where there is none.
func (q *request) number(name string) int {
	n, _ := strconv.Atoi(q.asks(name))
	return n
}

// handle tells the engine, and says which turn stands.
func (a *Adapter) handle(ctx context.Context, e flow.Event) (flow.Turn, error) {
	return (*a.handler.Load()).Handle(ctx, e)
}

var (
	jsonType = []string{"application/json"}
	noStore  = []string{"no-store"}
)
