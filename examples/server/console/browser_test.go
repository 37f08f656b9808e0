package console_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	goruntime "runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
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
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-features", "Translate,SpareRendererForSitePerProcess")) // a process in reserve for each journey costs more than it saves
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	stopBrowser = func() { cancel(); stop() }
	return ctx, chromedp.Do(ctx)
})

var stopBrowser = func() {}

// Journeys wait for the browser more than they work: one more than there are processors go
// on at the same time, unless somebody says how many.
func TestMain(m *testing.M) {
	flag.Parse()
	said := false
	flag.Visit(func(f *flag.Flag) { said = said || f.Name == "test.parallel" })
	if !said {
		_ = flag.Set("test.parallel", strconv.Itoa(1+goruntime.GOMAXPROCS(0)))
	}
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
	tabs bool // what is worked with keys is come to with Tab

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
const moment = 4 * time.Second

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
