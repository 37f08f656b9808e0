package main

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

// Once people sign in at a provider, this machine alone is no reason to let anybody in.
func TestSignIn_elsewhereClosesTheDoorOfThisMachine(t *testing.T) {
	t.Parallel()
	p := start(t, map[string]string{"EXTFLOW_OIDC_ISSUER": "http://127.0.0.1:1", "EXTFLOW_OIDC_CLIENT": "console"})
	require.NotContains(t, p.said.String(), "makes the first administrator")
	p.get("/api/v1/agents").is(401)
	require.Contains(t, p.get("/signin").is(200).text, "Sign in at 127.0.0.1")
	require.Contains(t, p.get("/openid/start").is(502).text, "The provider cannot be reached")
	require.Contains(t, p.get("/openid/back?code=1&state=2").is(400).text, "Begin again")
	require.Contains(t, p.get("/flows").text, "Sign in at 127.0.0.1")

	err := run(t.Context(), nil, lookup(map[string]string{"EXTFLOW_OIDC_ISSUER": "http://login.example.com", "EXTFLOW_OIDC_ROLES": "admins"}), new(said), new(said))
	for _, says := range []string{"write https", "client id", "EXTFLOW_OIDC_ROLES"} {
		require.ErrorContains(t, err, says)
	}
}

// What is taken from the database for good bears the name of whoever asked for it, in
// the log.
func TestSignIn_whoHasANumberErasedIsInTheLog(t *testing.T) {
	t.Parallel()
	p := start(t, map[string]string{"EXTFLOW_ADMIN_TOKEN": "a token of some length, for programs"})
	erase := func() { p.post("/api/v1/subjects/erase", object{"number": "+14155550100"}).is(200) }
	erase()
	require.Regexp(t, `erased.*by.{1,3}token`, p.logged.String())

	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	p.client.Jar, p.token = jar, ""
	in, err := p.client.PostForm(p.base+"/"+p.server.people.First(), url.Values{"login": {"grace"}, "password": {"seven purple bicycles"}, "again": {"seven purple bicycles"}})
	require.NoError(t, err)
	require.NoError(t, in.Body.Close())
	require.Equal(t, http.StatusOK, in.StatusCode)
	erase()
	require.Regexp(t, `erased.*by.{1,3}grace`, p.logged.String())
}
