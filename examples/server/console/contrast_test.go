package console_test

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var cssColour = regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{3,6});`)

// colours are the style sheet's, in light and in dark.
func colours(t *testing.T) map[string]map[string]string {
	t.Helper()
	css, err := os.ReadFile("assets/console.css")
	require.NoError(t, err)
	light, dark, both := strings.Cut(string(css), "@media (prefers-color-scheme: dark)")
	require.True(t, both)
	dark, _, _ = strings.Cut(dark, "}\n}")
	of := map[string]map[string]string{"light": {}, "dark": {}}
	for scheme, text := range map[string]string{"light": light, "dark": dark} {
		for _, m := range cssColour.FindAllStringSubmatch(text, -1) {
			of[scheme][m[1]] = m[2]
		}
	}
	return of
}

// luminance is WCAG 2.2's relative luminance of a colour.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	if len(hex) == 3 {
		hex = strings.Join([]string{hex[:1], hex[:1], hex[1:2], hex[1:2], hex[2:], hex[2:]}, "")
	}
	sum := 0.0
	for i, share := range []float64{0.2126, 0.7152, 0.0722} {
		v, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		require.NoError(t, err)
		c := float64(v) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += share * c
	}
	return sum
}

// Words can be told from what is behind them, and the outlines of what is worked with too, in
// light and in dark: 4.5 and 3 to 1, as WCAG 2.2 AA has them.
func TestStyle_coloursCanBeToldApart(t *testing.T) {
	t.Parallel()
	for scheme, is := range colours(t) {
		for least, pairs := range map[float64][]string{
			4.5: {
				"text bg", "text card", "soft bg", "soft card", "accent bg", "accent card", "accent-text accent", "accent accent-soft", "text accent-soft",
				"bad card", "bad bg", "bad bad-soft", "text bad-soft", "warn warn-soft", "warn bg", "live live-soft", "live card", "text line", "bg text", "card text",
			},
			3: {"line-strong bg", "line-strong card", "accent card", "bad card", "warn card", "live card"},
		} {
			for _, pair := range pairs {
				front, behind, _ := strings.Cut(pair, " ")
				a, b := luminance(t, is[front]), luminance(t, is[behind])
				require.GreaterOrEqual(t, (max(a, b)+0.05)/(min(a, b)+0.05), least, "%s on %s, %s", front, behind, scheme)
			}
		}
	}
}

var (
	headings = regexp.MustCompile(`<h1[ >]`)
	current  = regexp.MustCompile(`aria-current="page"`)
)

// Every page has one heading of the first rank, says which page is open, and begins with a
// way past the navigation.
func TestPages_haveAHeadingAndALandmarkEach(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	for _, page := range everyPage(s.finished("1002")) {
		text := string(s.fetch(page))
		require.Len(t, headings.FindAllString(text, -1), 1, page)
		require.Len(t, current.FindAllString(text, -1), 1, page)
		require.Less(t, strings.Index(text, `class="skip" href="#main"`), strings.Index(text, "<nav"), page)
		require.Contains(t, text, `<main id="main"`, page)
	}
}
