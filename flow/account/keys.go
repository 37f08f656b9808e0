package account

import (
	"maps"
	"slices"
)

// The table of keys. A value is bound to where it is kept, and knows how it is
// read, written and described; a block is a list of keys. Parse, Export and the
// JSON Schema all go through the same blocks, in table.go, so a key that one of
// them knows is known to the others.

// value is what may stand at a key.
type value interface {
	read(r *reader, n *node, at string)
	write() *node // nil where it is left to its default
	schema() schema
}

// key is one key of a block.
type key struct {
	name  string
	value value
	about string // for the schema: what it is, in which range, and the default
}

// block is a map with known keys.
type block []key

func (b block) names() []string {
	names := make([]string, len(b))
	for i := range b {
		names[i] = b[i].name
	}
	return names
}

func (b block) find(name string) (key, bool) {
	i := slices.IndexFunc(b, func(k key) bool { return k.name == name })
	if i < 0 {
		return key{}, false
	}
	return b[i], true
}

func (b block) read(r *reader, n *node, at string) {
	b.readPairs(r, r.open(n, at, "a map, as in {"+b[0].name+": …}"), at)
}

// readPairs reads keys that were opened before.
func (b block) readPairs(r *reader, pairs []pair, at string) {
	for _, p := range pairs {
		if k, ok := b.find(p.key); ok {
			k.value.read(r, p.value, under(at, p.key))
		} else {
			r.unknown(p, at, b.names())
		}
	}
}

// write is the keys that are not left to their default, in the table's order.
func (b block) write() *node {
	n := &node{kind: mapping}
	for _, k := range b {
		if v := k.value.write(); v != nil {
			n.pairs = append(n.pairs, pair{key: k.name, value: v})
		}
	}
	if len(n.pairs) == 0 {
		return nil
	}
	return n
}

func (b block) schema() schema {
	properties := schema{}
	for _, k := range b {
		properties[k.name] = k.value.schema().about(k.about)
	}
	return schema{"type": []string{"object", "null"}, "properties": properties, "additionalProperties": false}
}

// named is a map of an account's things by name: queues, menus, flows.
func named[T any](into *map[string]T, what string, keys func(*T) block) things[T] {
	return things[T]{into: into, what: what, keys: keys}
}

type things[T any] struct {
	into *map[string]T
	what string
	keys func(*T) block
	also schema // what the schema says of each besides its keys
}

// with adds what the schema says of each thing besides its keys.
func (v things[T]) with(also schema) things[T] {
	v.also = also
	return v
}

func (v things[T]) read(r *reader, n *node, at string) {
	for _, p := range r.open(n, at, "a map of "+v.what+" by name") {
		path := under(at, p.key)
		r.name(p.line, path, p.key)
		var t T
		v.keys(&t).read(r, p.value, path)
		if *v.into == nil {
			*v.into = map[string]T{}
		}
		(*v.into)[p.key] = t
	}
}

func (v things[T]) write() *node {
	return writeMap(*v.into, func(t *T) *node { return v.keys(t).write() })
}

// writeMap writes the things of a map by name, in the order of their names.
func writeMap[K ~string, T any](m map[K]T, write func(*T) *node) *node {
	if len(m) == 0 {
		return nil
	}
	n := &node{kind: mapping}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		t := m[name]
		thing := write(&t)
		if thing == nil {
			thing = pairs()
		}
		n.pairs = append(n.pairs, pair{key: string(name), value: thing})
	}
	return n
}

func (v things[T]) schema() schema {
	one := v.keys(new(T)).schema()
	for k, also := range v.also {
		one[k] = also
	}
	return schema{"type": []string{"object", "null"}, "propertyNames": reference("name"), "additionalProperties": one}
}
