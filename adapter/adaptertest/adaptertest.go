// Package adaptertest is what every adapter has to pass: the stories of the flow,
// played on the telephones of a carrier's far end, and the contract of package
// adapter. An adapter's own test says where the far end is and what the carrier
// cannot do:
//
//	func TestCarrier(t *testing.T) {
//		adaptertest.Run(t, adaptertest.Carrier{Name: "Acme Telecom", Lay: lay, Lacks: []adaptertest.Ability{adaptertest.Forwarded}})
//	}
//
// Each far end speaks its carrier's own words: requests, documents and reports as the
// carrier makes them. That is what makes the stories a proof; the same ones end the
// same on every carrier, but for those that need an ability which it says it lacks.
// What is said to be lacking is proved, too: a story that ends the same after all is a
// failure.
package adaptertest

import (
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/flow/flowtest"
	stories "github.com/extflow/extflow/flow/testdata"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
)

// Carrier is what is tested: an adapter, and the far end that it is connected to.
type Carrier struct {
	Name string // in tables

	// Lay makes the telephones of one story, and the adapter by which they are
	// reached; what they need ends with t. The adapter must be named "sim", as the
	// stories' accounts call their carrier.
	Lay func(t testing.TB) flowtest.Lay

	// Slow is Lay with words that take their time, two or so a second. Nil leaves out
	// what can only happen while they are said.
	Slow func(t testing.TB) flowtest.Lay

	Lacks []Ability
	Late  time.Duration // how long the far end may take longer than simulated telephones; 30 s

	// Forged are requests to the adapter behind the telephones that the carrier did
	// not sign, one for each way to forge one. Nil where there are no requests.
	Forged func(t testing.TB, far flowtest.Telephones) []*http.Request

	// Open is what stands behind the telephones; nil is an engine with a memory store.
	Open flowtest.Open
}

// Run tests a carrier. The stories run in parallel.
func Run(t *testing.T, c Carrier) {
	t.Helper()
	t.Run("stories", func(t *testing.T) {
		t.Parallel()
		Stories(t, c)
	})
	for name, test := range contract {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, c)
		})
	}
}

// Stories plays the stories alone: for a product's own server, too, by Carrier.Open.
func Stories(t *testing.T, c Carrier) {
	t.Helper()
	c = c.withDefaults()
	flowtest.RunOutcomes(t, filepath.Join(unpacked(t), "*.call"), account.Sample(), flowtest.Outcomes{
		Lay: c.Lay, Open: c.Open, Late: c.Late, Differs: differs(c.Lacks),
	})
}

func (c Carrier) withDefaults() Carrier {
	if c.Late == 0 {
		c.Late = 30 * time.Second
	}
	if c.Open == nil {
		c.Open = flowtest.OpenEngine(memoryStore)
	}
	return c
}

func memoryStore(now func() time.Time) (storage.Store, error) {
	return memory.New(memory.Config{Now: now}), nil
}

// unpacked is a folder with the stories.
func unpacked(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	files, err := fs.Glob(stories.Stories, "*.call")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		text, err := stories.Stories.ReadFile(name)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
