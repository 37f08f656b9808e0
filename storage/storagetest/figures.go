package storagetest

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/storage"
)

// Spelling measures what it takes to find 8 agents by name, among 100 who are listed and
// among 10,000 who are: by one key, with which many names begin, by three, and by a whole
// name. The store must have no account acme. Settled, where it is not nil, is called when the
// agents are there: for a database that counts its rows, as it does by itself after a while.
func Spelling(b *testing.B, s storage.Store, settled func()) {
	require.NoError(b, s.Accounts().Put(b.Context(), storage.Account{ID: "acme", Range: extension.Range{Length: 6}}))
	listed := 0
	for _, agents := range []int{100, 10_000} {
		fillNames(b, s, listed, agents)
		listed = agents
		if settled != nil {
			settled()
		}
		for name, keys := range map[string]string{"1 key": "5", "3 keys": "562", "a name": extension.Spellings(nameOf(77))[0]} {
			b.Run(fmt.Sprintf("%d agents, %s", agents, name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					found, err := s.Directory().Spelled(b.Context(), "acme", keys, 8)
					if err != nil || len(found) == 0 || found[0].Extension == "" {
						b.Fatal(found, err)
					}
				}
			})
		}
	}
}

// nameOf is the name of an agent: some of 10,000 have the same.
func nameOf(i int) string {
	first := []string{"Ada", "Bea", "Cäcilie", "Dana", "Eva", "Finn", "Gil", "Ida", "Joan", "Karl", "Łukasz", "Mo", "Núria", "Ole"}
	last := []string{"Alder", "Berg", "Cole", "Dietz", "Ek", "Fry", "Groß", "Hill", "Ito", "Jones", "König", "Lopez", "Müller", "Nguyễn", "O'Brien", "Park", "Quinn"}
	return first[i%len(first)] + " " + last[i/3%len(last)] + last[i/7%len(last)]
}

// fillNames adds agents until there are so many.
func fillNames(b *testing.B, s storage.Store, from, to int) {
	b.Helper()
	const hands = 16
	var all sync.WaitGroup
	for h := range hands {
		all.Go(func() {
			for i := from + h; i < to; i += hands {
				a := extension.Agent{ID: fmt.Sprint("agent", i), Name: nameOf(i), Extension: fmt.Sprint(100_000 + i), Listed: true}
				if _, err := s.Directory().Put(b.Context(), "acme", a); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}
