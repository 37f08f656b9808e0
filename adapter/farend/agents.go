package farend

import (
	"maps"
	"slices"
)

// Agents are the telephones of agents: there is one at every address. They belong
// beneath the lock.
type Agents[A any] struct {
	New func(address string) A

	at map[string]A
}

// At is the telephone at an address.
func (b *Agents[A]) At(address string) A {
	a, ok := b.at[address]
	if !ok {
		if b.at == nil {
			b.at = map[string]A{}
		}
		a = b.New(address)
		b.at[address] = a
	}
	return a
}

// All are the telephones that have been rung or named, by address.
func (b *Agents[A]) All() []A {
	var out []A
	for _, address := range slices.Sorted(maps.Keys(b.at)) {
		out = append(out, b.at[address])
	}
	return out
}
