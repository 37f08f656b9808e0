package console_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// A file of flows is taken into the draft beside what is there; one with faults is not, and
// each is told with its place in the file.
func TestPages_flowsComeAndGoAsFiles(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	send := func(text string) (int, string) {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		file, err := form.CreateFormFile("document", "flows.json")
		require.NoError(t, err)
		_, err = io.WriteString(file, text)
		require.NoError(t, err)
		require.NoError(t, form.Close())
		r, err := http.Post(s.base+"draft/import", form.FormDataContentType(), &body) //nolint:noctx // of this process
		require.NoError(t, err)
		defer r.Body.Close()
		page, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		return r.StatusCode, string(page)
	}
	for text, says := range map[string]string{
		"{\"flows\": {\n  \"night\": {\"greeting\": \"welcome\",\n    \"ring\": {\"time\": \"5s\"}}}}": "line 3, column 15: flows.night.ring.time: 5s is out of range; write 10s to 2m",
		"flows:\n  night: {buzy: {queue: support}}\n":                                                  "line 2, column 11: flows.night.buzy: ",
		"flows:\n  night: {busy: {queue: gone}}\n":                                                     "column 18: flows.night.busy.queue: ",
		"flows:\n\tnight: {}\n":                                                                        "line 2: a tab before the text",
		"flows: [1]\n":                                                                                 "flows: ",
		"shoes: {}\n":                                                                                  "shoes: ",
		"account: acme\nnumbers: {}\n":                                                                 "nothing in it is a part of a draft",
	} {
		status, page := send(text)
		require.Equal(t, http.StatusUnprocessableEntity, status, text)
		require.Contains(t, page, says)
	}
	require.Contains(t, string(s.fetch("flows")), "No changes")

	status, page := send("flows:\n  night: {busy: {queue: support}, star: {menu: main}}\nsettings: {first_digit: 9s}\n")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, page, "flow night</strong>: <ins>new")
	require.Contains(t, page, "first digit")
	require.NotContains(t, page, "removed", "what the file does not mention stays")

	whole := string(s.fetch("draft/draft.json"))
	s.post("draft/discard", nil)
	require.NotContains(t, string(s.fetch("flows")), "night")
	status, page = send(whole)
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, page, "flow night</strong>: <ins>new", "what was exported comes back")
	status, _ = send(string(s.fetch("draft/account.yaml")))
	require.Equal(t, http.StatusOK, status)
}
