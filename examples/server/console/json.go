package console

import (
	"bytes"
	"encoding/json"
	"net/url"
)

// jsoned is a value in the types that a draft has when it is read back.
func jsoned(v any) any {
	text, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	var out any
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if dec.Decode(&out) != nil {
		return nil
	}
	return out
}

func pathEscape(s string) string { return url.PathEscape(s) }
