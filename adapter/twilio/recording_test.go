package twilio

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter"
)

// media is a Twilio that has one recording, RE1, and remembers what was deleted.
func media(t *testing.T) (*httptest.Server, *[]string) {
	t.Helper()
	deleted := new([]string)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		switch {
		case user != "AC1" || password != "secret":
			w.WriteHeader(http.StatusUnauthorized)
		case r.Method == http.MethodDelete && r.URL.Path == "/2010-04-01/Accounts/AC1/Recordings/RE1.json":
			*deleted = append(*deleted, "RE1")
			w.WriteHeader(http.StatusNoContent)
		case r.URL.Path == "/2010-04-01/Accounts/AC1/Recordings/RE1.mp3":
			_, _ = w.Write([]byte("ID3 sound"))
		case r.URL.Path == "/2010-04-01/Accounts/AC1/Recordings/RE2.mp3": // kept elsewhere
			http.Redirect(w, r, "/2010-04-01/Accounts/AC1/Recordings/RE1.mp3", http.StatusFound)
		case r.URL.Path == "/2010-04-01/Accounts/AC1/Recordings/RE3.mp3":
			http.Redirect(w, r, "http://169.254.169.254/", http.StatusFound)
		case r.URL.Path == "/2010-04-01/Accounts/AC1/Recordings/RE4.mp3":
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(server.Close)
	return server, deleted
}

func TestRecording_isFetchedWithTheAccountsCredentialsAndDeleted(t *testing.T) {
	t.Parallel()
	server, deleted := media(t)
	_, tw := newLine(t, Config{AccountSID: "AC1", AuthTokens: []string{"secret"}, APIURL: server.URL})
	for _, ref := range []string{"RE1", "RE2"} {
		r, err := adapter.FetchRecording(t.Context(), tw, ref)
		require.NoError(t, err)
		all, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		require.NoError(t, r.Body.Close())
		require.Equal(t, "ID3 sound", string(all))
		require.Equal(t, "audio/mpeg", r.Type)
	}
	require.NoError(t, adapter.DeleteRecording(t.Context(), tw, "RE1"))
	require.NoError(t, adapter.DeleteRecording(t.Context(), tw, "RE9"), "it is gone already")
	require.Equal(t, []string{"RE1"}, *deleted)
}

func TestRecording_thatCannotBeFetchedSaysWhy(t *testing.T) {
	t.Parallel()
	server, deleted := media(t)
	_, tw := newLine(t, Config{AccountSID: "AC1", AuthTokens: []string{"secret"}, APIURL: server.URL})
	_, err := tw.FetchRecording(t.Context(), "RE9")
	require.ErrorIs(t, err, adapter.ErrGone)
	_, err = tw.FetchRecording(t.Context(), "RE3")
	require.ErrorContains(t, err, "not followed", "not without TLS, and not with the credentials")
	_, err = tw.FetchRecording(t.Context(), "RE4")
	require.ErrorContains(t, err, "503")
	require.NotErrorIs(t, err, adapter.ErrRefused, "it may pass")
	for _, ref := range []string{"", "RE", "../RE1", "RE1/../../Calls/CA1", "https://api.twilio.com/RE1", "CA1"} {
		_, err := tw.FetchRecording(t.Context(), ref)
		require.ErrorIs(t, err, adapter.ErrRefused, ref)
		require.ErrorIs(t, tw.DeleteRecording(t.Context(), ref), adapter.ErrRefused, ref)
	}
	_, wrong := newLine(t, Config{AccountSID: "AC1", AuthTokens: []string{"another"}, APIURL: server.URL})
	_, err = wrong.FetchRecording(t.Context(), "RE1")
	require.ErrorIs(t, err, adapter.ErrRefused)
	require.Empty(t, *deleted)
}
