package main

import (
	"context"
	"net/http"
	"strings"

	"github.com/extflow/extflow/examples/server/api"
	"github.com/extflow/extflow/examples/server/console"
	"github.com/extflow/extflow/examples/server/gate"
)

// Who is let in: until somebody may sign in, here or at a provider, those whom the gate
// admits; from then on those who have signed in, and whoever bears the administrators'
// token.

type admittedKey struct{}

// visitor is whoever is let in where nobody signs in.
const visitor = "you"

// doors stands before everything that is not open to everybody.
func (s *server) doors(admin http.Handler) http.Handler {
	gated := gate.Gate{Token: s.set.token}.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		by := visitor
		if r.Header.Get("Authorization") != "" {
			by = "token"
		}
		enter(admin, w, r, context.WithValue(api.By(r.Context(), by), admittedKey{}, true))
	}))
	known := http.NewCrossOriginProtection().Handler(admin)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page := !s.forPrograms(r.URL.Path)
		switch {
		case s.set.token != "" && r.Header.Get("Authorization") != "":
			gated.ServeHTTP(w, r)
		case page && strings.HasPrefix(r.URL.Path, "/assets/"), page && r.URL.Path == "/first" && s.people.IsFirst(r):
			s.console.ServeHTTP(w, r)
		case page && s.elsewhere != nil && strings.HasPrefix(r.URL.Path, "/openid/"):
			s.elsewhere.ServeHTTP(w, r)
		case !s.people.Any(r.Context()):
			gated.ServeHTTP(w, r)
		case page:
			s.console.ServeHTTP(w, r)
		default:
			if who, ok := s.people.Who(r); ok && who.Role == console.Administrator {
				enter(known, w, r, api.By(r.Context(), who.ID))
				return
			}
			http.Error(w, "sign in to the console as an administrator, or write Authorization: Bearer and the token that EXTFLOW_ADMIN_TOKEN has", http.StatusUnauthorized)
		}
	})
}

// enter lets somebody in, with what is known of who it is.
func enter(h http.Handler, w http.ResponseWriter, r *http.Request, ctx context.Context) {
	inside := r.WithContext(ctx)
	h.ServeHTTP(w, inside)
	r.Pattern = inside.Pattern // for those who count requests by route
}

// forPrograms reports whether a path is of the API or for operations, not of the
// console.
func (s *server) forPrograms(path string) bool {
	if strings.HasPrefix(path, "/api/") {
		return true
	}
	for _, r := range s.routes {
		if r.pattern == path {
			return true
		}
	}
	return false
}

// who is whom the gate admitted: an administrator, for the console.
func (s *server) who(r *http.Request) (console.Person, bool) {
	admitted, _ := r.Context().Value(admittedKey{}).(bool)
	return console.Person{ID: visitor, Role: console.Administrator}, admitted
}
