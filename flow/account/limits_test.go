package account_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
)

// Documents made to choke whoever reads them are refused, each in a few words.
func TestParse_refusesDocumentsBeyondItsLimits(t *testing.T) {
	t.Parallel()
	repeat := strings.Repeat
	bomb := "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
	for i := 'b'; i <= 'j'; i++ {
		bomb += fmt.Sprintf("%c: &%c [%s*%c]\n", i, i, repeat(fmt.Sprintf("*%c, ", i-1), 9), i-1)
	}
	var anchors, aliases strings.Builder
	for i := range 101 {
		fmt.Fprintf(&anchors, "k%d: &a%d x\n", i, i)
	}
	aliases.WriteString("a: &a x\nb:\n")
	for range 1001 {
		aliases.WriteString("- *a\n")
	}
	for name, c := range map[string]struct{ document, says string }{
		"more than a mebibyte":   {"account: acme\n#" + repeat("x", 1<<20), "line 1: the document is larger than 1 MiB; remove something, or keep audio and lists elsewhere"},
		"another encoding":       {"account: acme\nmessages: {a: {say: \"\xfc\"}}\n", "line 2: not UTF-8; save the document as UTF-8"},
		"brackets in brackets":   {"a:\n  " + repeat("[", 200_000), "line 2: maps and lists more than 100 deep; lead to a menu or a flow instead"},
		"braces in braces":       {repeat("{a: ", 200_000), "line 1: maps and lists more than 100 deep; lead to a menu or a flow instead"},
		"dashes behind dashes":   {repeat("- ", 200_000), "line 1: maps and lists more than 100 deep; lead to a menu or a flow instead"},
		"lists by indentation":   {staircase("- x:"), "line 51: maps and lists more than 100 deep; lead to a menu or a flow instead"},
		"maps by indentation":    {staircase("x:"), "line 101: maps and lists more than 100 deep; lead to a menu or a flow instead"},
		"JSON in JSON":           {repeat(`{"a":`, 5_000) + "1" + repeat("}", 5_000), "line 1: maps and lists more than 100 deep; lead to a menu or a flow instead"},
		"JSON lists in lists":    {`{"a":` + "\n" + repeat(`[`, 5_000) + repeat("]", 5_000) + "}", "line 2: maps and lists more than 100 deep; lead to a menu or a flow instead"},
		"a billion laughs":       {bomb, "line 5: the aliases stand for more than 20000 values; write less of it, or give things names"},
		"an alias within itself": {"a: &a [*a]\n", "line 1: no anchor &a before this alias; write &a where the value first stands"},
		"deep behind an alias":   {"a: &a " + repeat("[", 60) + repeat("]", 60) + "\nb: " + repeat("[", 60) + "*a" + repeat("]", 60), "line 2: maps and lists more than 100 deep; lead to a menu or a flow instead"},
		"anchors without end":    {anchors.String(), "line 101: more than 100 anchors; give things names instead"},
		"aliases without end":    {aliases.String(), "line 1003: more than 1000 aliases; give things names instead"},
		"tags without end":       {repeat("!a ", 100_000), "line 1: a tag (!) is not read here; put quotes around the text, or remove the tag"},
		"documents without end":  {repeat("---\n", 100_000), "line 5: more than one document; keep one"},
		"keys without end":       {repeat("a: b\n", 100_000), "line 5001: more than 5000 keys in one map; write the document as JSON, or the keys within { }"},
		"a key without end":      {repeat("k", 300) + ": x", "line 1: a key of more than 256 bytes; write a shorter one"},
		"a JSON key without end": {`{"` + repeat("k", 300) + `": 1}`, "line 1: a key of more than 256 bytes; write a shorter one"},
	} {
		_, err := account.Parse([]byte(c.document))
		require.EqualError(t, err, c.says, name)
		require.ErrorIs(t, err, flow.ErrSettings, name)
	}
}

// staircase is a block ever deeper.
func staircase(step string) string {
	var b strings.Builder
	for i := range 200 {
		b.WriteString(strings.Repeat(" ", 2*i) + step + "\n")
	}
	return b.String()
}

func TestParse_tellsTheFirstThousandFaultsAndCountsTheRest(t *testing.T) {
	t.Parallel()
	_, err := account.Parse([]byte("account: acme\nagents:\n" + strings.Repeat("- x\n", 1500)))
	lines := strings.Split(err.Error(), "\n")
	require.Len(t, lines, 1001)
	require.Equal(t, "line 3: agents[0]: a text stands here; write an agent, as in {id: ada, name: Ada Lovelace}", lines[0])
	require.Equal(t, "line 1003: 500 more faults from here on; mend those above first", lines[1000])
}

func TestParse_looksUpTheFirstHundredStrangeKeysOnly(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("account: acme\nagents:\n")
	for i := range 200 {
		fmt.Fprintf(&b, "- {id: a%d, nmae: x}\n", i)
	}
	_, err := account.Parse([]byte(b.String()))
	require.Equal(t, 100, strings.Count(err.Error(), "did you mean"))
	require.Equal(t, 200, strings.Count(err.Error(), "unknown key"))
}

func TestExport_writesMoreNumbersThanABlockMayHave(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("thousands of numbers are read four times")
	}
	doc := &account.Document{Account: "acme", Region: "US"}
	doc.Settings.Flows = map[string]flow.Flow{"f": {}}
	doc.Settings.Entries = map[string]flow.Entry{}
	for i := range 5_100 {
		doc.Numbers = append(doc.Numbers, assignment(fmt.Sprintf("+1202556%04d", i)))
		doc.Settings.Entries[string(doc.Numbers[i].Number)] = flow.Entry{Dest: *flow.ToFlow("f")}
	}
	doc.Countries = []string{"US"}
	for _, export := range []func(*account.Document) ([]byte, error){account.Export, account.ExportJSON} {
		written, err := export(doc)
		require.NoError(t, err)
		read, err := account.Parse(written)
		require.NoError(t, err)
		require.Equal(t, doc.Numbers, read.Numbers)
		require.Equal(t, doc.Settings.Entries, read.Settings.Entries)
	}
	doc.Numbers[0].Label = strings.Repeat("Main line ", 100_000)
	for _, export := range []func(*account.Document) ([]byte, error){account.Export, account.ExportJSON} {
		_, err := export(doc)
		require.ErrorIs(t, err, account.ErrTooLarge)
	}
}
