package twiliotest

import (
	"mime"
	"strconv"
	"strings"
)

// Documents arriving, and what follows when they cannot be carried out.

// got is a document arriving.
func (r *run) got(p Purpose, address string, rep reply) {
	if rep.code == 0 {
		doc, err := rep.document()
		if err == nil {
			err = r.load(doc, address, rep.method, false)
		}
		if err == nil {
			return
		}
		why := err.(*refusal)
		rep.code, rep.text = why.code, why.text
	}
	r.c.fault(r.call, rep.code, rep.url, rep.text)
	r.broke(p, rep)
}

// broke is what follows when a document cannot be carried out: the fallback, and
// after that the carrier's apology.
func (r *run) broke(p Purpose, rep reply) {
	l := r.call
	switch {
	case r.kind != callDocument:
		r.end(broken)
	case p != ForFallback && l.number.FallbackURL != "":
		r.fetch(ForFallback, l.number.FallbackMethod, l.number.FallbackURL, l.params("ErrorCode", strconv.Itoa(rep.code), "ErrorUrl", rep.url))
	default:
		l.answer()
		l.hear(Said{Text: apology})
		l.finish(completed, "an application error: "+strconv.Itoa(rep.code))
	}
}

const apology = "We are sorry, an application error has occurred. Goodbye."

// document is the document that a request was answered with. The error is a
// *refusal.
func (rep reply) document() (*element, error) {
	media, _, err := mime.ParseMediaType(rep.mime)
	if err != nil {
		media = ""
	}
	switch {
	case media == "text/xml", media == "application/xml", media == "text/html":
		return parse(rep.body)
	case strings.HasPrefix(media, "audio/"):
		return &element{tag: "Response", kids: []*element{{tag: "Play", text: rep.url}}}, nil
	case media == "text/plain":
		doc, err := parse(rep.body)
		if err != nil && len(rep.body) > 0 && len(rep.body) <= longestDocument {
			return &element{tag: "Response", kids: []*element{{tag: "Say", text: string(rep.body)}}}, nil
		}
		return doc, err
	}
	return nil, refuse(codeType, "%q is no Content-Type of a document", rep.mime)
}
