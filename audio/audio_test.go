package audio_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/audio"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
	"github.com/extflow/extflow/storage/storagetest"
)

func office(t *testing.T) storage.Store {
	store := memory.New(memory.Config{})
	for _, account := range []string{"acme", "globex"} {
		_, err := extflow.Install(t.Context(), store, extflow.Setup{Account: account}, at)
		require.NoError(t, err)
	}
	return store
}

var at = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func upload(t *testing.T, store storage.Store, account, name string, n int) storage.File {
	f, err := store.Audio().Put(t.Context(), account, name, bytes.NewReader(storagetest.Wave(n)))
	require.NoError(t, err)
	return f
}

// carrier is the server as a carrier sees it.
type carrier struct {
	*testing.T
	url string
}

func serve(t *testing.T, s storage.Audio) carrier {
	mux := http.NewServeMux()
	mux.Handle("GET /media"+audio.Pattern, &audio.Handler{Store: s})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return carrier{t, server.URL + "/media"}
}

func (c carrier) get(path string, header ...string) (*http.Response, []byte) {
	c.Helper()
	req, err := http.NewRequestWithContext(c.Context(), http.MethodGet, c.url+path, nil)
	require.NoError(c, err)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(c, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(c, err)
	return resp, body
}

func TestHandler_answersAFileWholeInPartsAndNotAgain(t *testing.T) {
	t.Parallel()
	store := office(t)
	f := upload(t, store, "acme", "hold.wav", 5000)
	c := serve(t, store.Audio())
	path := "/acme/" + f.Content + "/hold.wav"
	resp, body := c.get(path)
	require.Equal(t, http.StatusOK, resp.StatusCode)
	require.Equal(t, storagetest.Wave(5000), body)
	require.Equal(t, "audio/wav", resp.Header.Get("Content-Type"))
	require.Equal(t, "public, max-age=31536000, immutable", resp.Header.Get("Cache-Control"))
	require.NotEmpty(t, resp.Header.Get("Last-Modified"))
	part, body := c.get(path, "Range", "bytes=100-199")
	require.Equal(t, http.StatusPartialContent, part.StatusCode)
	require.Equal(t, storagetest.Wave(5000)[100:200], body)
	again, body := c.get(path, "If-None-Match", resp.Header.Get("ETag"))
	require.Equal(t, http.StatusNotModified, again.StatusCode)
	require.Empty(t, body)
}

func TestHandler_answersNothingToWhoeverGuesses(t *testing.T) {
	t.Parallel()
	store := office(t)
	mine, theirs := upload(t, store, "acme", "hold.wav", 100), upload(t, store, "globex", "hold.wav", 200)
	c := serve(t, store.Audio())
	for _, path := range []string{
		"/acme/" + theirs.Content + "/hold.wav", "/globex/" + mine.Content + "/hold.wav", "/acme/hold.wav/hold.wav",
		"/initech/" + mine.Content + "/hold.wav", "/acme/%2e%2e/hold.wav",
	} {
		resp, _ := c.get(path)
		require.Equal(t, http.StatusNotFound, resp.StatusCode, path)
		require.Empty(t, resp.Header.Get("ETag"))
	}
}

// down is a store that is out of reach.
type down struct{ storage.Audio }

func (down) Open(context.Context, string, string) (storage.Sound, error) {
	return storage.Sound{}, errors.New("secret of the database")
}

func TestHandler_saysToComeAgainWhereTheStoreIsDown(t *testing.T) {
	t.Parallel()
	resp, body := serve(t, down{}).get("/acme/x/y")
	require.Equal(t, http.StatusServiceUnavailable, resp.StatusCode)
	require.NotContains(t, string(body), "secret")
	require.NotContains(t, resp.Header.Get("Cache-Control"), "public")
}

func TestPin_callsOfAReleasePlayWhatItNamedWhateverIsUploadedLater(t *testing.T) {
	t.Parallel()
	store := office(t)
	old := upload(t, store, "acme", "hold.wav", 100)
	s, err := audio.Pin(t.Context(), store.Audio(), "acme", flow.Settings{Messages: map[string]flow.Message{
		"hold": *flow.Play("hold.wav"), "web": *flow.Play("https://media.example.com/x.mp3"),
	}})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"hold.wav": old.Content}, s.Audio)
	first, err := flow.NewRelease("acme", "r2", 2, at, s)
	require.NoError(t, err)
	require.NoError(t, store.Releases().Publish(t.Context(), first))
	upload(t, store, "acme", "hold.wav", 200)
	first, err = store.Releases().Load(t.Context(), "acme", "r2")
	require.NoError(t, err)
	book, err := first.Book()
	require.NoError(t, err)
	require.Equal(t, flow.Message{Play: "hold.wav", Content: old.Content, Language: "en-US"}, book.Message("hold"))
	require.Empty(t, book.Message("web").Content)
}

func TestPin_tellsEveryFileThatIsMissingAndWhichMayBeMeant(t *testing.T) {
	t.Parallel()
	store := office(t)
	upload(t, store, "acme", "hold.wav", 100)
	upload(t, store, "globex", "mine.wav", 100)
	_, err := audio.Pin(t.Context(), store.Audio(), "acme", flow.Settings{
		Messages:  map[string]flow.Message{"hold": *flow.Play("hodl.wav")},
		Mailboxes: map[string]flow.Mailbox{"team": {Greeting: flow.Play("mine.wav")}},
	})
	require.EqualError(t, err, `messages.hold.play: no file "hodl.wav"; did you mean "hold.wav"?
mailboxes.team.greeting.play: no file "mine.wav"; add it to the uploaded audio, or name one that is there`)
}
