package account

import (
	"bytes"
	"encoding/json"
)

// schema is a JSON Schema, or a piece of one.
type schema map[string]any

// Schema is the JSON Schema (2020-12) of an account document, made of the same
// table of keys that Parse reads by. Editors complete and check with it; names
// and ranges are Parse's to check.
func Schema() []byte {
	s := new(draft).keys().schema()
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["title"] = "extflow account document"
	s["type"] = "object"
	s["required"] = []string{"account"}
	s["$defs"] = schema{
		"name":        schema{"type": "string", "minLength": 1, "maxLength": 64},
		"key":         schema{"description": "a key of the telephone", "enum": []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#"}},
		"time":        timeSchema(),
		"message":     messageSchema(),
		"destination": destSchema(),
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	_ = enc.Encode(s) // maps and texts only: there is nothing to go wrong
	return b.Bytes()
}

// reference is a piece of the schema that has a name.
func reference(name string) schema { return schema{"$ref": "#/$defs/" + name} }

// about adds what a key is for.
func (s schema) about(words string) schema {
	out := schema{"description": words}
	for k, v := range s {
		out[k] = v
	}
	out["description"] = words
	return out
}

func timeSchema() schema {
	const part = `([0-9]+(\.[0-9]*)?|\.[0-9]+)`
	return schema{
		"description": "15s, 5m, 2h or 30d, or whole seconds",
		"anyOf": []schema{
			{"type": "integer", "minimum": 0},
			{"type": "string", "pattern": `^([0-9]+|[0-9]+d|([0-9]+d)?(` + part + `(ns|us|µs|μs|ms|s|m|h))+)$`},
		},
	}
}
