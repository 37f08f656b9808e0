package console_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/storage/storagetest"
)

// A file is uploaded, heard, picked for a message, played to a caller on the page, and
// taken the place of; while callers hear it, it cannot be removed.
func TestJourney_anUploadedFileIsPlayedToACaller(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	b := open(t, s.base, "messages")
	b.expect("422")
	b.sees("No file yet").choose("#audio-file", "page.wav", "<html>").click("button", "Upload").sees("neither MP3 nor WAV").axe()
	b.choose("#audio-file", "hold.wav", string(storagetest.Wave(8000))).click("button", "Upload").sees("Uploaded.", "hold.wav", "WAV, 8 kB", "nothing in your draft").axe()
	require.InDelta(t, 0.5, eval[float64](b, `new Promise((ok, no) => { const a = document.querySelector("audio"); a.onloadedmetadata = () => ok(a.duration); a.onerror = () => no(new Error("no sound")); a.preload = "auto"; a.load() })`), 0.01)

	b.visit("flows/front-desk").fill("Ring for", "25s").pick("What callers hear first", "audio…").pick("Audio", "New file…")
	b.choose(`[id="f-greeting~upload"]`, "notes.txt", "hello").click("button", "Upload").sees("The file was not taken.", "neither MP3 nor WAV")
	b.choose(`[id="f-greeting~upload"]`, "welcome.wav", string(storagetest.Wave(9600))).click("button", "Upload").sees("It was made, and is picked here.").axe()
	require.Equal(t, []string{"play", "file:welcome.wav", "25s"}, eval[[]string](b, `["f-greeting~m", "f-greeting~file", "f-ring.time"].map(id => document.getElementById(id).value)`))
	b.visit("queues/support").pick("Music, or words", "audio…").pick("Audio", "hold.wav").sees("Draft saved")
	b.click("link", "Review and publish").sees("audio welcome.wav", "audio hold.wav").click("button", "Publish version 2").sees("Published.")

	b.visit("messages").sees("flow front-desk", "queue support", "live")
	b.expect("409")
	b.click("button", "Remove hold.wav").sees(`Version 2 plays the file "hold.wav"; publish without it first.`, "welcome.wav").axe()

	plays := func(file string) {
		b.until(file+" is played", func() bool {
			return soft[bool](b, `[...document.querySelectorAll("audio")].some(a => a.ariaLabel === "♪ `+file+`" && a.played.length && a.played.end(0) > 0.1)`)
		})
	}
	b.visit("phone").click("checkbox", "Let me hear it").click("button", "Call").sees("listen for")
	plays("welcome.wav")
	b.press("*").sees("hold with hold.wav")
	plays("hold.wav")
	require.True(t, eval[bool](b, `[...document.querySelectorAll("audio")].every(a => a.loop === (a.ariaLabel === "♪ hold.wav"))`), "music goes round")
	b.axe()

	b.visit("messages").choose("#audio-file", "new.wav", string(storagetest.Wave(5000))).fill("Name of the file", "hold.wav").click("button", "Upload")
	b.sees("callers still hear the earlier file", "1 change in your draft").click("link", "Review and publish").sees("hold.wav is a new file, uploaded").axe().click("button", "Publish version 3").sees("Published.")
	b.visit("versions/2").sees("hold.wav is a new file").visit("messages").misses("callers still hear").click("button", "Remove hold.wav").sees("Version 3 plays")
}

// A number's own form takes a file too, and where something else of it is wrong nothing that
// was typed is lost.
func TestJourney_aNumberIsAddedWithAFile(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	b := open(t, s.base, "numbers")
	b.expect("422")
	b.fill("Number", "12").fill("Label", "Closed line").pick("Call action", "Hang up").pick("What is said", "audio…").pick("Audio", "New file…")
	b.choose(`[id="f-action~upload"]`, "closed.wav", string(storagetest.Wave(8000))).click("button", "Add number").sees("too short").axe()
	require.Equal(t, []string{"12", "Closed line", "hangup", "play", "file:closed.wav"},
		eval[[]string](b, `["number", "label", "f-action", "f-action~m", "f-action~file"].map(id => document.getElementById(id).value)`), "nothing typed is lost, and the file need not be chosen again")
	b.fill("Number", "+1 202-555-0144").click("button", "Add number").sees("Saved.", "hang up saying audio closed.wav")
	b.fill("Number", "+1 202-555-0145").pick("Call action", "Hang up").pick("What is said", "audio…").pick("Audio", "New file…")
	b.choose(`[id="f-action~upload"]`, "notes.wav", "hello").click("button", "Add number").sees("neither MP3 nor WAV")
	b.choose(`[id="f-action~upload"]`, "bye.wav", string(storagetest.Wave(800))).click("button", "Add number").sees("Saved.", "hang up saying audio bye.wav")
}

// Without scripts a file comes with the form, and nothing else that was typed is lost.
func TestPages_takeAFileWithAForm(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	send := func(page, name, content string, fields map[string]string) (int, string) {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		for key, v := range fields {
			require.NoError(t, form.WriteField(key, v))
		}
		for _, field := range []string{"audio", "greeting~upload"} {
			file, err := form.CreateFormFile(field, name)
			require.NoError(t, err)
			_, err = io.WriteString(file, content)
			require.NoError(t, err)
		}
		require.NoError(t, form.Close())
		r, err := http.Post(s.base+page, form.FormDataContentType(), &body) //nolint:noctx // of this process
		require.NoError(t, err)
		defer r.Body.Close()
		text, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		return r.StatusCode, string(text)
	}
	greeting := func(then string) map[string]string {
		return map[string]string{"greeting~m": "play", "greeting~file": "new:file", "ring.time": "25s", "then": then}
	}
	status, page := send("flows/front-desk", "notes.txt", "hello", greeting("made greeting"))
	require.Equal(t, http.StatusUnprocessableEntity, status)
	require.Contains(t, page, "neither MP3 nor WAV")
	require.Contains(t, page, `value="25s"`, "nothing typed is lost")
	status, page = send("flows/front-desk", "hi.wav", string(storagetest.Wave(800)), greeting("made greeting"))
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, page, `value="file:hi.wav" selected`)
	if !testing.Short() {
		status, page = send("audio", "hi.wav", string(storagetest.Wave(16<<20)), nil)
		require.Equal(t, http.StatusUnprocessableEntity, status)
		require.Contains(t, page, "longer than 16 MiB")
	}
	status, page = send("audio", "a.wav", string(storagetest.Wave(10)), map[string]string{"name": "a/b"})
	require.Equal(t, http.StatusUnprocessableEntity, status)
	require.Contains(t, page, `value="a/b"`, "nothing typed is lost")
	status, page = send("audio", "bye.wav", string(storagetest.Wave(10)), nil)
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, page, "bye.wav")
	status, page = send("audio/bye.wav/remove", "x", "", nil)
	require.Equal(t, http.StatusOK, status)
	require.NotContains(t, page, "bye.wav")
}
