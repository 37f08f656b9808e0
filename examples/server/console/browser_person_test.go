package console_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// What a person does with a page: with keys alone, or with the mouse.

// mouse has somebody use the mouse from here on: without it all that is clicked is focused and
// pressed with a key, and what no key comes to fails the test.
func (b *tab) mouse() *tab {
	b.hand = true
	return b
}

// tabbing has somebody come to everything with Tab alone, as without a mouse.
func (b *tab) tabbing() *tab {
	b.tabs = true
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
		if err := b.come(id); err != nil {
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
	return b.at(role, name, b.come)
}

// come focuses a node; with Tab, where somebody uses nothing else.
func (b *tab) come(id cdp.BackendNodeID) error {
	if !b.tabs {
		_, err := try(b, dom.Focus, dom.FocusParams{BackendNodeID: id})
		return err
	}
	node, err := try(b, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: id})
	if err != nil {
		return err
	}
	if _, err = try(b, runtime.CallFunctionOn, runtime.CallFunctionOnParams{ObjectID: node.Object.ObjectID, FunctionDeclaration: "function() { window.to = this }"}); err != nil {
		return err
	}
	for range 400 {
		if soft[bool](b, `document.activeElement === to`) {
			return nil
		}
		b.run(chromedp.KeyEvent(kb.Tab))
	}
	return errors.New("Tab never comes to it")
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

// back goes back to the page before.
func (b *tab) back() *tab {
	b.Helper()
	eval[bool](b, `setTimeout(() => history.back(), 1) > 0`)
	b.settle()
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

// choose chooses a file of a name for the field that a selector finds.
func (b *tab) choose(selector, name, content string) *tab {
	b.Helper()
	file := filepath.Join(b.TempDir(), name)
	require.NoError(b, os.WriteFile(file, []byte(content), 0o600))
	b.until("a place for a file", func() bool { // also while a page is being left
		root, err := try(b, dom.GetDocument, dom.GetDocumentParams{})
		if err != nil {
			return false
		}
		found, err := try(b, dom.QuerySelector, dom.QuerySelectorParams{NodeID: root.Root.NodeID, Selector: selector})
		if err != nil || found.NodeID == 0 {
			return false
		}
		_, err = try(b, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: []string{file}, NodeID: found.NodeID})
		return err == nil
	})
	return b
}

// clickFirst clicks the first that a selector finds.
func clickFirst(selector string) chromedp.Action[chromedp.Void] {
	quoted, _ := json.Marshal(selector)
	return chromedp.Evaluate[chromedp.Void]("document.querySelector(" + string(quoted) + ").click()")
}
