package console

import (
	"strings"
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
