package tables

import (
	"encoding/json"
	"reflect"
	"strings"
)

// kept is v as the document that takes the place of another. What that one has and the
// type of v has no field for, a newer version wrote: it stays, so that nodes of both
// versions can share a database. That holds for the document's own fields, and not for
// those of things in it.
func kept(v any, before string) (string, error) {
	doc, err := document(v)
	if err != nil || before == "" {
		return doc, err
	}
	var was, is map[string]json.RawMessage
	if err := json.Unmarshal([]byte(before), &was); err != nil {
		return "", err
	}
	for _, name := range fields(reflect.TypeOf(v)) {
		delete(was, name)
	}
	if len(was) == 0 {
		return doc, nil
	}
	if err := json.Unmarshal([]byte(doc), &is); err != nil {
		return "", err
	}
	for name, value := range was {
		is[name] = value
	}
	return document(is)
}

// fields are the names that a struct's fields have in JSON.
func fields(of reflect.Type) (names []string) {
	for i := range of.NumField() {
		f := of.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct:
			names = append(names, fields(f.Type)...)
		case name == "":
			names = append(names, f.Name)
		default:
			names = append(names, name)
		}
	}
	return names
}
