package console

import (
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/number/written"
	"github.com/extflow/extflow/storage"
)

// What goes wrong, as people are told of it.

// problem is an error that says it all to who made the request.
type problem struct {
	status int
	text   string
	fields map[string]string // what to do, by field
}

func (p *problem) Error() string { return p.text }

func notFound(text string) error { return &problem{status: http.StatusNotFound, text: text} }

func wrong(text string) error {
	return &problem{status: http.StatusUnprocessableEntity, text: text}
}

// told is an error as people are told of it.
func (c *Console) told(r *http.Request, err error) *problem {
	var p *problem
	var faults account.Faults
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &faults):
		return &problem{status: http.StatusUnprocessableEntity, text: faults.Error()}
	case errors.Is(err, storage.ErrNotFound):
		return &problem{status: http.StatusNotFound, text: "There is no such thing here, or not any more."}
	case errors.Is(err, storage.ErrConflict), errors.Is(err, extension.ErrConflict):
		return &problem{status: http.StatusConflict, text: "It was changed meanwhile. Look at it as it is now, and repeat your change."}
	case errors.Is(err, storage.ErrAudio):
		return &problem{status: http.StatusUnprocessableEntity, text: sentence(strings.TrimPrefix(err.Error(), storage.ErrAudio.Error()+": "))}
	case errors.Is(err, extension.ErrAgent), errors.Is(err, extension.ErrEndpoint), errors.Is(err, written.ErrNotNumber), errors.Is(err, flow.ErrSettings):
		return &problem{status: http.StatusUnprocessableEntity, text: sentence(err.Error())}
	}
	c.cfg.Logger.LogAttrs(r.Context(), slog.LevelError, "a page failed", slog.String("path", r.URL.Path), slog.Any("error", err))
	return &problem{status: http.StatusInternalServerError, text: "Something went wrong, and nothing was changed. The server's log says what; try again in a moment."}
}

func sentence(s string) string {
	if s == "" {
		return s
	}
	s = strings.ToUpper(s[:1]) + s[1:]
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}

// Refuse shows a page that says why somebody is not let in. The request is for an address
// below the console's root, without the prefix under which it is mounted.
func (c *Console) Refuse(w http.ResponseWriter, r *http.Request, status int, text string) {
	careful(w.Header())
	c.fail(w, r, &problem{status: status, text: sentence(text)})
}

// fail tells what went wrong, on a page of its own, or to the script that asked.
func (c *Console) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := c.told(r, err)
	if r.Header.Get("X-Script") != "" {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(p.status)
		_, _ = w.Write([]byte(p.text))
		return
	}
	title := map[int]string{http.StatusNotFound: "Not found", http.StatusForbidden: "Not for you", http.StatusConflict: "Changed meanwhile"}[p.status]
	if title == "" {
		title = "That did not work"
	}
	v := c.view(r, "", title, p.text)
	if err := c.show(w, "error", p.status, v); err != nil {
		http.Error(w, p.text, p.status)
	}
}
