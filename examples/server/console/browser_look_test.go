package console_test

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// How a page looks, and whom it keeps out.

// axe looks the page over for what keeps people out, and fails on anything serious. Rules are
// those to look for; none are all. Where tests are to be short, others see to it: the browser
// does all of it.
func (b *tab) axe(rules ...string) *tab {
	b.Helper()
	if testing.Short() {
		return b
	}
	b.run(chromedp.Evaluate[chromedp.Void](axeSource()))
	only := ""
	if len(rules) > 0 {
		list, _ := json.Marshal(rules)
		only = ", runOnly: " + string(list)
	}
	found := eval[[]string](b, `axe.run(document, {resultTypes: ["violations"]`+only+`}).then(r => r.violations.filter(v => v.impact === "serious" || v.impact === "critical")
		.map(v => v.id + ": " + v.help + " at " + v.nodes.map(n => n.target.join(" ") + " [" + n.failureSummary.split("\n").slice(1, 2) + "]").slice(0, 4).join(" | ")))`)
	require.Empty(b, found, "%s", eval[string](b, "location.href"))
	return b
}

var axeSource = sync.OnceValue(func() string {
	f, err := os.Open("testdata/axe.min.js.gz")
	if err != nil {
		panic(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		panic(err)
	}
	source, err := io.ReadAll(z)
	if err != nil {
		panic(err)
	}
	return string(source)
})

// size makes the window that large, with lengths shown that much larger.
func (b *tab) size(width, height int64, zoom float64) *tab {
	b.Helper()
	call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: zoom})
	return b
}

// prefers has the system prefer light or dark.
func (b *tab) prefers(scheme string) *tab {
	b.Helper()
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	return b
}

// fits reports whether nothing of the page is wider than the window.
func (b *tab) fits() *tab {
	b.Helper()
	wide := eval[[]int](b, `[document.documentElement.scrollWidth, innerWidth]`)
	require.LessOrEqual(b, wide[0], wide[1]+1, "%s is wider than the window: %v", eval[string](b, "location.href"),
		eval[[]string](b, `[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll,.timeline,svg,pre")).slice(0, 5).map(e => e.tagName + "." + e.className)`))
	return b
}
