package twilio

import (
	"context"
	"crypto/sha256"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/extflow/extflow/flow"
)

// request is what one webhook says. It is pooled: strings made of it may be kept,
// slices not.
type request struct {
	route
	posted  form // the parameters of the body; none with GET
	asked   form // the parameters of the URL: what we put there and, with GET, all others
	body    []byte
	signing signing
	page    page
	url     []byte
}

var requests = sync.Pool{New: func() any { return new(request) }}

// maxBody is the longest body that is read.
const maxBody = 64 << 10

// ServeHTTP answers a webhook. A request that was not signed by the carrier is
// answered 403 and changes nothing; one for an address that is none of the
// adapter's, 404. Everything else gets a document, or 204 where the carrier only
// reports.
func (a *Adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost && r.Method != http.MethodGet {
		w.Header().Set("Allow", "GET, POST")
		http.Error(w, a.cfg.Name+": use GET or POST", http.StatusMethodNotAllowed)
		return
	}
	to, ok := a.route(r.URL.EscapedPath())
	if !ok {
		http.NotFound(w, r)
		return
	}
	q := requests.Get().(*request)
	defer requests.Put(q)
	q.route = to
	q.page.leaves = a.cfg.Dialect.Unknown
	if code := q.read(w, r); code != 0 {
		http.Error(w, http.StatusText(code), code)
		return
	}
	if !a.believes(q, r) {
		a.log.LogAttrs(r.Context(), slog.LevelWarn, "webhook refused: it is not signed as it should be; is PublicURL what the carrier requests?",
			slog.String("carrier", a.cfg.Name), slog.String("what", string(to.what)))
		http.Error(w, a.cfg.Name+": the signature does not match", http.StatusForbidden)
		return
	}
	if a.handler.Load() == nil {
		http.Error(w, a.cfg.Name+": no handler is attached yet", http.StatusServiceUnavailable)
		return
	}
	// A carrier that hangs up on us does not undo what it reported.
	a.serve(context.WithoutCancel(r.Context()), w, q)
}

// read takes the request in: all of it, before anything is done about it. It
// returns the status to refuse it with, or 0.
func (q *request) read(w http.ResponseWriter, r *http.Request) int {
	q.posted.reset()
	q.asked.reset()
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
	if parse(&q.asked, r.URL.RawQuery) != nil {
		return http.StatusForbidden
	}
	if r.Method == http.MethodPost && isForm(r.Header.Get("Content-Type")) && parse(&q.posted, q.body) != nil {
		return http.StatusForbidden
	}
	q.posted.sort()
	return 0
}

// readAll is io.ReadAll into a buffer that is there already.
func readAll(buf []byte, from io.Reader) ([]byte, error) {
	if cap(buf) == 0 {
		buf = make([]byte, 0, 2048)
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

const formType = "application/x-www-form-urlencoded"

func isForm(contentType string) bool {
	media, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(media), formType)
}

// believes reports whether the carrier signed the request. The URL is the
// configured one and what follows it: Host and the headers of proxies say nothing.
func (a *Adapter) believes(q *request, r *http.Request) bool {
	if a.cfg.Dialect.Verify != nil {
		return a.verified(q, r)
	}
	if len(a.tokens) == 0 {
		return a.cfg.Insecure
	}
	header := r.Header[a.header]
	if len(header) != 1 {
		return false
	}
	q.url = append(append(q.url[:0], a.public...), q.path...)
	if r.URL.RawQuery != "" || r.URL.ForceQuery {
		q.url = append(append(q.url, '?'), r.URL.RawQuery...)
	}
	if !a.tokens.signs(&q.signing, header[0], q.url, &q.posted) {
		return false
	}
	want := q.asked.get("bodySHA256")
	return want == nil || len(q.posted.pairs) > 0 || bodySigned(want, q.body)
}

// verified reports whether the carrier signed the body of a request, and we its
// address. What was overheard at one is worth nothing at those that bear no seal: a
// signature that was seen elsewhere is refused there. At sealed ones it may be the same,
// where a call gets on within the second that is signed.
func (a *Adapter) verified(q *request, r *http.Request) bool {
	if r.Method != http.MethodPost || a.cfg.Dialect.Verify(r.Header, q.body) != nil {
		return false
	}
	sealed := q.call != (flow.Key{})
	if sealed {
		if _, _, ok := a.seals.Open(q.path, r.URL.RawQuery); !ok {
			return false
		}
	}
	if len(r.Header[a.header]) == 0 { // believed for want of a key
		return true
	}
	mark := sha256.Sum256([]byte(r.Header.Get(a.header)))
	return a.seen.First(mark[:], q.path+"?"+r.URL.RawQuery, a.now(), a.cfg.Dialect.MaxAge) || sealed
}

// get is the value of a parameter: the body's, else the URL's.
func (q *request) get(name string) []byte {
	if v := q.posted.get(name); v != nil {
		return v
	}
	return q.asked.get(name)
}

// ask is the value of a parameter that we put into the URL ourselves.
func (q *request) ask(name string) int {
	v := q.asked.get(name)
	if len(v) == 0 {
		return 0
	}
	n, _ := strconv.Atoi(string(v))
	return n
}

// seconds is the value of a parameter that counts them; 0 where there is none.
func (q *request) seconds(name string) time.Duration {
	n, err := strconv.Atoi(string(q.get(name)))
	if err != nil || n < 0 || n > 1<<24 {
		return 0
	}
	return time.Duration(n) * time.Second
}

// handle tells the engine, and says which turn stands.
func (a *Adapter) handle(ctx context.Context, e flow.Event) (flow.Turn, error) {
	return (*a.handler.Load()).Handle(ctx, e)
}

var (
	textXML = []string{"text/xml; charset=utf-8"}
	noStore = []string{"no-store"}
)

// send answers with the page.
func (q *request) send(w http.ResponseWriter) {
	h := w.Header()
	h["Content-Type"], h["Cache-Control"] = textXML, noStore
	_, _ = w.Write(q.page.b)
}
