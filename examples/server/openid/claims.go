package openid

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/extflow/extflow/examples/server/console"
)

// What claims say of a person.

// person is who a token is about, and what they may do here. The error is for them.
func (h *Handler) person(token *oidc.IDToken) (console.Person, error) {
	var claims map[string]any
	if err := token.Claims(&claims); err != nil || token.Subject == "" {
		return console.Person{}, errors.New("the provider did not say who you are. Ask whoever looks after it")
	}
	who := console.Person{ID: "openid/" + token.Subject, Agent: first(words(at(claims, h.cfg.AgentClaim)))}
	for _, claim := range []string{"name", "preferred_username", "email"} {
		if who.Name == "" {
			who.Name = first(words(claims[claim]))
		}
	}
	if h.cfg.AccountClaim != "" && !slices.Contains(words(at(claims, h.cfg.AccountClaim)), h.cfg.Account) {
		return who, fmt.Errorf("you may not use the account %s. Whoever looks after the provider can change that: the claim %s names the accounts", h.cfg.Account, h.cfg.AccountClaim)
	}
	has := words(at(claims, h.cfg.RoleClaim))
	for _, role := range console.Roles() { // the one that may most is the last
		if slices.ContainsFunc(h.wordsFor(role), func(w string) bool { return slices.Contains(has, w) }) {
			who.Role = role
		}
	}
	if who.Role == "" {
		return who, fmt.Errorf("you have no role here. Whoever looks after the provider can give you one: the claim %s names the roles", h.cfg.RoleClaim)
	}
	if who.Role == console.Agent && who.Agent == "" {
		return who, fmt.Errorf("you are an agent here, but nobody says which. Whoever looks after the provider can: the claim %s has the agent's id", h.cfg.AgentClaim)
	}
	return who, nil
}

func (h *Handler) wordsFor(role console.Role) []string {
	if h.cfg.Roles == nil {
		return []string{string(role)}
	}
	return h.cfg.Roles[role]
}

// at is a claim; dots lead into objects where no claim has the name as it stands, as those
// that are addresses do.
func at(claims map[string]any, name string) any {
	if v, ok := claims[name]; ok {
		return v
	}
	head, rest, deeper := strings.Cut(name, ".")
	inner, ok := claims[head].(map[string]any)
	if !deeper || !ok {
		return nil
	}
	return at(inner, rest)
}

// words are the texts of a claim: one, or a list. Blanks divide nothing: "no admin" is
// one word, and not the word admin.
func words(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var all []string
		for _, one := range v {
			if s, ok := one.(string); ok {
				all = append(all, s)
			}
		}
		return all
	}
	return nil
}

func first(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return all[0]
}
