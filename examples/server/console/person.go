package console

import (
	"net/http"
)

// Who uses the console, and what they may do.

// Person is who uses the console.
type Person struct {
	ID    string // as drafts are kept by; "you" where the host knows no persons
	Name  string
	Role  Role
	Agent string // the agent who this person is; empty is none
}

// Role is what a person may do.
type Role string

// The roles. An agent sees and changes what is their own; a supervisor sees all,
// hears voicemail, ends calls and sets presences; an administrator changes the
// account.
const (
	Agent         Role = "agent"
	Supervisor    Role = "supervisor"
	Administrator Role = "admin"
)

// Roles are all roles, the one that may least first.
func Roles() []Role { return []Role{Agent, Supervisor, Administrator} }

// may reports whether the role may do what another one may.
func (r Role) may(what Role) bool {
	rank := map[Role]int{Agent: 1, Supervisor: 2, Administrator: 3}
	return rank[r] >= rank[what]
}

type personKey struct{}

// person is who makes a request.
func person(r *http.Request) Person {
	p, _ := r.Context().Value(personKey{}).(Person)
	return p
}
