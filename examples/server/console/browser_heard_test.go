package console_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/stretchr/testify/require"
)

// What somebody is told of a page who does not see it.

// roles are those of what is told that every version of the browser calls the same: where one
// is on a page, and what can be done there.
var roles = []string{"banner", "navigation", "main", "region", "log", "heading", "link", "button", "textbox", "combobox", "checkbox", "radio"}

// tells holds the roles and names of a page, in their order, against a file that says how they
// were; with EXTFLOW_UPDATE it writes the file.
func (b *tab) tells(file string) *tab {
	b.Helper()
	told := "" // a page may be changing still
	b.until("the page rests", func() bool {
		was := told
		told = b.heard()
		return was == told
	})
	file = "testdata/" + file
	if os.Getenv("EXTFLOW_UPDATE") != "" {
		require.NoError(b, os.WriteFile(file, []byte(told), 0o644))
		return b
	}
	known, err := os.ReadFile(file)
	require.NoError(b, err)
	require.Equal(b, string(known), told, "somebody who does not see the page is told otherwise by now; if that is meant, EXTFLOW_UPDATE=1")
	return b
}

// heard is a line for each thing that is told, without what differs each time.
func (b *tab) heard() string {
	b.Helper()
	word := func(v *accessibility.Value) string {
		var s string
		if v != nil {
			_ = json.Unmarshal(v.Value, &s) // others are no words
		}
		return s
	}
	nodes := call(b, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{}).Nodes
	of := map[accessibility.NodeID]*accessibility.Node{}
	for _, n := range nodes {
		of[n.NodeID] = n
	}
	var out strings.Builder
	var tell func(*accessibility.Node)
	tell = func(n *accessibility.Node) {
		if role := word(n.Role); !n.Ignored && slices.Contains(roles, role) {
			out.WriteString(strings.TrimSpace(role+" "+word(n.Name)) + "\n")
		}
		if word(n.Role) == "Audio" { // its buttons are the browser's own
			return
		}
		for _, id := range n.ChildIDs {
			if child := of[id]; child != nil {
				tell(child)
			}
		}
	}
	if len(nodes) > 0 {
		tell(nodes[0])
	}
	told := out.String()
	for _, w := range whims[2:6] { // ids, days and times
		told = w.find.ReplaceAllString(told, w.say)
	}
	return told
}
