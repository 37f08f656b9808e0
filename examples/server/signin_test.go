package main

import (
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
