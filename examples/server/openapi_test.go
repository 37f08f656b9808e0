package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

// description is a server's OpenAPI document, able to say whether an answer is as
// it describes.
type description struct {
	root     map[string]any
	compiler *jsonschema.Compiler
}

func describedBy(t testing.TB, text string) *description {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	require.NoError(t, err)
	d := &description{root: doc.(map[string]any), compiler: jsonschema.NewCompiler()}
	require.NoError(t, d.compiler.AddResource("openapi.json", doc))
	return d
}

// operations are "GET /api/v1/agents/{agent}" and their like, with the pointers to
// what describes them.
func (d *description) operations() map[string]map[string]any {
	all := map[string]map[string]any{}
	for path, item := range d.root["paths"].(map[string]any) {
		for method, op := range item.(map[string]any) {
			all[strings.ToUpper(method)+" "+path] = op.(map[string]any)
		}
	}
	return all
}

var wildcard = regexp.MustCompile(`\\{[a-z]+\\}`)

// holds is an error where an answer is not as described. Of several operations the
// one with the fewest wildcards is meant, as a ServeMux has it.
func (d *description) holds(method, path string, status int, contentType string, body []byte) error {
	best := ""
	for op := range d.operations() {
		m, template, _ := strings.Cut(op, " ")
		fits := regexp.MustCompile("^" + wildcard.ReplaceAllString(regexp.QuoteMeta(template), "[^/]+") + "$").MatchString(path)
		if m == method && fits && (best == "" || strings.Count(template, "{") < strings.Count(best, "{")) {
			best = template
		}
	}
	if best == "" {
		return fmt.Errorf("%s %s is not described", method, path)
	}
	responses, _ := d.root["paths"].(map[string]any)[best].(map[string]any)[strings.ToLower(method)].(map[string]any)["responses"].(map[string]any)
	code := strconv.Itoa(status)
	if responses[code] == nil {
		code = "default"
	}
	contentType, _, _ = strings.Cut(contentType, ";")
	escape := strings.NewReplacer("~", "~0", "/", "~1").Replace
	at := "/paths/" + escape(best) + "/" + strings.ToLower(method) + "/responses/" + code + "/content/" + escape(contentType) + "/schema"
	schema, err := d.compiler.Compile("openapi.json#" + at)
	if err != nil {
		return fmt.Errorf("%d %s is not described: %w", status, contentType, err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	return schema.Validate(v)
}

// The law is the OpenAPI Initiative's own schema (Apache License 2.0), of 2022-10-07.
func TestOpenAPI_theDescriptionIsValid(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]*process{"the simulator alone": start(t, nil), "with Twilio": start(t, twilioOn(), "-simulator")} {
		text := p.get("/openapi.json").is(200).text
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		require.NoError(t, err)
		raw, err := os.ReadFile("testdata/openapi-3.1.schema.json")
		require.NoError(t, err)
		law, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
		require.NoError(t, err)
		c := jsonschema.NewCompiler()
		require.NoError(t, c.AddResource("openapi-3.1.schema.json", law))
		schema, err := c.Compile("openapi-3.1.schema.json")
		require.NoError(t, err)
		require.NoError(t, schema.Validate(v), name)

		d := describedBy(t, text)
		require.Equal(t, "3.1.0", d.root["openapi"])
		components := d.root["components"].(map[string]any)["schemas"].(map[string]any)
		require.Contains(t, components, "Flow")
		for c := range components {
			_, err := d.compiler.Compile("openapi.json#/components/schemas/" + c)
			require.NoError(t, err, c)
		}
		ids := map[string]bool{}
		for name, op := range d.operations() {
			id, _ := op["operationId"].(string)
			require.NotEmpty(t, id, name)
			require.False(t, ids[id], "%s is there twice", id)
			ids[id] = true
			require.NotEmpty(t, op["summary"], name)
			for _, wild := range regexp.MustCompile(`\{([a-z]+)\}`).FindAllStringSubmatch(name, -1) {
				text, _ := json.Marshal(op["parameters"])
				require.Contains(t, string(text), `"name":"`+wild[1]+`"`, name)
			}
		}
	}
}

// Every route that the server has is described, and what is described is there.
func TestOpenAPI_describesEveryRouteAndNoOther(t *testing.T) {
	t.Parallel()
	set, err := readSettings([]string{"-simulator", "-db", inMemory}, lookup(twilioOn()), nil)
	require.NoError(t, err)
	s := &server{set: set, out: new(said), log: logger("text", new(said))}
	require.NoError(t, s.build(t.Context()))
	t.Cleanup(func() { require.NoError(t, s.meter.Close(t.Context())) })

	var routes []string
	routes = append(routes, s.api.Patterns()...)
	for _, r := range s.routes {
		routes = append(routes, r.method+" "+strings.TrimSuffix(r.pattern, "{$}"))
	}
	for _, c := range s.carriers {
		routes = append(routes, http.MethodPost+" "+c.pattern+"{rest}")
	}
	slices.Sort(routes)
	require.Equal(t, routes, slices.Sorted(maps.Keys(describedBy(t, string(s.openAPI)).operations())))
	require.Greater(t, len(routes), 70)
}

// twilioOn is the environment of a server that Twilio is switched on for.
func twilioOn() map[string]string {
	return map[string]string{
		"TWILIO_ACCOUNT_SID": "AC00000000000000000000000000000001", "TWILIO_AUTH_TOKEN": "12345",
		"EXTFLOW_PUBLIC_URL": "https://calls.example.com",
	}
}

func lookup(env map[string]string) func(string) string {
	return func(k string) string { return env[k] }
}
