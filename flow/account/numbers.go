package account

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/number/written"
)

// numbers is the map of numbers. Their paths bear them in E.164, however they are
// written: numbers.+12025550100.flow.
type numbers struct{ into *[]assigned }

func (v numbers) read(r *reader, n *node, at string) {
	met := map[number.E164]assigned{}
	for _, p := range r.open(n, at, "a map of numbers") {
		e164, err := written.Parse(p.key, r.region)
		if err != nil {
			r.fault(p.line, under(at, p.key), "%v", err)
			continue
		}
		a := assigned{written: p.key, line: p.line, path: under(at, string(e164))}
		if first, twice := met[e164]; twice {
			r.fault(p.line, under(at, p.key), "the same number as %q in line %d; keep one", first.written, first.line)
			continue
		}
		r.lines[a.path] = p.line
		a.Number = e164
		if p.value.kind != mapping {
			r.wants(p.value, a.path, "where it leads, as in {flow: front-desk}")
		} else {
			r.destPairs(p.line, &a.begin.Dest, numberKeys(&a), r.open(p.value, a.path, ""), a.path)
		}
		met[e164] = a
		*v.into = append(*v.into, a)
	}
}

func (v numbers) write() *node {
	n := &node{kind: mapping}
	for i := range *v.into {
		a := &(*v.into)[i]
		to := numberKeys(a).write()
		if to == nil {
			to = pairs()
		}
		n.pairs = append(n.pairs, pair{key: string(a.Number), value: inFull(a.begin.Dest, to)})
	}
	if len(n.pairs) == 0 {
		return nil
	}
	return n
}

// inFull puts a message where a destination in a map would be a bare word: a map
// has no place for one.
func inFull(d flow.Dest, to *node) *node {
	if d.To == flow.TargetHangUp && d.Message == nil {
		to.pairs = slices.Insert(to.pairs, 0, pair{key: string(flow.TargetHangUp), value: text("goodbye")})
	}
	return to
}

func (v numbers) schema() schema {
	one := numberKeys(new(assigned)).schema()
	one["type"] = "object"
	one["oneOf"] = exactlyOneTarget()
	one["dependentRequired"] = otherwiseNeedsExtension()
	return schema{"type": []string{"object", "null"}, "additionalProperties": one}
}

// checkNumbers checks what numbers refer to beside the release.
func (r *reader) checkNumbers(d *draft, ours map[number.E164]int) {
	for _, a := range d.numbers {
		r.language(under(a.path, "language"), a.Language)
		r.emergency(under(a.path, "emergency"), a.emergency, d, ours)
	}
	r.emergency("settings.emergency", d.settings.emergency, d, ours)
}

// emergency checks what callers get when nothing else works.
func (r *reader) emergency(at string, e emergency, d *draft, ours map[number.E164]int) {
	r.notOurs(under(at, "dial"), e.dial, ours)
	if e.said == nil {
		return
	}
	const name = "it" // any will do: what is wrong with the message does not depend on it
	s := flow.Settings{Messages: d.messages, Entries: map[string]flow.Entry{name: {Dest: *flow.HangUp(e.said)}}}
	for _, f := range flow.Check(s, flow.World{}) {
		if rest, ok := strings.CutPrefix(f.Path, "numbers."+name+".hangup"); ok {
			path := under(at, "hangup") + rest
			r.fault(r.lineOf(path), path, "%s", f.Problem)
		}
	}
	if play := e.resolve(s, "").Play; r.files != nil && play != "" && !strings.Contains(play, "://") {
		path := under(at, "hangup")
		r.fault(r.lineOf(path), path, "an emergency is for when nothing answers here, and %.64q would have to be fetched from here; write words or a URL elsewhere", play)
	}
}

// resolve is the emergency as a node keeps it in memory, in words of its own.
func (e emergency) resolve(s flow.Settings, language string) number.Emergency {
	if e.said == nil {
		return number.Emergency{Dial: e.dial}
	}
	m := s.Words(e.said, language)
	if m.Language == flow.English || m.Say == "" {
		m.Language = ""
	}
	return number.Emergency{Say: m.Say, Play: m.Play, Language: m.Language}
}

// unresolved is how an emergency is written, whatever message it came from.
func unresolved(e number.Emergency) emergency {
	switch {
	case e.Dial != "":
		return emergency{dial: e.Dial}
	case e != number.Emergency{}:
		return emergency{said: &flow.Message{Say: e.Say, Play: e.Play, Language: e.Language}}
	}
	return emergency{}
}

// checkSettings checks the settings beside the release.
func (r *reader) checkSettings(s *settings) {
	if _, err := written.Parse(anyNumber, s.region); err != nil {
		r.fault(r.lineOf("settings.default_region"), "settings.default_region", "%v", err)
	}
	for i, c := range s.countries {
		if _, err := written.Parse(anyNumber, c); err != nil {
			path := fmt.Sprintf("settings.countries[%d]", i)
			r.fault(r.lineOf(path), path, "%v", err)
		}
	}
	if r.telephone > 0 && s.region == "" && len(s.countries) == 0 {
		r.fault(r.telephone, "settings.countries", "no country is allowed, and a telephone is to be rung here; write default_region or countries in the settings")
	}
	r.between("settings.quarantine", s.quarantine, time.Hour, 3650*day)
	r.between("settings.keep_calls", s.keepCalls, day, 3650*day)
}

// anyNumber needs no region to be read, so what is wrong is the region.
const anyNumber = "+12025550100"

func (r *reader) between(at string, d, low, high time.Duration) {
	if d != 0 && (d < low || d > high) {
		r.fault(r.lineOf(at), at, "%s is out of range; write %s to %s", formatLasting(d), formatLasting(low), formatLasting(high))
	}
}
