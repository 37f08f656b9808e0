package console

import (
	"fmt"
	"strings"

	"github.com/extflow/extflow/flow/account"
)

// A number as typed.

// numberForm is a number as typed.
type numberForm struct {
	Number, Label     string
	Action, Closed    formField
	Hours             []optionGroup
	HoursIs           string
	Emergency         formField
	EmergencyDial     string
	Carriers, Release string
	Releases          []option
	Language          string
}

var numberActions = []field{{Key: "action", Label: "Call action", Kind: "dest"}, {Key: "closed", Label: "While it is closed", Kind: "dest"}, {Key: "emergency.hangup", Label: "When nothing else works, say", Kind: "message"}}

// numberField is the field of a form that a fault's path is about.
func numberField(path string) string {
	rest, ok := strings.CutPrefix(path, "numbers.")
	if !ok {
		return ""
	}
	_, key, _ := strings.Cut(rest, ".")
	if key == "emergency.dial" {
		return "emergency-dial"
	}
	key, _, _ = strings.Cut(key, ".")
	key, _, _ = strings.Cut(key, "[")
	switch key {
	case "":
		return "number"
	case "label", "hours", "closed", "emergency", "carriers", "release", "language":
		return key
	}
	return "action"
}

// strangers are faults for those of a list that are no carriers here, where it is known
// which there are.
func (c *Console) strangers(list []any) (faults []account.Fault) {
	var names []string
	for _, carrier := range c.cfg.Carriers {
		names = append(names, carrier.Name)
	}
	if len(names) > 0 && c.sim() != nil {
		names = append(names, "sim")
	}
	for _, name := range list {
		if len(names) > 0 && !has(names, plainly(name)) {
			faults = append(faults, account.Fault{Path: "numbers.x.carriers", Problem: fmt.Sprintf("no carrier “%v” here; there are %s", name, strings.Join(names, ", "))})
		}
	}
	return faults
}
