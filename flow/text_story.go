package flow

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/extflow/extflow/extension"
)

// Story tells a call, and the legs that were placed for it, as a story: acts at the
// margin, beneath each what was answered. It is what people read in a bug report,
// and unless masked it can be played again by flowtest with the account's document:
// who was busy or away is set where the directory said so, and time passes where a
// timer or a clock went off. The first turns are those of the caller's call.
//
// Opening times, who else was at work or waited, and faults of the carrier are not in
// a call's turns, and so not in its story.
func (s Script) Story(calls ...[]Turn) string {
	n := &narrator{script: s, presence: map[string]string{}, manner: map[string]string{}}
	for i, turns := range calls {
		v := &voice{who: s.caller()}
		n.voices = append(n.voices, v)
		if len(turns) == 0 {
			continue
		}
		switch w := &turns[0].Event.What; {
		case w.Start.callback():
			v.outward, v.name, v.party = true, "callback to "+v.who+": ", v.who
		case w.Start.outward():
			v.outward, v.name, v.who = true, "call to "+s.number(w.Start.From)+": ", "tel:"+s.number(w.Start.From)
			v.party = v.who
		case i > 0:
			v.leg, v.who = true, s.agent(w)
			v.name = v.who + ": "
		}
	}
	for m := newMerger(calls); ; {
		call, turn, ok := m.next()
		if !ok {
			return n.text()
		}
		n.turn(n.voices[call], 2*call, turn)
	}
}

// narrator tells turns one after the other.
type narrator struct {
	script   Script
	voices   []*voice
	scenes   []scene
	now      time.Duration     // passed in the story
	presence map[string]string // as last told, by agent
	manner   map[string]string // what the telephones of an agent do by themselves, as last told
}

// scene is an act, or several that nothing answers but the last, and the answers.
type scene struct {
	acts    []string
	answers []told
}

// told is an answer. Those of one instant stand by rank: call by call what it was
// made to do, then how it ended, at last what is left on agents.
type told struct {
	at   time.Duration
	rank int
	text string
}

const leftOnAgents = 1 << 20

// voice is one call in the story.
type voice struct {
	who   string // at the margin
	name  string // before what is answered
	leg   bool
	stood Command       // what it waits on
	party string        // whom it rings
	since time.Duration // when that began in the story
	at    time.Time     // and in fact
	rang  int           // the scene in which it began
	over  bool          // it was hung up by us

	outward bool // we call who
}

// act begins a scene.
func (n *narrator) act(lines ...string) { n.scenes = append(n.scenes, scene{acts: lines}) }

// before puts a line in front of a scene.
func (n *narrator) before(i int, line string) {
	if i >= 0 && i < len(n.scenes) {
		n.scenes[i].acts = append([]string{line}, n.scenes[i].acts...)
	}
}

// ring tells, before the act from which it rings, what the agent's telephones do by
// themselves, unless they did so before.
func (n *narrator) ring(v *voice, manner string) {
	const usual = " lets it ring"
	was := cmp.Or(n.manner[v.party], usual)
	if n.manner[v.party] = manner; was == manner || v.rang >= len(n.scenes) {
		return
	}
	acts := &n.scenes[v.rang].acts
	if i := slices.Index(*acts, v.party+was); i >= 0 {
		*acts = slices.Delete(*acts, i, i+1)
		if manner == usual {
			return
		}
	}
	*acts = append([]string{v.party + manner}, *acts...)
}

// wait has time pass until a voice's timer goes off, that long after its move.
func (n *narrator) wait(v *voice, long time.Duration) {
	if gap := v.since + long - n.now; gap > 0 {
		n.now += gap
		n.act("..." + gap.String())
	}
}

// turn tells a turn: what happened, then what was answered.
func (n *narrator) turn(v *voice, rank int, t Turn) {
	n.happened(v, &t.Event)
	if len(n.scenes) == 0 {
		n.act(n.script.Event(t.Event))
	}
	answers := &n.scenes[len(n.scenes)-1].answers
	if again := t.Move.Do.Kind == Await && t.Move.Do == v.stood; t.Move.Do.Kind != 0 && !t.Move.Do.Kind.Engine() && !again {
		for _, line := range n.script.Move(Move{Say: t.Move.Say, Do: t.Move.Do}) {
			*answers = append(*answers, told{n.now, rank, v.name + line})
		}
		v.stood, v.since, v.at, v.rang = t.Move.Do, n.now, t.Event.At, len(n.scenes)-1
		v.over = (v.over || t.Move.Do.Kind == Hangup) && t.Move.Do.Kind != Originate
		if p := t.Move.Do.Party; p != nil {
			if !v.outward {
				v.party = partyName(p)
			}
			n.ring(v, " lets it ring")
		}
	}
	for _, p := range t.Posts {
		switch {
		case !p.Told(v.leg):
		case p.Agent != "":
			*answers = append(*answers, told{n.now, leftOnAgents, n.script.Post(p)})
		default:
			*answers = append(*answers, told{n.now, rank + 1, v.name + n.script.Post(p)})
		}
	}
}

func partyName(p *extension.Party) string {
	if p.Agent == "" && len(p.Endpoints) > 0 {
		return p.Endpoints[0].Address
	}
	return plain(p.Agent)
}

// Told reports whether a story tells the post: it says something that the moves of
// the call, or of the leg, do not.
func (p Post) Told(leg bool) bool {
	switch p.Kind {
	case PostMissed, PostTalked:
		return p.Length > 0
	case PostCallbackGivenUp, PostCapped:
		return true
	case PostMessageLeft, PostMessageDropped, PostMessageLost, PostEnded:
		return !leg
	}
	return false
}

func (n *narrator) text() string {
	var b strings.Builder
	for i, sc := range n.scenes {
		if i > 0 {
			b.WriteByte('\n')
		}
		for j, act := range sc.acts {
			if j > 0 {
				b.WriteByte('\n')
			}
			b.WriteString(act + "\n")
		}
		slices.SortStableFunc(sc.answers, func(a, b told) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.rank, b.rank)) })
		for _, answer := range sc.answers {
			b.WriteString(indent + answer.text + "\n")
		}
	}
	return b.String()
}
