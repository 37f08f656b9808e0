package main

import (
	"crypto/sha256"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/feed"
)

// leaves is a caller who leaves a message of seven seconds for the team.
func (p *process) leaves() (call string) {
	p.t.Helper()
	phone, _ := p.dial(alice)
	p.post(phone+"/keys", object{"keys": "1002"}).is(200) // Grace is offline
	p.post(phone+"/speak", object{"for": "7s"}).is(200)
	p.skip(7 * time.Second)
	p.post(phone+"/hangup", nil).is(200)
	p.skip(time.Minute)
	return p.get("/api/v1/voicemail/team").is(200).word("messages", 0, "call")
}

func TestVoicemail_aRecordingIsPlayedWhereverItIsAndGoneWithItsMessage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := still(t, "-recordings", dir)
	message := "/api/v1/voicemail/team/" + p.leaves()
	p.spec = nil // what follows is no JSON
	whole := p.get(message + "/recording").is(200)
	require.Equal(t, "private, no-store", whole.header.Get("Cache-Control"))
	require.Len(t, whole.text, 44+7*8000)
	p.until(func() bool { return files(t, dir) == 1 })
	require.Equal(t, sha256.Sum256([]byte(whole.text)), sha256.Sum256([]byte(p.get(message+"/recording").is(200).text)))
	require.Equal(t, whole.text[:4], p.send(http.MethodGet, message+"/recording", nil, "Range", "bytes=0-3").is(206).text)
	p.get("/api/v1/voicemail/ada/" + message[strings.LastIndex(message, "/")+1:] + "/recording").is(404)
	p.get("/api/v1/voicemail/team/guessed/recording").is(404)
	p.send(http.MethodDelete, message, nil).is(204)
	p.get(message + "/recording").is(404)
	p.until(func() bool { return files(t, dir) == 0 })
}

func TestVoicemail_inWordsIsShownExportedAndErased(t *testing.T) {
	t.Parallel()
	const words = "This is Charles Babbage."
	p := still(t)
	p.put("/api/v1/mailboxes/team", object{"transcribe": true}).is(200)
	phone, _ := p.dial(alice)
	p.post(phone+"/keys", object{"keys": "1002"}).is(200)
	p.post(phone+"/speak", object{"for": "7s", "words": words}).is(200)
	p.skip(7 * time.Second)
	p.post(phone+"/hangup", nil).is(200)
	p.skip(time.Minute)
	require.Equal(t, words, p.get("/api/v1/voicemail/team").is(200).word("messages", 0, "words"))
	require.Contains(t, p.get("/api/v1/feed").is(200).text, "message_transcribed")
	require.NotContains(t, p.get("/api/v1/feed").text, words)
	require.Contains(t, p.post("/api/v1/subjects/export", object{"number": alice}).is(200).text, words)
	p.post("/api/v1/subjects/erase", object{"number": alice}).is(200)
	require.NotContains(t, p.get("/api/v1/voicemail/team").is(200).text, words)
}

func files(t *testing.T, dir string) (n int) {
	t.Helper()
	folders, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, f := range folders {
		kept, err := os.ReadDir(dir + "/" + f.Name())
		require.NoError(t, err)
		for _, k := range kept {
			if !strings.HasPrefix(k.Name(), ".") {
				n++
			}
		}
	}
	return n
}

func TestWebhook_aProductHearsOfTheMessageSigned(t *testing.T) {
	t.Parallel()
	const secret = "a secret of sixteen"
	heard := make(chan string, 100)
	product := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if feed.Verify(secret, r.Header.Get(feed.SignatureHeader), body, time.Now(), time.Minute) != nil {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		heard <- string(body)
	}))
	t.Cleanup(product.Close)
	p := start(t, map[string]string{"EXTFLOW_WEBHOOK_URL": product.URL, "EXTFLOW_WEBHOOK_SECRET": secret})
	p.put("/api/v1/simulator/clock", object{"running": false}).is(200)
	call := p.leaves()
	for {
		select {
		case body := <-heard:
			if strings.Contains(body, `"message_left"`) {
				require.Contains(t, body, call)
				require.Contains(t, body, `"seconds":7`)
				return
			}
		case <-time.After(time.Minute):
			require.Fail(t, "nobody told the product")
		}
	}
}
