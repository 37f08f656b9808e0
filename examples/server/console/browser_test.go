package console_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// A real browser: Chromium from the system's package, moved like a person moves one,
// by role and name, with the mouse or with keys alone.

// patience is how long a page may take to show what is expected.
const patience = 30 * time.Second

var browser = sync.OnceValues(func() (context.Context, error) {
	if _, err := exec.LookPath("chromium"); err != nil {
		return nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath("chromium"), chromedp.NoSandbox, chromedp.WindowSize(1440, 900),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	stopBrowser = func() { cancel(); stop() }
	return ctx, chromedp.Do(ctx)
})

var stopBrowser = func() {}

func TestMain(m *testing.M) {
	code := m.Run()
	stopBrowser()
	os.Exit(code)
}

// tab is a person's browser with one page open.
type tab struct {
	testing.TB
	ctx  context.Context
	base string
	hand bool // with the mouse; otherwise with keys alone

	mu       sync.Mutex
	wrong    []string // what the browser complained of
	expected []string // parts of complaints that the journey is about
}

// open opens a page of a site in a browser of its own. When the test ends, the browser must
// not have complained of anything, nor asked for anything elsewhere.
func open(t testing.TB, base, path string, before ...chromedp.Action[chromedp.Void]) *tab {
	t.Helper()
	shared, err := browser()
	if err != nil {
		if os.Getenv("EXTFLOW_STRICT") != "" {
			t.Fatalf("no browser: install Debian's package chromium (%v)", err)
		}
		t.Skipf("no browser, so no journey is tried: install Debian's package chromium (%v)", err)
	}
	ctx, cancel := chromedp.NewContext(shared, chromedp.WithNewBrowserContext())
	b := &tab{TB: t, ctx: ctx, base: base}
	t.Cleanup(func() {
		cancel()
		b.mu.Lock()
		defer b.mu.Unlock()
		require.Empty(t, b.wrong, "what the browser complained of")
	})
	require.NoError(t, chromedp.Listen(ctx, b.hear))
	call(b, log.Enable, cdp.Empty{})
	call(b, network.Enable, network.EnableParams{})
	call(b, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	b.run(before...)
	b.visit(path)
	return b
}

func (b *tab) hear(event any) {
	note := func(format string, args ...any) {
		text := fmt.Sprintf(format, args...)
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, part := range b.expected {
			if strings.Contains(text, part) {
				return
			}
		}
		b.wrong = append(b.wrong, text)
	}
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		note("exception: %s", e.ExceptionDetails.Text+" "+e.ExceptionDetails.URL)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			note("console: %s %s", e.Type, string(e.Args[0].Value))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			note("log: %s %s", e.Entry.Text, e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, b.origin()) && !strings.HasPrefix(e.Request.URL, "data:") {
			note("a request outside the origin: %s", e.Request.URL)
		}
	}
}

func (b *tab) origin() string {
	u, _ := url.Parse(b.base)
	return u.Scheme + "://" + u.Host + "/"
}

// expect says what the browser may complain of in this journey.
func (b *tab) expect(part string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.expected = append(b.expected, part)
}

func (b *tab) run(actions ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	require.NoError(b, chromedp.Do(ctx, actions...))
}

// moment is how long a command may take: one that was given while a page was being
// left is never answered.
const moment = 1500 * time.Millisecond

// try gives the browser a command.
func try[P, R any](b *tab, c cdp.Command[P, R], params P) (R, error) {
	ctx, cancel := context.WithTimeout(b.ctx, moment)
	defer cancel()
	return chromedp.Run(ctx, func(ctx context.Context, t *chromedp.Target) (R, error) { return cdp.Call(ctx, t, c, params) })
}

func call[P, R any](b *tab, c cdp.Command[P, R], params P) R {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	r, err := chromedp.Run(ctx, func(ctx context.Context, t *chromedp.Target) (R, error) { return cdp.Call(ctx, t, c, params) })
	require.NoError(b, err)
	return r
}

// visit goes to an address below the site's root.
func (b *tab) visit(path string) *tab {
	b.Helper()
	b.run(chromedp.Navigate(b.base + path))
	return b
}

// eval is what an expression gives, or what its promise does.
func eval[T any](b *tab, expression string) T {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	require.NoError(b, err, expression)
	return value
}

// settle lets the browser begin to leave the page, if that is what comes next, and
// waits for the next one. A browser that is asked for the accessibility tree of a
// page that it is leaving may never answer again.
func (b *tab) settle() {
	select {
	case <-b.ctx.Done():
	case <-time.After(60 * time.Millisecond):
	}
	for end := time.Now().Add(patience); time.Now().Before(end) && soft[string](b, "document.readyState") != "complete"; {
	}
}

// soft is eval for a page that may be being left.
func soft[T any](b *tab, expression string) T {
	ctx, cancel := context.WithTimeout(b.ctx, moment)
	defer cancel()
	value, _ := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	return value
}

// until waits for something to be so.
func (b *tab) until(what string, so func() bool) {
	b.Helper()
	for end := time.Now().Add(patience); ; {
		if so() {
			return
		}
		if time.Now().After(end) {
			b.Fatalf("%s never came about; the page is %s and says:\n%s", what, soft[string](b, "location.href"), soft[string](b, "document.body.innerText"))
		}
		select {
		case <-b.ctx.Done():
			b.Fatal("the browser has gone")
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// sees waits for words on the page.
func (b *tab) sees(words ...string) *tab {
	b.Helper()
	for _, w := range words {
		quoted, _ := json.Marshal(w)
		b.until(fmt.Sprintf("%q", w), func() bool {
			return soft[bool](b, "document.readyState === 'complete' && document.body.innerText.includes("+string(quoted)+")")
		})
	}
	return b
}

// misses waits for words not to be on the page any more.
func (b *tab) misses(words string) *tab {
	b.Helper()
	quoted, _ := json.Marshal(words)
	b.until(fmt.Sprintf("that %q goes", words), func() bool {
		return soft[bool](b, "document.readyState === 'complete' && !document.body.innerText.includes("+string(quoted)+")")
	})
	return b
}

// nodes are those that have a role and a name, as assistive technology is told of them.
func (b *tab) nodes(role, name string) []cdp.BackendNodeID {
	root, err := try(b, dom.GetDocument, dom.GetDocumentParams{})
	if err != nil {
		return nil // the page is being left
	}
	found, err := try(b, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{BackendNodeID: root.Root.BackendNodeID, AccessibleName: name, Role: role})
	if err != nil {
		return nil
	}
	var ids []cdp.BackendNodeID
	for _, n := range found.Nodes {
		if !n.Ignored {
			ids = append(ids, n.BackendDOMNodeID)
		}
	}
	return ids
}

// at does something with the first that has a role and a name, once it is there. What a live page
// replaces meanwhile is looked for again.
func (b *tab) at(role, name string, do func(cdp.BackendNodeID) error) *tab {
	b.Helper()
	b.until(fmt.Sprintf("a %s named %q", role, name), func() bool {
		ids := b.nodes(role, name)
		return len(ids) > 0 && do(ids[0]) == nil
	})
	return b
}

// mouse has somebody use the mouse from here on: without it all that is clicked is focused and
// pressed with a key, and what no key comes to fails the test.
func (b *tab) mouse() *tab {
	b.hand = true
	return b
}

// click does what a click on it does to what has a role and a name.
func (b *tab) click(role, name string) *tab {
	b.Helper()
	if !b.hand {
		return b.strike(role, name)
	}
	return b.at(role, name, func(id cdp.BackendNodeID) error {
		if _, err := try(b, dom.ScrollIntoViewIfNeeded, dom.ScrollIntoViewIfNeededParams{BackendNodeID: id}); err != nil {
			return err
		}
		r, err := try(b, dom.GetContentQuads, dom.GetContentQuadsParams{BackendNodeID: id})
		if err != nil || len(r.Quads) == 0 {
			return fmt.Errorf("not to be seen: %w", err)
		}
		q := r.Quads[0]
		ctx, cancel := context.WithTimeout(b.ctx, moment)
		defer cancel()
		err = chromedp.Do(ctx, chromedp.MouseClickXY((q[0]+q[4])/2, (q[1]+q[5])/2))
		if errors.Is(err, context.DeadlineExceeded) {
			err = nil // the click had the page left, which answers nothing
		}
		b.settle()
		return err
	})
}

// strike focuses what has a role and a name, which Tab must come to, and presses the key that
// works it.
func (b *tab) strike(role, name string) *tab {
	b.Helper()
	key := kb.Enter
	if role == "checkbox" || role == "radio" {
		key = " "
	}
	b.at(role, name, func(id cdp.BackendNodeID) error {
		if _, err := try(b, dom.Focus, dom.FocusParams{BackendNodeID: id}); err != nil {
			return err
		}
		if !soft[bool](b, `document.activeElement !== document.body && document.activeElement.tabIndex >= 0`) {
			return errors.New("no key comes to it")
		}
		ctx, cancel := context.WithTimeout(b.ctx, moment)
		defer cancel()
		err := chromedp.Do(ctx, chromedp.KeyEvent(key))
		if errors.Is(err, context.DeadlineExceeded) {
			err = nil // the key had the page left, which answers nothing
		}
		b.settle()
		return err
	})
	return b
}

func (b *tab) focus(role, name string) *tab {
	b.Helper()
	return b.at(role, name, func(id cdp.BackendNodeID) error {
		_, err := try(b, dom.Focus, dom.FocusParams{BackendNodeID: id})
		return err
	})
}

// fill writes into a field in place of what is there.
func (b *tab) fill(name, text string) *tab {
	b.Helper()
	role := "textbox"
	if len(b.nodes(role, name)) == 0 {
		for _, other := range []string{"combobox", "spinbutton", "searchbox"} {
			if len(b.nodes(other, name)) > 0 {
				role = other
			}
		}
	}
	b.focus(role, name)
	eval[bool](b, `!document.activeElement.select || !document.activeElement.select()`)
	if text == "" {
		b.run(chromedp.KeyEvent(kb.Delete))
	} else {
		call(b, input.InsertText, input.InsertTextParams{Text: text})
	}
	return b
}

// pick picks an option of a list by its words, with the arrows.
func (b *tab) pick(name, option string) *tab {
	b.Helper()
	b.focus("combobox", name)
	quoted, _ := json.Marshal(option)
	const steps = `(() => { const s = document.activeElement, i = [...s.options || []].findIndex(o => o.label.trim() === %s); return i < 0 ? 10000 : i - s.selectedIndex })()`
	by := eval[int](b, fmt.Sprintf(steps, quoted))
	require.Less(b, by, 10000, "%s has no option %q, but %v", name, option, eval[[]string](b, `[...document.activeElement.options || []].map(o => o.label)`))
	for ; by > 0; by-- {
		b.press(kb.ArrowDown)
	}
	for ; by < 0; by++ {
		b.press(kb.ArrowUp)
	}
	require.Zero(b, eval[int](b, fmt.Sprintf(steps, quoted)), "the arrows do not come to %q", option)
	return b
}

// press presses keys, wherever the focus is.
func (b *tab) press(keys ...string) *tab {
	b.Helper()
	for _, k := range keys {
		b.run(chromedp.KeyEvent(k))
		if k == kb.Enter {
			b.settle()
		}
	}
	return b
}

// reach presses Tab until what has a name is focused, as somebody does who has no mouse.
func (b *tab) reach(name string) *tab {
	b.Helper()
	for range 400 {
		if strings.HasPrefix(b.focused(), name) {
			return b
		}
		b.press(kb.Tab)
	}
	b.Fatalf("Tab never comes to %q", name)
	return b
}

// focused is the name of what has the focus.
func (b *tab) focused() string {
	return eval[string](b, `(e => { if (!e) return ""; const l = e.labels && e.labels[0]; return (e.getAttribute("aria-label") || l && (l.childNodes[0].textContent) || e.textContent || "").trim() })(document.activeElement)`)
}

// axe looks the page over for what keeps people out, and fails on anything serious. Rules are
// those to look for; none are all.
func (b *tab) axe(rules ...string) *tab {
	b.Helper()
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

// shoot keeps a picture of the page among the project's documents; only with EXTFLOW_UPDATE.
func (b *tab) shoot(file string) *tab {
	b.Helper()
	if os.Getenv("EXTFLOW_UPDATE") == "" {
		return b
	}
	shot := call(b, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatWebp, Quality: new(int64(82))})
	require.NoError(b, os.MkdirAll("../../../docs", 0o755))
	require.NoError(b, os.WriteFile("../../../docs/"+file, shot.Data, 0o644))
	return b
}

// choose chooses a file for the field that a selector finds.
func (b *tab) choose(selector, content string) *tab {
	b.Helper()
	file := filepath.Join(b.TempDir(), "file")
	require.NoError(b, os.WriteFile(file, []byte(content), 0o600))
	root := call(b, dom.GetDocument, dom.GetDocumentParams{})
	found := call(b, dom.QuerySelector, dom.QuerySelectorParams{NodeID: root.Root.NodeID, Selector: selector})
	call(b, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: []string{file}, NodeID: found.NodeID})
	return b
}

// clickFirst clicks the first that a selector finds.
func clickFirst(selector string) chromedp.Action[chromedp.Void] {
	quoted, _ := json.Marshal(selector)
	return chromedp.Evaluate[chromedp.Void]("document.querySelector(" + string(quoted) + ").click()")
}

// closing ends a site's streams before its server waits for them.
func serve(t testing.TB, h http.Handler, end func()) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(func() {
		end()
		s.CloseClientConnections()
		s.Close()
	})
	return s.URL + "/"
}
