package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStart_everyFaultOfTheConfigurationIsToldAtOnce(t *testing.T) {
	t.Parallel()
	env := map[string]string{
		"EXTFLOW_DB": "mysql://root@localhost/calls", "EXTFLOW_SIMULATOR": "perhaps", "TWILIO_AUTH_TOKEN": "secret-token", "VONAGE_API_KEY": "k", "TELNYX_API_KEY": "k",
		"EXTFLOW_ADMIN_TOKEN": "short", "EXTFLOW_LOG": "xml", "EXTFLOW_TLS_CERT": "cert.pem", "EXTFLOW_APPLY": "maybe",
	}
	err := run(t.Context(), []string{"-addr", "8080", "leftover"}, lookup(env), new(said), new(said))
	require.ErrorIs(t, err, errSettings)
	for _, want := range []string{
		"-addr", "8080", "leftover", "write a file's name, as in extflow.db", "EXTFLOW_SIMULATOR", "EXTFLOW_APPLY", "TWILIO_ACCOUNT_SID is not",
		"no -public-url", "Vonage needs VONAGE_APPLICATION_ID, VONAGE_PRIVATE_KEY, VONAGE_SIGNATURE_SECRET too", "Telnyx needs TELNYX_ACCOUNT_ID, TELNYX_APPLICATION_ID, TELNYX_PUBLIC_KEY too",
		"EXTFLOW_ADMIN_TOKEN: 5 characters", "text or json", "-tls-key",
	} {
		require.ErrorContains(t, err, want)
	}
	require.NotContains(t, err.Error(), "secret-token")
}

func TestStart_aCarriersSecretWithoutAPublicURLDoesNotStart(t *testing.T) {
	t.Parallel()
	for _, env := range []map[string]string{
		{"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "t"},
		{"TWILIO_ACCOUNT_SID": "AC1"},
		{"TWILIO_AUTH_TOKEN": "t"},
	} {
		require.ErrorContains(t, run(t.Context(), nil, lookup(env), new(said), new(said)), "EXTFLOW_PUBLIC_URL")
	}
	for _, public := range []string{"calls.example.com", "ftp://x", "https://", "https://x?y=1", "https://u:p@x", "https://x#y", "::"} {
		env := twilioOn()
		env["EXTFLOW_PUBLIC_URL"] = public
		require.ErrorContains(t, run(t.Context(), nil, lookup(env), new(said), new(said)), "-public-url", public)
	}
}

func TestStart_aFlagCountsForMoreThanItsTwin(t *testing.T) {
	t.Parallel()
	env := lookup(map[string]string{"EXTFLOW_ADDR": "127.0.0.1:1", "EXTFLOW_CONFIG": "a.yaml", "EXTFLOW_DB": "memory:", "EXTFLOW_PUBLIC_URL": "https://a.example/"})
	twin, err := readSettings(nil, env, nil)
	require.NoError(t, err)
	require.Equal(t, []string{"127.0.0.1:1", "a.yaml", "https://a.example"}, []string{twin.addr, twin.config, twin.publicURL})
	set, err := readSettings([]string{"-addr", "127.0.0.1:2", "-config", "b.yaml", "-public-url", "https://b.example", "-apply", "-simulator=false"}, env, nil)
	require.NoError(t, err)
	require.Equal(t, []string{"127.0.0.1:2", "b.yaml", "https://b.example"}, []string{set.addr, set.config, set.publicURL})
	require.True(t, set.apply)
	require.False(t, set.simulator)

	usual, err := readSettings(nil, lookup(nil), nil)
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:8080", usual.addr, "on loopback unless somebody says otherwise")
	require.True(t, usual.simulator, "on while no carrier is")
	with, err := readSettings(nil, lookup(twilioOn()), nil)
	require.NoError(t, err)
	require.False(t, with.simulator, "with one it must be asked for")
	asked, err := readSettings([]string{"-simulator"}, lookup(twilioOn()), nil)
	require.NoError(t, err)
	require.True(t, asked.simulator)
}

func TestStart_helpListsTheFlagsAndTheirTwins(t *testing.T) {
	t.Parallel()
	var help bytes.Buffer
	require.Error(t, run(t.Context(), []string{"-help"}, lookup(nil), &help, new(said)))
	for _, want := range []string{"-addr", "EXTFLOW_ADDR", "-config", "-apply", "-db", "-public-url", "-simulator", "EXTFLOW_ADMIN_TOKEN", "TWILIO_AUTH_TOKEN"} {
		require.Contains(t, help.String(), want)
	}
	require.ErrorContains(t, run(t.Context(), []string{"-nonsense"}, lookup(nil), &help, new(said)), "-help lists the flags")
}
