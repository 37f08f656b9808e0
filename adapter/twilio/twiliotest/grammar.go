package twiliotest

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Grammar: the elements that are carried out here, what they may bear and hold.
// Everything else Twilio would refuse, or this package cannot do.

// shape is what an element may be.
type shape struct {
	text  bool // it has text
	kids  string
	attrs map[string]check // carried out
	noted string           // attributes that Twilio knows and this package passes over
}

// check reports whether a value is one that Twilio takes.
type check func(string) bool

func anything(string) bool { return true }

func number(least, most int) check {
	return func(s string) bool {
		n, err := strconv.Atoi(s)
		return err == nil && n >= least && n <= most
	}
}

func oneOf(values ...string) check {
	return func(s string) bool { return slices.Contains(values, s) }
}

func listOf(values ...string) check {
	return func(s string) bool {
		for _, w := range strings.Fields(s) {
			if !slices.Contains(values, w) {
				return false
			}
		}
		return true
	}
}

// address takes an absolute URL, or one relative to the document. An empty one is
// taken too: it is the document itself, or silence.
func address(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "" || u.Host != "" && (u.Scheme == "http" || u.Scheme == "https"))
}

// callback takes an address whose host Twilio calls back: none with an underscore.
func callback(s string) bool {
	u, err := url.Parse(s)
	return err == nil && address(s) && !strings.Contains(u.Host, "_")
}

var (
	truth    = oneOf("true", "false")
	method   = oneOf("GET", "POST")
	progress = listOf("initiated", "ringing", "answered", "completed")
	taped    = listOf("in-progress", "completed", "absent")
	verbs    = "Dial Enqueue Gather Hangup Leave Pause Play Record Redirect Reject Say"
)

// amd is what nouns know of answering machines.
const amd = " amdStatusCallback amdStatusCallbackMethod machineDetection machineDetectionSilenceTimeout machineDetectionSpeechEndThreshold machineDetectionSpeechThreshold machineDetectionTimeout"

// noun is what every phone of a Dial may bear.
func noun(noted string) shape {
	return shape{text: true, noted: noted, attrs: map[string]check{
		"url": address, "method": method,
		"statusCallback": callback, "statusCallbackMethod": method, "statusCallbackEvent": progress,
	}}
}

var grammar = map[string]shape{
	"Response": {kids: verbs},
	"Say":      {text: true, attrs: map[string]check{"voice": anything, "language": anything, "loop": number(0, 1000)}},
	"Play":     {text: true, attrs: map[string]check{"loop": number(0, 1000)}, noted: "digits"},
	"Pause":    {attrs: map[string]check{"length": number(0, 1<<20)}},
	"Hangup":   {},
	"Leave":    {},
	"Reject":   {attrs: map[string]check{"reason": oneOf("rejected", "busy")}},
	"Redirect": {text: true, attrs: map[string]check{"method": method}},
	"Gather": {kids: "Pause Play Say", noted: "bargeIn debug enhanced hints language maxSpeechTime partialResultCallback partialResultCallbackMethod profanityFilter speechModel speechTimeout",
		attrs: map[string]check{
			"input": oneOf("dtmf"), "action": address, "method": method, "timeout": number(1, 1<<20), "numDigits": number(1, 1<<20),
			"finishOnKey": anything, "actionOnEmptyResult": truth,
		}},
	"Record": {noted: "recordingConfigurationId trim", attrs: map[string]check{
		"transcribe": truth, "transcribeCallback": callback,
		"action": address, "method": method, "timeout": number(0, 1<<20), "finishOnKey": keys, "maxLength": number(2, 86400), "playBeep": truth,
		"recordingStatusCallback": callback, "recordingStatusCallbackMethod": method, "recordingStatusCallbackEvent": taped,
	}},
	"Dial": {text: true, kids: "Client Conference Number Queue Sip",
		noted: "events passports record recordingConfigurationId recordingStatusCallback recordingStatusCallbackEvent recordingStatusCallbackMethod recordingTrack referMethod referUrl ringTone trim",
		attrs: map[string]check{
			"action": address, "method": method, "timeout": number(5, 600), "timeLimit": number(1, 86400), "callerId": anything,
			"hangupOnStar": truth, "answerOnBridge": truth, "sequential": truth,
		}},
	"Number": noun("byoc sendDigits" + amd),
	"Client": noun(""),
	"Sip":    noun("password username" + amd),
	"Queue":  {text: true, attrs: map[string]check{"url": address, "method": method}, noted: "postWorkActivitySid reservationSid"},
	"Conference": {text: true,
		noted: "coach eventCallbackUrl jitterBufferSize muted participantLabel record recordingConfigurationId recordingStatusCallback recordingStatusCallbackEvent recordingStatusCallbackMethod region statusCallback statusCallbackEvent statusCallbackMethod trim",
		attrs: map[string]check{
			"beep": oneOf("true", "false", "onEnter", "onExit"), "startConferenceOnEnter": truth, "endConferenceOnExit": truth,
			"waitUrl": address, "waitMethod": method, "maxParticipants": number(2, 250),
		}},
	"Enqueue": {text: true, noted: "workflowSid", attrs: map[string]check{
		"action": address, "method": method, "waitUrl": address, "waitUrlMethod": method, "maxQueueSize": number(1, 5000),
	}},
}

// keys takes any of the twelve.
func keys(s string) bool { return strings.Trim(s, "0123456789#*") == "" }

// kind is what kind of document it is: which verbs it may have, and what happens
// at its end.
type kind string

const (
	callDocument   kind = "the call's"
	whisper        kind = "a whisper's"
	queueWait      kind = "a queue's waiting"
	queueWhisper   kind = "a queue's whisper"
	conferenceWait kind = "a conference's waiting"
)

// allowed are the verbs of each kind.
var allowed = map[kind]string{
	callDocument:   "Dial Enqueue Gather Hangup Pause Play Record Redirect Reject Say",
	whisper:        "Gather Hangup Play Say",
	queueWait:      "Gather Hangup Leave Pause Play Redirect Say",
	queueWhisper:   "Pause Play Redirect Say",
	conferenceWait: "Pause Play Redirect Say",
}

// check sees that a document is one that Twilio would carry out. Inline says that
// it came by REST, and that its addresses are relative to nothing. It returns the
// attributes that are passed over. The error is a *refusal.
func (e *element) check(k kind, inline bool) (passed []string, err error) {
	for _, v := range e.kids {
		if _, ok := grammar[v.tag]; ok && !among(v.tag, allowed[k]) {
			return nil, refuse(codeSchema, "<%s> is not allowed in %s document", v.tag, k)
		}
	}
	return passed, e.checkShape(inline, &passed)
}

// Valid sees that a document is one that Twilio would carry out, wherever it is asked
// for, and that every address in it is absolute. What this package leaves out is no
// fault of the document's where Twilio knows it.
func Valid(document []byte) error {
	root, err := parse(document)
	if err != nil {
		return err
	}
	return root.checkShape(true, new([]string))
}

func (e *element) checkShape(inline bool, passed *[]string) error {
	s := grammar[e.tag]
	for name, value := range e.attrs {
		ok, known := s.attrs[name]
		switch {
		case !known && among(name, s.noted):
			*passed = append(*passed, "<"+e.tag+" "+name+">")
		case !known:
			return refuse(codeSchema, "<%s> has no attribute %s", e.tag, name)
		case !ok(value):
			return refuse(codeSchema, "<%s %s=%q> is not allowed, or not known here", e.tag, name, value)
		case inline && isAddress(name) && !absolute(value):
			return refuse(codeURL, "<%s %s=%q> must be absolute in a document that came by REST", e.tag, name, value)
		}
	}
	if !s.text && e.words() != "" {
		return refuse(codeSchema, "<%s> has text", e.tag)
	}
	if among(e.tag, "Redirect Play") && (e.words() == "" || !address(e.words()) || inline && !absolute(e.words())) {
		return refuse(codeURL, "<%s> has no address that can be requested: %q", e.tag, e.words())
	}
	slices.Sort(*passed)
	for _, kid := range e.kids {
		if !among(kid.tag, s.kids) {
			return refuse(codeSchema, "<%s> in <%s> is not allowed, or not known here", kid.tag, e.tag)
		}
		if err := kid.checkShape(inline, passed); err != nil {
			return err
		}
	}
	return nil
}

func isAddress(attr string) bool {
	return among(attr, "action waitUrl url statusCallback recordingStatusCallback transcribeCallback")
}

func absolute(s string) bool {
	return s == "" || strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}

func among(word, list string) bool { return slices.Contains(strings.Fields(list), word) }
