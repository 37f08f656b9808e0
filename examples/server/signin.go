package main

import (
	"flag"
	"strings"

	"github.com/extflow/extflow/examples/server/openid"
)

// Signing in elsewhere, at an OpenID Connect provider, as it is configured.

// openIDFlags are its flags, each with its twin in the environment; the secret has no flag.
func (s *settings) openIDFlags(fs *flag.FlagSet, env func(string) string) {
	o := &s.openID
	fs.StringVar(&o.Issuer, "oidc-issuer", env("EXTFLOW_OIDC_ISSUER"), "an OpenID Connect provider at which people sign in to the console, as in https://login.example.com (EXTFLOW_OIDC_ISSUER)")
	fs.StringVar(&o.ClientID, "oidc-client", env("EXTFLOW_OIDC_CLIENT"), "what the provider calls the console (EXTFLOW_OIDC_CLIENT)")
	fs.StringVar(&o.RoleClaim, "oidc-role-claim", env("EXTFLOW_OIDC_ROLE_CLAIM"), "the claim with a person's roles, as in realm_access.roles; roles (EXTFLOW_OIDC_ROLE_CLAIM)")
	fs.StringVar(&o.AgentClaim, "oidc-agent-claim", env("EXTFLOW_OIDC_AGENT_CLAIM"), "the claim with the id of the agent who a person is; extflow_agent (EXTFLOW_OIDC_AGENT_CLAIM)")
	fs.StringVar(&o.AccountClaim, "oidc-account-claim", env("EXTFLOW_OIDC_ACCOUNT_CLAIM"), "the claim with the accounts that a person may use; every account (EXTFLOW_OIDC_ACCOUNT_CLAIM)")
	fs.StringVar(&s.openIDRoles, "oidc-roles", env("EXTFLOW_OIDC_ROLES"), "what the roles are called there, as in admin=phone-admins;supervisor=leads;agent=everybody (EXTFLOW_OIDC_ROLES)")
	fs.StringVar(&s.openIDScopes, "oidc-scopes", env("EXTFLOW_OIDC_SCOPES"), "what is asked for beside openid, with blanks between; profile email (EXTFLOW_OIDC_SCOPES)")
}

func (s *settings) checkOpenID(env func(string) string, fault func(string, ...any)) {
	o := &s.openID
	if o.Issuer == "" && o.ClientID == "" {
		return
	}
	o.Secret = env("EXTFLOW_OIDC_SECRET")
	if s.openIDScopes != "" {
		o.Scopes = strings.Fields(s.openIDScopes)
	}
	var err error
	if o.Roles, err = openid.ReadRoles(s.openIDRoles); err != nil {
		fault("-oidc-roles (EXTFLOW_OIDC_ROLES): %w", err)
	}
	if err := o.Check(); err != nil {
		fault("-oidc-issuer, -oidc-client, -oidc-roles (EXTFLOW_OIDC_…): %w", err)
	}
}

// signInElsewhere makes what takes people to the provider, if there is one.
func (s *server) signInElsewhere() (err error) {
	if s.set.openID.Issuer == "" {
		return nil
	}
	c := s.set.openID
	c.Account, c.Public, c.Logger = s.account, s.set.publicURL, s.log
	s.elsewhere, err = openid.New(c, s.people, s.console)
	return err
}
