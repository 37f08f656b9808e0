package console_test

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/page"
	"github.com/stretchr/testify/require"
)

// Pictures of pages for the READMEs, which are never stale: beside them stands how each page
// looked, and a page that looks otherwise by now fails its journey.

const (
	docs  = "../../../docs/"
	looks = docs + "screenshots.sum" // a picture and its page's digest, a line each
)

// shoot keeps a picture of the page, with EXTFLOW_UPDATE; without it the page must look as it
// did when the picture was taken.
func (b *tab) shoot(file string) *tab {
	b.Helper()
	digest := b.look()
	text, err := os.ReadFile(looks)
	require.NoError(b, err)
	known := map[string]string{}
	for line := range strings.Lines(string(text)) {
		name, sum, _ := strings.Cut(strings.TrimSpace(line), " ")
		known[name] = sum
	}
	if os.Getenv("EXTFLOW_UPDATE") == "" {
		require.Equal(b, known[file], digest, "docs/%s is stale, its page looks otherwise by now. Take it anew and look at it: EXTFLOW_UPDATE=1 go test -run '^%s$' ./examples/server/console", file, b.Name())
		return b
	}
	known[file] = digest
	var lines strings.Builder
	for _, name := range slices.Sorted(maps.Keys(known)) {
		lines.WriteString(name + " " + known[name] + "\n")
	}
	require.NoError(b, os.WriteFile(looks, []byte(lines.String()), 0o644))
	shot := call(b, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatWebp, Quality: new(int64(82))})
	require.NoError(b, os.WriteFile(docs+file, shot.Data, 0o644))
	return b
}

// look is a digest of what makes the page look as it does: its words and marks without those
// that differ each time, and its style.
func (b *tab) look() string {
	b.Helper()
	html := eval[string](b, `fetch(location.href).then(r => r.text())`)
	for _, w := range whims {
		html = w.find.ReplaceAllString(html, w.say)
	}
	css, err := os.ReadFile("assets/console.css")
	require.NoError(b, err)
	sum := sha256.Sum256([]byte(html + string(css)))
	return hex.EncodeToString(sum[:12])
}

// whims are what differs each time that a page is made.
var whims = []struct {
	find *regexp.Regexp
	say  string
}{
	{regexp.MustCompile(` <span class="meta">[^<]* behind real time</span>`), ""}, // a machine that is busy
	{regexp.MustCompile(`assets/(\w+)-[0-9a-f]{8}\.`), "assets/$1."},
	{regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`), "ID"},
	{regexp.MustCompile(`sim-[0-9a-z]+-\d+`), "REF"},
	{regexp.MustCompile(`\d+ [A-Z][a-z]{2} \d{4}`), "DAY"},
	{regexp.MustCompile(`(\d+(\.\d+)?[hms])+`), "TIME"},
	{regexp.MustCompile(`\d[\d:.T-]*Z?`), "N"},
	{regexp.MustCompile(`\s+`), " "},
}
