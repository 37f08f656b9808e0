package vonage_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/vonage"
	"github.com/extflow/extflow/adapter/vonage/vonagetest"
)

func TestRecording_isFetchedWithTheApplicationsTokenAsLongAsItIsKept(t *testing.T) {
	t.Parallel()
	far := vonagetest.Start(t, vonagetest.Config{Clock: time.Now})
	reported := make(chan string, 1)
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/answer" {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `[{"action":"record","beepStart":true,"endOnSilence":3,"eventUrl":["http://`+r.Host+`/taped"]}]`)
		}
	}))
	t.Cleanup(site.Close)
	far.Link(vonagetest.Application{AnswerURL: site.URL + "/answer", EventURL: site.URL + "/event"})
	far.Assign("12025550100")
	far.Observe(func(h vonagetest.Happening) {
		if h.What == vonagetest.Sent && h.Request.For == vonagetest.ForRecord {
			reported <- h.Request.Sent
		}
	})
	phone, err := far.Dial(t.Context(), "14155550100", "12025550100", vonagetest.Options{})
	require.NoError(t, err)
	require.NoError(t, phone.Speak(t.Context(), 2*time.Second))
	require.NoError(t, far.Wait(t.Context(), 10*time.Second))
	ref := field(t, <-reported, "recording_url")

	vo, err := vonage.New(vonage.Config{
		ApplicationID: far.ApplicationID(), PrivateKey: far.PrivateKey(), APIKey: far.APIKey(), SignatureSecrets: []string{far.SignatureSecret()},
		PublicURL: "https://calls.example.com/vonage", APIURL: far.URL(), Pace: -1,
	})
	require.NoError(t, err)
	got, err := adapter.FetchRecording(t.Context(), vo, ref)
	require.NoError(t, err)
	sound, err := io.ReadAll(got.Body)
	require.NoError(t, err)
	require.NoError(t, got.Body.Close())
	require.Equal(t, "audio/mpeg", got.Type)
	require.Greater(t, len(sound), 5*3000, "two seconds of speech and three of silence")

	far.Forget()
	_, err = vo.FetchRecording(t.Context(), ref)
	require.ErrorIs(t, err, adapter.ErrGone)
	require.ErrorIs(t, adapter.DeleteRecording(t.Context(), vo, ref), errors.ErrUnsupported)
	for _, elsewhere := range []string{"", "RE1", "http://169.254.169.254/v1/files/1", "https://api.nexmo.com.evil.example/v1/files/1", site.URL + "/v1/files/1", "https://u:p@api.nexmo.com/v1/files/1", far.URL()} {
		_, err = vo.FetchRecording(t.Context(), elsewhere)
		require.ErrorIs(t, err, adapter.ErrRefused, elsewhere)
	}
}

// Where the API is Vonage's own, the token goes nowhere but to its hosts, over TLS.
func TestRecording_elsewhereThanAtVonageGetsNoToken(t *testing.T) {
	t.Parallel()
	far := vonagetest.New(vonagetest.Config{})
	asked := 0
	vo, err := vonage.New(vonage.Config{
		ApplicationID: far.ApplicationID(), PrivateKey: far.PrivateKey(), APIKey: far.APIKey(), SignatureSecrets: []string{far.SignatureSecret()},
		PublicURL: "https://calls.example.com/vonage", HTTPClient: &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
			asked++
			return &http.Response{StatusCode: http.StatusNotFound, Body: http.NoBody, Header: http.Header{}, Request: r}, nil
		})},
	})
	require.NoError(t, err)
	for _, ref := range []string{"http://api.nexmo.com/v1/files/1", "https://nexmo.com.example/1", "https://evilnexmo.com/1"} {
		_, err = vo.FetchRecording(t.Context(), ref)
		require.ErrorIs(t, err, adapter.ErrRefused, ref)
	}
	require.Zero(t, asked)
	_, err = vo.FetchRecording(t.Context(), "https://api-us-3.vonage.com/v1/files/1")
	require.ErrorIs(t, err, adapter.ErrGone)
	require.Equal(t, 1, asked)
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func field(t *testing.T, body, name string) string {
	t.Helper()
	var fields map[string]any
	require.NoError(t, json.Unmarshal([]byte(body), &fields))
	text, ok := fields[name].(string)
	require.True(t, ok, body)
	return text
}
