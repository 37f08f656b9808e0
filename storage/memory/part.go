package memory

import (
	"hash/maphash"
	"math"
	"sync"
	"sync/atomic"

	"github.com/extflow/extflow/flow"
)

// numParts is over how many locks calls are spread: as many as a uint64 has bits,
// so that a set of parts is one.
const numParts = 64

// part is a share of all calls, with its share of the agenda.
type part struct {
	mu    sync.Mutex
	calls map[flow.Key]*record
	past  map[flow.Key]bool // calls that were removed and are remembered
	due   timeline[*record]
	next  atomic.Int64 // when the first of due comes due; never where there is none
}

// never is later than any instant.
const never = math.MaxInt64

// record is a call and what is kept with it. Its part's lock guards it. What the
// account reads of it (serial, waits) changes under the account's lock too. There may be
// millions: it is 256 bytes, and one more would make it 288.
type record struct {
	key     *flow.Key // never changes, like account
	call    flow.Call
	turns   journal
	account *account
	serial  uint64 // counts the account's calls

	at    int64  // when the call needs attention next, or its lease is over; never where it does not
	index int32  // its place in the part's timeline
	fence uint32 // counts claims

	waits *waiter // its place in a line; nil where it waits in none

	result atomic.Uint32 // the call's, for readers of lists
}

func (r *record) due() int64    { return r.at }
func (r *record) place() *int32 { return &r.index }

func (p *part) init() {
	p.calls, p.past = map[flow.Key]*record{}, map[flow.Key]bool{}
	p.next.Store(never)
}

// partOf is the number of the part that a call is in.
func (s *Store) partOf(id string) int {
	return int(maphash.String(s.seed, id) % numParts)
}

func (s *Store) part(k flow.Key) *part { return &s.parts[s.partOf(k.ID)] }

// schedule has a record come due at an instant, or not at all.
func (p *part) schedule(r *record, at int64) {
	if at == r.at {
		return
	}
	r.at = at
	if at == never {
		p.due.remove(r)
	} else {
		p.due.put(r)
	}
	next := int64(never)
	if first, ok := p.due.first(); ok {
		next = first.at
	}
	p.next.Store(next)
}

// parts is a set of parts. They are locked in their order, so that two commits of
// several calls never wait for each other.
type parts uint64

func (set parts) with(i int) parts { return set | 1<<i }

func (s *Store) lock(set parts) {
	for i := range s.parts {
		if set&(1<<i) != 0 {
			s.parts[i].mu.Lock()
		}
	}
}

func (s *Store) unlock(set parts) {
	for i := range s.parts {
		if set&(1<<i) != 0 {
			s.parts[i].mu.Unlock()
		}
	}
}
