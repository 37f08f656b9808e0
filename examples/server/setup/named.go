package setup

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
)

// NamedBy is what names an agent, in words for people: destinations by its
// extension, mailboxes that it owns.
func NamedBy(st State, g extension.Agent) []string {
	var named []string
	text, _ := json.Marshal(st.Release.Settings) // settings are plain data: there is nothing to go wrong
	var root any
	_ = json.Unmarshal(text, &root)
	var walk func(at string, v any)
	walk = func(at string, v any) {
		switch v := v.(type) {
		case map[string]any:
			if v["to"] == string(flow.TargetExtension) && v["name"] == g.Extension {
				named = append(named, strings.TrimPrefix(at, "."))
			}
			for k, inner := range v {
				walk(at+"."+k, inner)
			}
		case []any:
			for i, inner := range v {
				walk(fmt.Sprintf("%s[%d]", at, i), inner)
			}
		}
	}
	walk("", root)
	for name, m := range st.Release.Settings.Mailboxes {
		if m.Owner == g.ID {
			named = append(named, "mailboxes."+name+".owner")
		}
	}
	for _, other := range st.Document.Agents {
		if other.Successor == g.ID {
			named = append(named, "agents."+other.ID+".successor")
		}
	}
	slices.Sort(named)
	return named
}
