package account

import (
	"maps"
	"slices"

	"github.com/extflow/extflow/flow"
)

// What is said in several languages, and the voices that say it.

// tongues is a text, or a map of texts by language.
type tongues struct {
	into *flow.Message
	one  value
	text func(*flow.Wording) (value, *string)
}

func spokenIn(w *flow.Wording) (value, *string) { return passage{&w.Say}, &w.Say }

func playedIn(w *flow.Wording) (value, *string) {
	return line{&w.Play, "a URL or a file's name"}, &w.Play
}

func (v tongues) read(r *reader, n *node, at string) {
	if n.kind != mapping {
		v.one.read(r, n, at)
		return
	}
	if len(n.pairs) == 0 {
		r.wants(&node{line: n.line}, at, "texts by language, as in {en: Hello., es: Hola.}")
	}
	for _, p := range r.open(n, at, "") {
		w := flow.Wording{Language: p.key}
		text, _ := v.text(&w)
		text.read(r, p.value, under(at, p.key))
		v.into.In = append(v.into.In, w)
	}
}

func (v tongues) write() *node {
	n := &node{kind: mapping}
	for i := range v.into.In {
		w := &v.into.In[i]
		if _, said := v.text(w); *said != "" {
			n.pairs = append(n.pairs, pair{key: w.Language, value: text(*said)})
		}
	}
	if len(n.pairs) > 0 {
		return n
	}
	return v.one.write()
}

func (v tongues) schema() schema {
	one := v.one.schema()
	return schema{"anyOf": []schema{one, {"type": "object", "minProperties": 1, "additionalProperties": one}}}
}

// voices are the account's, by language and carrier.
type voices struct {
	into *map[string]map[string]string
}

func (v voices) read(r *reader, n *node, at string) {
	for _, p := range r.open(n, at, "voices by language, as in {es-MX: {twilio: Polly.Mia}}") {
		at := under(at, p.key)
		of := map[string]string{}
		for _, c := range r.open(p.value, at, "voices by carrier, as in {twilio: Polly.Mia}") {
			if voice, ok := r.line(c.value, under(at, c.key), "a voice's name"); ok {
				of[c.key] = voice
			}
		}
		if *v.into == nil {
			*v.into = map[string]map[string]string{}
		}
		(*v.into)[p.key] = of
	}
}

func (v voices) write() *node {
	if len(*v.into) == 0 {
		return nil
	}
	n := &node{kind: mapping}
	for _, tag := range slices.Sorted(maps.Keys(*v.into)) {
		of := (*v.into)[tag]
		one := writeMap(of, func(voice *string) *node { return text(*voice) })
		n.pairs = append(n.pairs, pair{key: tag, value: one})
	}
	return n
}

func (v voices) schema() schema {
	one := schema{"type": "object", "minProperties": 1, "additionalProperties": line{}.schema()}
	return schema{"type": []string{"object", "null"}, "additionalProperties": one}
}
