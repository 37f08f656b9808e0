package vonagetest

import (
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// What a document may say (Vonage's NCCO reference), as far as it is carried out here.

// action is one of a document.
type action map[string]any

func (a action) name() string { return a.text("action", "") }

func (a action) text(name, otherwise string) string {
	if s, ok := a[name].(string); ok {
		return s
	}
	return otherwise
}

func (a action) number(name string, otherwise int) int {
	if n, ok := a[name].(json.Number); ok {
		if i, err := n.Int64(); err == nil {
			return int(i)
		}
	}
	return otherwise
}

func (a action) seconds(name string, otherwise float64) time.Duration {
	if n, ok := a[name].(json.Number); ok {
		if f, err := n.Float64(); err == nil {
			otherwise = f
		}
	}
	return time.Duration(otherwise * float64(time.Second))
}

func (a action) yes(name string, otherwise ...bool) bool {
	if b, ok := a[name].(bool); ok {
		return b
	}
	return len(otherwise) > 0 && otherwise[0]
}

// link is the one address of a list.
func (a action) link(name string) string {
	list, _ := a[name].([]any)
	if len(list) == 0 {
		return ""
	}
	s, _ := list[0].(string)
	return s
}

// value checks one value.
type value func(v any) bool

// shape is what an object may have; those with a ! must be there.
type shape map[string]value

var grammar = map[string]shape{
	"talk":         {"text!": words, "bargeIn": truth, "loop": whole(0, math.MaxInt32), "level": part(-1, 1), "language": language, "style": whole(0, 1000), "premium": truth},
	"stream":       {"streamUrl!": oneLink, "level": part(-1, 1), "bargeIn": truth, "loop": whole(0, math.MaxInt32)},
	"input":        {"type!": dtmfAlone, "dtmf": object(shape{"timeOut": whole(0, 10), "maxDigits": whole(1, 20), "submitOnHash": truth}), "mode": oneOf("synchronous"), "eventUrl": oneLink, "eventMethod": oneOf("GET", "POST")},
	"connect":      {"endpoint!": oneEndpoint, "from": filled, "randomFromNumber": truth, "eventType": oneOf("synchronous"), "timeout": whole(1, 120), "limit": whole(1, 7200), "eventUrl": oneLink, "eventMethod": oneOf("GET", "POST"), "ringbackTone": link},
	"record":       {"format": oneOf("mp3", "wav", "ogg"), "endOnSilence": whole(3, 10), "endOnKey": oneOf(strings.Split("0123456789*#", "")...), "timeOut": whole(3, 7200), "beepStart": truth, "eventUrl": oneLink, "eventMethod": oneOf("GET", "POST"), "transcription": object(shape{"language": language, "eventUrl": oneLink, "eventMethod": oneOf("GET", "POST"), "sentimentAnalysis": truth})},
	"conversation": {"name!": filled, "musicOnHoldUrl": oneLink, "startOnEnter": truth, "endOnExit": truth, "eventUrl": oneLink, "eventMethod": oneOf("GET", "POST")},
	"notify":       {"payload!": object(nil), "eventUrl!": oneLink, "eventMethod": oneOf("GET", "POST")},
	"wait":         {"timeout": part(0.1, 7200)},
}

var endpoints = map[string]shape{
	"phone": {"type!": filled, "number!": matches(`^[0-9]{7,15}$`), "dtmfAnswer": matches(`^[0-9#*p]*$`)},
	"sip":   {"type!": filled, "uri!": matches(`^sips?:[^@\s]+@[^@\s]+$`)},
	"app":   {"type!": filled, "user!": filled},
}

func check(doc []any) ([]action, error) {
	var actions []action
	barge := false
	for i, x := range doc {
		a, ok := x.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("action %d is no object", i)
		}
		name := action(a).name()
		s, ok := grammar[name]
		if !ok {
			return nil, fmt.Errorf("action %d: there is no %q", i, name)
		}
		if why := s.wrong(a, "action"); why != "" {
			return nil, fmt.Errorf("action %d, %s: %s", i, name, why)
		}
		prompt := name == "talk" || name == "stream"
		switch {
		case name == "input":
			barge = false
		case barge && !prompt:
			return nil, fmt.Errorf("action %d, %s: after bargeIn comes an input", i, name)
		case barge && !action(a).yes("bargeIn"):
			return nil, fmt.Errorf("action %d, %s: bargeIn holds until an input", i, name)
		case prompt && action(a).yes("bargeIn"):
			barge = true
		}
		if name == "record" && a["endOnSilence"] == nil && a["endOnKey"] == nil && a["timeOut"] == nil {
			return nil, fmt.Errorf("action %d: a record that nothing ends is left out here", i)
		}
		actions = append(actions, a)
	}
	if barge {
		return nil, fmt.Errorf("after bargeIn comes an input")
	}
	return actions, nil
}

// wrong is what is wrong with an object; empty is nothing.
func (s shape) wrong(o map[string]any, but ...string) string {
	for name, v := range o {
		if len(but) > 0 && name == but[0] {
			continue
		}
		ok := s[name]
		if ok == nil {
			ok = s[name+"!"]
		}
		switch {
		case ok == nil:
			return "there is no " + name
		case !ok(v):
			return fmt.Sprintf("%s cannot be %s", name, encoded(v))
		}
	}
	for name := range s {
		if bare, must := strings.CutSuffix(name, "!"); must && o[bare] == nil {
			return bare + " is missing"
		}
	}
	return ""
}

func truth(v any) bool  { _, ok := v.(bool); return ok }
func filled(v any) bool { s, ok := v.(string); return ok && s != "" }

// words are at most 1500 characters, SSML's tags aside.
func words(v any) bool {
	s, ok := v.(string)
	return ok && s != "" && (utf8.RuneCountInString(s) <= 1500 || strings.HasPrefix(strings.TrimSpace(s), "<speak"))
}

func matches(pattern string) value {
	re := regexp.MustCompile(pattern)
	return func(v any) bool { s, ok := v.(string); return ok && re.MatchString(s) }
}

var language = matches(`^[a-z]{2,3}(-[A-Za-z0-9]{2,4})*$`)

func oneOf(words ...string) value {
	return func(v any) bool {
		for _, w := range words {
			if v == w {
				return true
			}
		}
		return false
	}
}

func whole(least, most int64) value {
	return func(v any) bool {
		n, ok := v.(json.Number)
		i, err := n.Int64()
		return ok && err == nil && i >= least && i <= most
	}
}

func part(least, most float64) value {
	return func(v any) bool {
		n, ok := v.(json.Number)
		f, err := n.Float64()
		return ok && err == nil && f >= least && f <= most
	}
}

func link(v any) bool {
	s, ok := v.(string)
	u, err := url.Parse(s)
	return ok && err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

func oneLink(v any) bool {
	list, ok := v.([]any)
	return ok && len(list) == 1 && link(list[0])
}

func dtmfAlone(v any) bool {
	list, ok := v.([]any)
	return ok && len(list) == 1 && list[0] == "dtmf"
}

func object(s shape) value {
	return func(v any) bool {
		o, ok := v.(map[string]any)
		return ok && (s == nil || s.wrong(o) == "")
	}
}

func oneEndpoint(v any) bool {
	list, ok := v.([]any)
	return ok && len(list) == 1 && isEndpoint(list[0])
}

func isEndpoint(v any) bool {
	o, ok := v.(map[string]any)
	kind, _ := o["type"].(string)
	s := endpoints[kind]
	return ok && s != nil && s.wrong(o) == ""
}

// endpoint is whom a leg rings.
type endpoint struct {
	kind    string
	text    string // as the carrier names it
	address string // the phone's
}

func endpointOf(v any) endpoint {
	o := action(v.(map[string]any))
	switch o.text("type", "") {
	case "phone":
		n := o.text("number", "")
		return endpoint{"phone", n, "tel:+" + n}
	case "app":
		return endpoint{"app", o.text("user", ""), "client:" + o.text("user", "")}
	}
	return endpoint{"sip", o.text("uri", ""), o.text("uri", "")}
}
