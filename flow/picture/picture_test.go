package picture_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/flow/picture"
)

func sample(t testing.TB) *flow.Book {
	t.Helper()
	doc, err := account.Parse(account.Sample())
	require.NoError(t, err)
	b, err := flow.Compile(doc.Settings)
	require.NoError(t, err)
	return b
}

// thirty is a book of some thirty steps.
func thirty(t testing.TB) *flow.Book {
	t.Helper()
	var b strings.Builder
	b.WriteString("account: big\nsettings: {default_mailbox: team}\nmailboxes: {team: {}, sales: {}, night: {}}\nqueues:\n")
	for i := range 5 {
		fmt.Fprintf(&b, "  line %d: {on_max_wait: {menu: menu %d}, leave_key: \"*\", on_leave: {voicemail: night}}\n", i, i)
	}
	b.WriteString("menus:\n")
	for i := range 10 {
		fmt.Fprintf(&b, "  menu %d: {prompt: {say: hello}, keys: {\"1\": {queue: line %d}, \"2\": {voicemail: sales}, \"3\": {flow: desk %d}, \"9\": {menu: menu %d}, \"0\": repeat}, back: \"8\"}\n", i, i%5, i%5, (i+1)%10)
	}
	b.WriteString("flows:\n")
	for i := range 5 {
		fmt.Fprintf(&b, "  desk %d: {busy: {menu: menu %d}, no_answer: {queue: line %d}, unavailable: {voicemail: team}, star: {flow: desk %d}}\n", i, i, i, (i+1)%5)
	}
	b.WriteString("numbers: {\"+12025550100\": {flow: desk 0}, \"+12025550101\": {menu: menu 5}}\n")
	doc, err := account.Parse([]byte(b.String()))
	require.NoError(t, err)
	book, err := flow.Compile(doc.Settings)
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(book.Chart().Steps), 30)
	return book
}

// Whatever a step does has words and a sign of its own.
func TestSVG_hasAWordAndASignForEveryAction(t *testing.T) {
	t.Parallel()
	doc, err := account.Parse([]byte("account: acme\nsettings: {default_mailbox: team, default_region: US}\nmailboxes: {team: {}}\nqueues: {line: {callback: on}}\nhours: {day: {open: {mon: [\"09:00-17:00\"]}}}\n" +
		"questions: {tier: {answers: {gold: {directory: people}}, otherwise: {queue: line}}}\ndirectories: {people: {}}\nflows: {desk: {star: {ask: tier}, busy: {handoff: {to: \"tel:+12025550111\"}}}}\n" +
		"menus: {main: {prompt: {say: hi}, hours: day, keys: {\"1\": {flow: desk}, \"2\": {extension: \"1001\"}}}}\nagents: [{id: ada, name: Ada, extension: \"1001\", endpoints: [\"client:ada\"]}]\nnumbers: {\"+12025550100\": {menu: main}}\n"))
	require.NoError(t, err)
	b, err := flow.Compile(doc.Settings)
	require.NoError(t, err)
	c := b.Chart()
	svg := picture.New(c).SVG(picture.Look{})
	require.NotContains(t, svg, ` d=""`)
	seen := map[string]bool{}
	for _, s := range c.Steps {
		seen[s.Action] = true
	}
	for _, action := range []string{"collect", "ring", "record", "queue", "hours", "end", "ask", "spell"} {
		require.True(t, seen[action], action)
	}
	for _, l := range picture.Outline(c) {
		require.NotRegexp(t, `: ( |$|\()`, l.Text)
	}
}

func TestSVG_outlinesWhatIsToBePutRight(t *testing.T) {
	t.Parallel()
	c := sample(t).Chart()
	svg := picture.New(c).SVG(picture.Look{Broken: map[flow.StepID]string{c.Steps[0].ID: "2 to put right, and far more than would fit"}})
	require.Equal(t, 1, strings.Count(svg, `class="step collect broken"`))
	require.Contains(t, svg, `; to put right: 2 to put right, and far more`)
	require.Contains(t, svg, `>✗ 2 to put right, and…</text>`)
	require.NotContains(t, picture.New(c).SVG(picture.Look{}), "broken")
}

func TestSVG_drawsTheSampleAccount(t *testing.T) {
	t.Parallel()
	c := sample(t).Chart()
	for name, got := range map[string]string{
		"sample.svg":     picture.New(c).SVG(picture.Look{}),
		"sample-lit.svg": picture.New(c).SVG(picture.Look{Title: "A call", From: "+12025550100", Lit: []flow.StepID{c.Steps[0].ID, c.Steps[1].ID}, Now: c.Steps[1].ID, Link: func(id flow.StepID) string { return fmt.Sprint("#s", id) }}),
		"thirty.svg":     picture.New(thirty(t).Chart()).SVG(picture.Look{}),
	} {
		file := filepath.Join("testdata", name)
		if os.Getenv("EXTFLOW_UPDATE") != "" {
			require.NoError(t, os.MkdirAll("testdata", 0o755))
			require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
		}
		want, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, string(want), got, "EXTFLOW_UPDATE=1 draws it anew")
		wellFormed(t, got)
	}
}

func wellFormed(t *testing.T, svg string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err, svg)
	}
}

// Nothing covers anything: boxes and words keep apart, and all is inside.
func TestPicture_nothingCoversAnything(t *testing.T) {
	t.Parallel()
	for _, b := range []*flow.Book{sample(t), thirty(t)} {
		c := b.Chart()
		p := picture.New(c)
		type area struct {
			what                     string
			left, top, right, bottom int
		}
		var all []area
		for _, b := range p.Boxes {
			all = append(all, area{b.Name, b.X - b.W/2, b.Y - b.H/2, b.X + b.W/2, b.Y + b.H/2})
		}
		ways := len(c.Starts)
		for _, s := range c.Steps {
			ways += len(s.Ways)
		}
		require.Len(t, p.Ways, ways)
		require.Len(t, p.Boxes, len(c.Starts)+len(c.Steps))
		for _, w := range p.Ways {
			if w.On == "" || w.Row {
				continue
			}
			high := 14*len(w.Lines) + 3
			all = append(all, area{w.On, w.X - 10, w.Y - high/2, w.X + 10, w.Y + high/2})
		}
		for i, a := range all {
			require.GreaterOrEqual(t, a.left, 0)
			require.GreaterOrEqual(t, a.top, 0)
			require.LessOrEqual(t, a.right, p.Width)
			require.LessOrEqual(t, a.bottom, p.Height)
			for _, o := range all[:i] {
				apart := a.right <= o.left || o.right <= a.left || a.bottom <= o.top || o.bottom <= a.top
				require.True(t, apart, "%q covers %q", a.what, o.what)
			}
		}
	}
}

func TestSVG_lightsThePathOfACall(t *testing.T) {
	t.Parallel()
	c := sample(t).Chart()
	got := picture.New(c).SVG(picture.Look{From: "+12025550100", Lit: []flow.StepID{c.Steps[0].ID, c.Steps[1].ID}, Now: c.Steps[1].ID})
	require.Equal(t, 2, strings.Count(got, "taken by this call"), "from the number, and to the ring")
	require.Equal(t, 1, strings.Count(got, "this call is here"))
	require.NotContains(t, picture.New(c).SVG(picture.Look{}), "this call")
}

func TestSVG_canHoldAnyWords(t *testing.T) {
	t.Parallel()
	nasty := "\"><script>alert(1)</script>&'\x00\x1f 日本語 " + strings.Repeat("w", 90)
	c := flow.Chart{
		Starts: []flow.ChartStart{{Name: nasty, To: 1}},
		Steps:  []flow.ChartStep{{ID: 1, Name: nasty, Action: "queue", About: []string{nasty}, Ways: []flow.ChartWay{{On: []string{nasty}, To: 1}}}},
	}
	got := picture.New(c).SVG(picture.Look{Title: nasty, Link: func(flow.StepID) string { return nasty }})
	wellFormed(t, got)
	require.NotContains(t, got, "<script")
	require.NotContains(t, got, "\x00")
	wellFormed(t, picture.New(flow.Chart{}).SVG(picture.Look{}))
}

func TestOutline_tellsThePictureInWords(t *testing.T) {
	t.Parallel()
	lines := picture.Outline(sample(t).Chart())
	require.Equal(t, "A call to +12025550100 begins at step 1, flow front-desk.", lines[0].Text)
	require.Equal(t, "Step 1, flow front-desk: asks for keys (repeats: 3)", lines[1].Text)
	require.Equal(t, []string{"entered: step 2, flow front-desk: ring", "star: step 3, queue support", `limit: step 4, hang up: "Goodbye."`}, lines[1].Ways)
}

func BenchmarkNew_thirtySteps(b *testing.B) {
	c := thirty(b).Chart()
	b.ReportAllocs()
	for b.Loop() {
		picture.New(c)
	}
}
