package extension_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
)

// crowd is a directory of n agents, each with an app and a telephone.
func crowd(t testing.TB, n int, r extension.Range) *extension.Directory {
	t.Helper()
	d, err := extension.New(extension.Config{Range: r})
	require.NoError(t, err)
	agents := make([]extension.Agent, n)
	for i := range agents {
		id := fmt.Sprintf("agent%05d", i)
		agents[i] = extension.Agent{ID: id, Endpoints: ends("client:"+id, fmt.Sprintf("tel:+1202555%05d", i)), Hours: "day"}
	}
	_, err = d.Put(noon, agents...)
	require.NoError(t, err)
	return d
}

var inside = func(string) bool { return false }

func TestFind_allocatesNothing(t *testing.T) {
	d := crowd(t, 1000, extension.Range{})
	require.NoError(t, d.Hold("agent00007", "c1", noon))
	q := extension.Inquiry{Call: "c2", Caller: "+14155550100", Carrier: "twilio", Now: noon, Closed: inside}
	for _, entry := range []string{"1000", "1007", "9999", "10", "10a0"} {
		require.Zero(t, testing.AllocsPerRun(100, func() { d.Find(entry, q) }), entry)
	}
	q.Caller = "sip:someone@pbx.example.com"
	require.Zero(t, testing.AllocsPerRun(100, func() { d.Find("1000", q) }))
	require.Zero(t, testing.AllocsPerRun(100, func() { d.Free("agent00001", q); d.HeldAt(q.Caller) }))
}

func BenchmarkFind(b *testing.B) {
	d := crowd(b, 9000, extension.Range{})
	q := extension.Inquiry{Call: "c1", Caller: "+14155550100", Carrier: "twilio", Now: noon, Closed: inside}
	b.ReportAllocs()
	for b.Loop() {
		if class, _ := d.Find("5555", q); class != extension.ClassAvailable {
			b.Fatal(class)
		}
	}
}

func BenchmarkHoldRelease(b *testing.B) {
	d := crowd(b, 9000, extension.Range{})
	b.ReportAllocs()
	for b.Loop() {
		if d.Hold("agent04444", "c1", noon) != nil || !d.Release("agent04444", "c1") {
			b.Fatal("not held")
		}
	}
}

// One agent comes and one goes, among ten thousand who hold every other extension.
func BenchmarkPutRemove(b *testing.B) {
	for _, length := range []int{5, 8} {
		b.Run(fmt.Sprintf("%d digits", length), func(b *testing.B) {
			d, err := extension.New(extension.Config{Range: extension.Range{Length: length}, Quarantine: time.Second})
			require.NoError(b, err)
			agents := make([]extension.Agent, 10_000)
			for i := range agents {
				agents[i] = extension.Agent{ID: fmt.Sprintf("agent%05d", i), Extension: fmt.Sprintf("%0*d", length, pow10(length-1)+2*i)}
			}
			_, err = d.Put(noon, agents...)
			require.NoError(b, err)
			now := noon
			b.ReportAllocs()
			for b.Loop() {
				now = now.Add(time.Second)
				if _, err := d.Put(now, extension.Agent{ID: "zoe"}); err != nil {
					b.Fatal(err)
				}
				if _, err := d.Remove(now, "zoe"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func pow10(n int) int {
	p := 1
	for range n {
		p *= 10
	}
	return p
}

func BenchmarkRestore10000(b *testing.B) {
	d := crowd(b, 10_000, extension.Range{Length: 8})
	b.ReportAllocs()
	for b.Loop() {
		d.Clone()
	}
}

// Among ten thousand agents who can be found by name: whom keys find, what a change of
// name costs, and putting it all together again.
func BenchmarkSpelled(b *testing.B) {
	first, last := []string{"Ada", "Bea", "Jörg", "Łukasz", "Núria"}, []string{"Berg", "Müller", "Nguyễn", "O'Brien", "Smith", "de la Cruz", "Ek"}
	agents := make([]extension.Agent, 10_000)
	for i := range agents {
		agents[i] = extension.Agent{ID: fmt.Sprintf("agent%05d", i), Name: first[i%5] + " " + last[i/5%7] + last[i/35%7], Listed: true}
	}
	d, err := extension.New(extension.Config{Range: extension.Range{Length: 8}})
	require.NoError(b, err)
	_, err = d.Put(noon, agents...)
	require.NoError(b, err)
	for name, keys := range map[string]string{"1 key": "5", "a name": extension.Spellings(agents[77].Name)[0]} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if len(d.Spelled(keys, 8)) != 8 {
					b.Fatal("not found")
				}
			}
		})
	}
	b.Run("rename", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			a, _ := d.Agent("agent07777")
			a.Name = first[i%5] + " Smith"
			if _, err := d.Put(noon, a); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("restore", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			d.Clone()
		}
	})
}
