package api

import (
	"encoding/json"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/extflow/extflow/flow/account"
)

// The sections of an account document, as bodies. Their schemas are those of the
// document; what is right and wrong with them the document's reader says.
type (
	Message  map[string]any
	Hours    map[string]any
	Mailbox  map[string]any
	Queue    map[string]any
	Menu     map[string]any
	Question map[string]any
	Flow     map[string]any
	Number   map[string]any
	Settings map[string]any

	Directory map[string]any
)

func (Message) Schema(huma.Registry) *huma.Schema   { return documented("Message") }
func (Hours) Schema(huma.Registry) *huma.Schema     { return documented("Hours") }
func (Mailbox) Schema(huma.Registry) *huma.Schema   { return documented("Mailbox") }
func (Queue) Schema(huma.Registry) *huma.Schema     { return documented("Queue") }
func (Menu) Schema(huma.Registry) *huma.Schema      { return documented("Menu") }
func (Question) Schema(huma.Registry) *huma.Schema  { return documented("Question") }
func (Directory) Schema(huma.Registry) *huma.Schema { return documented("Directory") }
func (Flow) Schema(huma.Registry) *huma.Schema      { return documented("Flow") }
func (Number) Schema(huma.Registry) *huma.Schema    { return documented("Number") }
func (Settings) Schema(huma.Registry) *huma.Schema  { return documented("Settings") }

const components = "#/components/schemas/"

func documented(name string) *huma.Schema { return &huma.Schema{Ref: components + name} }

// sections are the keys of the account document by the name of their schema.
var sections = map[string]string{
	"Message": "messages", "Hours": "hours", "Mailbox": "mailboxes", "Queue": "queues",
	"Menu": "menus", "Flow": "flows", "Question": "questions", "Directory": "directories", "Number": "numbers",
}

// schemas puts the document's own JSON Schema among the API's, piece by piece.
func (a *API) schemas() {
	moved := strings.NewReplacer(
		`"#/$defs/name"`, `"`+components+`DocumentName"`, `"#/$defs/key"`, `"`+components+`DocumentKey"`,
		`"#/$defs/time"`, `"`+components+`DocumentTime"`, `"#/$defs/message"`, `"`+components+`DocumentMessage"`,
		`"#/$defs/destination"`, `"`+components+`DocumentDestination"`,
	)
	var doc struct {
		Properties map[string]map[string]any `json:"properties"`
		Defs       map[string]map[string]any `json:"$defs"`
	}
	if err := json.Unmarshal([]byte(moved.Replace(string(account.Schema()))), &doc); err != nil {
		panic(err) // the schema is the library's own
	}
	all := a.huma.OpenAPI().Components.Schemas.Map()
	for name, def := range doc.Defs {
		all["Document"+strings.ToUpper(name[:1])+name[1:]] = &huma.Schema{Extensions: def}
	}
	for name, section := range sections {
		if one, ok := doc.Properties[section]["additionalProperties"].(map[string]any); ok {
			all[name] = &huma.Schema{Extensions: one}
		}
	}
	all["Settings"] = &huma.Schema{Extensions: doc.Properties["settings"]}
}
