package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// Routes whose bodies are no JSON answer problems like the others.

var fileType = reflect.TypeFor[File]()

// tell answers an error as a problem.
func (a *API) tell(w http.ResponseWriter, r *http.Request, what string, err error) {
	var p *huma.ErrorModel
	if !errors.As(a.fail(r.Context(), what, err), &p) {
		p = problem(http.StatusInternalServerError, "something went wrong; the server's log says what")
	}
	write(w, p.Status, "application/problem+json", p)
}

func write(w http.ResponseWriter, status int, contentType string, v any) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // whoever asked may be gone
}
