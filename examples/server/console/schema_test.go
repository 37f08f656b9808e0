package console_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow/account"
)

// node is a piece of the account document's schema.
type node struct {
	Ref        string          `json:"$ref"`
	Properties map[string]node `json:"properties"`
	Each       *node           `json:"additionalProperties"`
	Items      *node           `json:"items"`
	OneOf      []node          `json:"oneOf"`
}

// UnmarshalJSON also takes the schemas true and false.
func (n *node) UnmarshalJSON(text []byte) error {
	type plain node
	if string(text) == "true" || string(text) == "false" {
		return nil
	}
	return json.Unmarshal(text, (*plain)(n))
}

// keys are the settings below a piece, as in "ring.time"; what has a name in the schema
// is looked at once, by its name.
func (n node) keys(at string) []string {
	if len(n.Properties) == 0 {
		return []string{at}
	}
	var all []string
	for _, key := range slices.Sorted(maps.Keys(n.Properties)) {
		all = append(all, n.Properties[key].keys(strings.TrimPrefix(at+"."+key, "."))...)
	}
	return all
}

// Every setting of the account document has a field in the console: a new one cannot be
// forgotten.
func TestPages_haveAFieldForEverySetting(t *testing.T) {
	t.Parallel()
	var schema struct {
		Properties map[string]node
		Defs       map[string]node `json:"$defs"`
	}
	require.NoError(t, json.Unmarshal(account.Schema(), &schema))
	s := newSite(t, string(account.Sample())+"hours: {office: {open: {mon: [\"09:00-17:00\"]}}}\nquestions: {tier: {answers: {gold: hangup}, otherwise: hangup}}\ndirectories: {people: {flow: front-desk}}\n")
	pages := map[string]string{
		"settings": "settings", "flows": "flows/front-desk", "menus": "menus/main", "messages": "messages/welcome", "questions": "questions/tier", "directories": "directories/people", "queues": "queues/support",
		"mailboxes": "mailboxes/team", "hours": "hours/office", "agents": "agents/ada", "numbers": "numbers/+12025550100",
	}
	elsewhere := map[string]string{ // settings whose field has another name than the setting
		"agents id": `/agents/ada"`, "numbers emergency.dial": `name="emergency-dial"`,
		"numbers otherwise": `name="action~otherwise"`,
		"messages say":      `name="~say"`, "messages play": `name="~play"`, "messages language": `name="~language"`, "messages voice": `name="~voice"`,
	}
	destinations := schema.Defs["destination"].OneOf[1].Properties
	require.NotEmpty(t, destinations)
	var missing []string
	look := func(page, what string, marks ...string) {
		if !slices.ContainsFunc(marks, func(m string) bool { return strings.Contains(page, m) }) {
			missing = append(missing, what)
		}
	}
	for section, of := range schema.Properties {
		if section == "account" {
			continue
		}
		page := string(s.fetch(pages[section]))
		one := of
		switch {
		case of.Items != nil:
			one = *of.Items
		case of.Each != nil && len(of.Properties) == 0:
			one = *of.Each
		}
		for _, key := range one.keys("") {
			marks := []string{fmt.Sprintf(`name="%s"`, key), fmt.Sprintf(`name="%s~m"`, key), fmt.Sprintf(`name="%s.`, key), elsewhere[section+" "+key]}
			if marks[3] == "" {
				marks[3] = marks[0]
			}
			if head, _, _ := strings.Cut(key, "."); section == "numbers" && key != "otherwise" {
				if _, is := destinations[head]; is { // what each needs is looked for below
					marks = append(marks, fmt.Sprintf(`<option value="%s"`, head), fmt.Sprintf(`<option value="%s:`, head))
				}
			}
			look(page, section+"."+key, marks...)
		}
	}
	flow := string(s.fetch("flows/front-desk"))
	for key := range schema.Defs["message"].OneOf[1].Properties {
		look(flow, "a message's "+key, fmt.Sprintf(`name="greeting~%s"`, key), fmt.Sprintf(`<option value="%s:`, key))
	}
	for key := range destinations {
		look(flow, "a destination's "+key, fmt.Sprintf(`name="busy~%s"`, key), fmt.Sprintf(`<option value="%s"`, key), fmt.Sprintf(`<option value="%s:`, key))
	}
	slices.Sort(missing)
	require.Empty(t, missing, "settings that nobody can change in the console; see forms.go")
}
