package console_test

import (
	"html"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/examples/server/console"
	"github.com/extflow/extflow/flow/account"
)

var typedFields = regexp.MustCompile(`<(?:input|textarea)[^>]*\bid="([^"]+)"[^>]*\bname="([^"]+)"[^>]*>`)

// What makes no sense in a field is said at that field, whichever it is, with what to write
// instead.
func TestPages_sayAtEveryFieldWhatIsWrongWithIt(t *testing.T) {
	t.Parallel()
	s := newSite(t, string(account.Sample())+"hours: {office: {open: {mon: [\"09:00-17:00\"]}}}\nquestions: {tier: {answers: {gold: hangup}, otherwise: hangup}}\ndirectories: {people: {flow: front-desk}}\n",
		func(c *console.Config) { c.Carriers = []console.Carrier{{Name: "twilio"}} })
	free := []string{"agents/ada name", "numbers/+12025550100 label", "queues/support new-name", "queues/support new-at"} // the last two are of a form of their own
	const nonsense = "?! 9"
	var silent []string
	for page, to := range map[string]string{
		"settings": "", "flows/front-desk": "", "menus/main": "", "questions/tier": "", "directories/people": "", "queues/support": "", "mailboxes/team": "", "hours/office": "",
		"agents/ada": "", "numbers/+12025550100": "numbers",
	} {
		if to == "" {
			to = page
		}
		shown := string(s.fetch(page))
		for _, m := range typedFields.FindAllStringSubmatch(shown, -1) {
			id, name := html.UnescapeString(m[1]), html.UnescapeString(m[2])
			if strings.Contains(m[0], `type="file"`) || strings.Contains(m[0], `type="checkbox"`) || strings.Contains(m[0], "readonly") || strings.Contains(name, "~") {
				continue
			}
			form := url.Values{name: {nonsense}}
			switch to {
			case "numbers":
				maps.Copy(form, url.Values{"number": {"+12025550100"}, "one": {"+12025550100"}, "action": {"flow:front-desk"}})
				form.Set(name, nonsense)
			case "agents/ada":
				form = url.Values{"name": {"Ada"}, "extension": {"1001"}, "endpoints": {"client:ada"}, "presence": {"available"}, "rev": {rev(string(s.fetch(page)))}}
				form.Set(name, nonsense)
			}
			r, err := http.PostForm(s.base+to, form) //nolint:noctx // of this process
			require.NoError(t, err)
			text, err := io.ReadAll(r.Body)
			require.NoError(t, err)
			r.Body.Close()
			pieces := strings.Split(string(text), `<div class="field`)
			at := slices.IndexFunc(pieces, func(p string) bool { return strings.Contains(html.UnescapeString(p), `id="`+id+`"`) })
			if at < 0 || !strings.Contains(pieces[at], "field-wrong") {
				silent = append(silent, page+" "+name)
			}
		}
	}
	slices.Sort(silent)
	slices.Sort(free)
	require.Equal(t, free, silent, "fields that take anything, or do not say what is wrong")
}

// rev is the revision of what a page shows.
func rev(page string) string {
	return regexp.MustCompile(`name="rev" value="(\d+)"`).FindStringSubmatch(page)[1]
}
