// Package account reads and writes the account document: one YAML or JSON text
// with everything that an account has. Parse tells every fault at once, each with
// its line and path; Export writes what Parse gives back unchanged; Schema
// describes it to editors.
package account

import (
	_ "embed"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a document is right or wrong on every machine alike

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
)

// Document is an account as it was written down, references checked and defaults
// that others need filled in.
type Document struct {
	Account string

	Range      extension.Range  // which extensions the account has
	Quarantine time.Duration    // how long a freed extension rests; 0 is 30 days
	Region     string           // ISO 3166; the country of numbers that are written without one
	Countries  []string         // ISO 3166; where agents' telephones and handoffs may be
	KeepCalls  time.Duration    // how long calls are kept; 0 is 90 days
	Emergency  number.Emergency // of the numbers that do not say it themselves

	Settings flow.Settings       // what a release is made of; Entries bear the numbers in E.164
	Agents   []extension.Agent   // in the order of the document, every one with an extension
	Members  map[string][]string // agents' ids, by queue
	Numbers  []number.Assignment // in the order of the document, every one with its entry
}

// The defaults of a Document.
const (
	DefaultQuarantine = 30 * day
	DefaultKeepCalls  = 90 * day
)

//go:embed testdata/acme.yaml
var sample []byte

// Sample is the document of an account named acme that uses a little of
// everything. Examples begin with it.
func Sample() []byte { return slices.Clone(sample) }

// Parse reads a document in YAML or JSON. The error is of type Faults and holds
// everything that is wrong; errors.Is(err, flow.ErrSettings) is true. What it
// returns can be published: flow.Compile accepts the Settings.
func Parse(data []byte) (*Document, error) { return ParseAmong(data, nil) }

// ParseAmong is Parse where it is known which audio the account has uploaded, by name:
// a message that plays another file is a fault. Nil is not checked against.
func ParseAmong(data []byte, files map[string]bool) (*Document, error) {
	root, faults := load(data)
	if len(faults) > 0 {
		return nil, faults.told()
	}
	if root.kind != mapping {
		return nil, Faults{{Line: max(root.line, 1), Problem: "no account document; write keys and values, the first of them account: NAME"}}
	}
	r := newReader(root)
	r.files = files
	var d draft
	d.keys().read(r, root, "")
	if d.account == "" {
		r.require(root)
	} else {
		r.name(r.lineOf("account"), "account", d.account)
	}
	doc := r.document(&d)
	if err := r.faults.told(); err != nil {
		return nil, err
	}
	return doc, nil
}

// require tells that the account has no name, unless something else was said
// about it.
func (r *reader) require(root *node) {
	if !r.told()("account") {
		r.fault(root.line, "account", "no account; write whose document this is, as in account: acme")
	}
}

// document is what a draft says, after every check that needs more than one value.
func (r *reader) document(d *draft) *Document {
	s := &d.settings
	doc := &Document{
		Account:    d.account,
		Quarantine: s.quarantine,
		Region:     strings.ToUpper(s.region),
		KeepCalls:  s.keepCalls,
		Settings:   d.release(),
		Members:    r.members(d),
	}
	doc.Emergency = s.emergency.resolve(doc.Settings, "")
	for _, c := range s.countries {
		doc.Countries = append(doc.Countries, strings.ToUpper(c))
	}
	if doc.Countries == nil && doc.Region != "" {
		doc.Countries = []string{doc.Region}
	}
	ours := map[number.E164]int{}
	for _, a := range d.numbers {
		ours[a.Number] = a.line
	}
	r.checkSettings(s)
	r.checkAgents(d, ours)
	r.checkNumbers(d, ours)
	rules, ok := r.extensionRange(s)
	if doc.Range = rules; ok {
		r.assignExtensions(rules, d.agents)
	}
	r.ownMailboxes(d)
	r.checkRelease(doc, d)
	for _, a := range d.agents {
		if a.Presence == "" {
			a.Presence = extension.Available
		}
		doc.Agents = append(doc.Agents, a.Agent)
	}
	for _, a := range d.numbers {
		a.Account, a.Entry, a.Emergency = d.account, string(a.Number), a.emergency.resolve(doc.Settings, a.Language)
		if a.emergency == (emergency{}) {
			a.Emergency = doc.Emergency
		}
		doc.Numbers = append(doc.Numbers, a.Assignment)
	}
	return doc
}

// release is what a draft says of a release's settings.
func (d *draft) release() flow.Settings {
	s := flow.Settings{
		Defaults: d.settings.Defaults, Messages: d.messages, Hours: d.hours,
		Mailboxes: d.mailboxes, Menus: d.menus, Flows: d.flows, Questions: d.questions, Directories: d.directory,
	}
	for name, q := range d.queues {
		if s.Queues == nil {
			s.Queues = map[string]flow.Queue{}
		}
		s.Queues[name] = q.Queue
	}
	for _, a := range d.numbers {
		if s.Entries == nil {
			s.Entries = map[string]flow.Entry{}
		}
		a.begin.Language = a.Language
		s.Entries[string(a.Number)] = a.begin
	}
	return s
}
