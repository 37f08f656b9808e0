package extension

// Class is what the directory answers to a keyed entry: not who, but what can be
// done about it. It is all of an answer that decides where a call goes.
type Class uint8

// The classes. The zero value is no answer.
const (
	ClassAvailable Class = iota + 1 // the agent can be rung
	ClassBusy                       // on another call of ours, set to busy, or calling themselves
	ClassAway                       // exists, but cannot be rung: offline, away, outside hours, no endpoint
	ClassUnknown                    // no extension of this account
	ClassPartial                    // fewer digits than any extension, or the beginning of one
)

var classNames = [...]string{"", "available", "busy", "away", "unknown", "partial"}

// Classes lists every class.
func Classes() []Class {
	return []Class{ClassAvailable, ClassBusy, ClassAway, ClassUnknown, ClassPartial}
}

// String is the class in a word, as in "busy".
func (c Class) String() string {
	if int(c) < len(classNames) {
		return classNames[c]
	}
	return ""
}

// ParseClass reads the word that String gives.
func ParseClass(s string) (Class, bool) {
	for i, name := range classNames {
		if name == s && i > 0 {
			return Class(i), true
		}
	}
	return 0, false
}
