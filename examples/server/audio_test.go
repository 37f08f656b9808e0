package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/storage/storagetest"
)

func TestAudio_anUploadedFileIsPlayedToCallersByAnAddressThatNobodyGuesses(t *testing.T) {
	t.Parallel()
	p := start(t, twilioOn())
	welcome := object{"welcome": object{"play": "wellcome.wav"}, "wrong": object{"say": "Sorry."}}
	require.Equal(t, []any{`line 1: no file "wellcome.wav"; add it to the uploaded audio, or name one that is there`},
		messagesOf(p.post("/api/v1/releases", object{"expected": 1, "document": object{"messages": welcome}}).is(422)))
	wave := string(storagetest.Wave(4000))
	up := p.send(http.MethodPut, "/api/v1/audio/welcome.wav", wave, "Content-Type", "audio/wav").is(200)
	require.Equal(t, []any{"audio/wav", false}, []any{up.at("type"), up.at("played")})
	require.Contains(t, messagesOf(p.post("/api/v1/releases", object{"expected": 1, "document": object{"messages": welcome}}).is(422))[0], `did you mean "welcome.wav"?`)
	welcome["welcome"] = object{"play": "welcome.wav"}
	p.post("/api/v1/releases", object{"expected": 1, "document": object{"messages": welcome}}).is(201)
	require.Equal(t, true, p.get("/api/v1/audio").is(200).at("files", 0, "played"))
	p.send(http.MethodDelete, "/api/v1/audio/welcome.wav", nil).is(409)

	played := func(sid string) string {
		call := url.Values{"CallSid": {sid}, "AccountSid": {"AC00000000000000000000000000000001"}, "From": {alice}, "To": {"+12025550100"}, "CallStatus": {"ringing"}, "Direction": {"inbound"}}
		_, rest, ok := strings.Cut(p.webhook("https://calls.example.com/twilio/voice", call).is(200).text, "<Play>")
		require.True(t, ok)
		address, _, _ := strings.Cut(rest, "</Play>")
		return strings.TrimPrefix(address, "https://calls.example.com")
	}
	first := played("CA1")
	require.Regexp(t, `^/media/acme/[0-9a-f]{40}/welcome\.wav$`, first)
	got := p.send(http.MethodGet, first, nil, "X-Forwarded-For", "54.172.60.0").is(200) // carriers bear no token
	require.Equal(t, wave, got.text)
	require.Equal(t, []string{"audio/wav", "public, max-age=31536000, immutable"}, []string{got.header.Get("Content-Type"), got.header.Get("Cache-Control")})
	require.Equal(t, wave[10:20], p.send(http.MethodGet, first, nil, "Range", "bytes=10-19").is(206).text)
	p.get(strings.Replace(first, "acme", "globex", 1)).is(404)

	p.send(http.MethodPut, "/api/v1/audio/welcome.wav", string(storagetest.Wave(50)), "Content-Type", "audio/wav").is(200)
	require.Equal(t, first, played("CA2"), "the version that is published plays what it named")
	exported := p.get("/api/v1/document").is(200).text
	require.Contains(t, exported, "play: welcome.wav")
	p.put("/api/v1/document", exported).is(200)
	require.NotEqual(t, first, played("CA3"), "the next one plays the file as it is")
	require.Equal(t, wave, p.get(first).is(200).text, "for calls of the version before")
	require.Equal(t, string(storagetest.Wave(50)), p.get("/api/v1/audio/welcome.wav").is(200).text)
}

func messagesOf(a answer) (all []any) {
	for i := range a.at("errors").([]any) {
		all = append(all, a.at("errors", i, "message"))
	}
	return all
}

func TestAudio_whatNoCarrierPlaysIsRefusedAndSaysWhatToDo(t *testing.T) {
	t.Parallel()
	p := still(t)
	refused := p.send(http.MethodPut, "/api/v1/audio/page.wav", "<html>", "Content-Type", "audio/wav").is(422)
	require.Contains(t, refused.word("detail"), "neither MP3 nor WAV")
	p.send(http.MethodPut, "/api/v1/audio/big.wav", string(storagetest.Wave(16<<20)), "Content-Type", "audio/wav").is(422)
	p.send(http.MethodPut, "/api/v1/audio/.hidden", string(storagetest.Wave(10)), "Content-Type", "audio/wav").is(422)
	require.Empty(t, p.get("/api/v1/audio").is(200).at("files"))
	p.get("/api/v1/audio/none.wav").is(404)
	p.send(http.MethodDelete, "/api/v1/audio/none.wav", nil).is(404)
	sorry := p.put("/api/v1/document", "account: acme\nnumbers: {\"+12025550100\": {hangup: goodbye, emergency: {hangup: {play: sorry.wav}}}}\n").is(422)
	require.Contains(t, sorry.text, "an emergency is for when nothing answers here")
}

func TestAudio_aNewAccountCannotPlayWhatNobodyHasUploaded(t *testing.T) {
	t.Parallel()
	doc := file(t, "acme.yaml", "account: acme\nmessages: {welcome: {play: hello.mp3}}\n")
	err := run(t.Context(), []string{"-db", inMemory, "-addr", "127.0.0.1:0", "-config", doc}, lookup(nil), new(said), new(said))
	require.ErrorContains(t, err, "plays uploaded audio (hello.mp3), and a new account has none")
}
