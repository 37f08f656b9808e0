package flow

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"time"
)

// Question: ask the product where the caller goes, as a menu asks the caller. The
// product chooses among the answers that the account allows, each of which leads on;
// silence, failure and any other word lead where the question's otherwise does.

// Question is what the product is asked in the middle of a call.
type Question struct {
	Limit     time.Duration   `json:"limit,omitempty"` // how long the product has, 1 s to 10 s; 2 s
	Hold      *Message        `json:"hold,omitempty"`  // what the caller hears meanwhile; nothing, or the carrier's own music
	Answers   map[string]Dest `json:"answers"`         // 1 to 50 words that the product may answer, and where each leads
	Otherwise *Dest           `json:"otherwise"`       // where any other answer leads, and none in time
}

// DefaultQuestionLimit is how long the product has unless a question says otherwise.
const DefaultQuestionLimit = 2 * time.Second

// maxAnswers bounds the answers of a question.
const maxAnswers = 50

// Asked is a question as it was put: the call and the turn that an answer is about,
// and what the product may go by. It shares what it holds with the call.
type Asked struct {
	Call    Key
	Turn    uint32        // the turn that waits for the answer; an answer to another is too late
	Name    string        // the question's
	Answers []string      // the words that lead somewhere, in order
	Limit   time.Duration // from At on
	At      time.Time     // when it was put, by the store's clock
	Info    *Info         // who calls whom
	Why     Outcome       // how the last ring failed; none where none did
}

// Asked is the question that a turn put to the product, from the call before and
// after it; false where it put none. Like Posts it decides nothing.
func (b *Book) Asked(was, now Call) (Asked, bool) {
	if now.Phase != Consulting || was.Phase == Consulting && was.Standing == now.Standing {
		return Asked{}, false
	}
	n := b.node(now.State)
	return Asked{
		Call: now.Key, Turn: now.Standing, Name: n.question, Answers: slices.Sorted(maps.Keys(n.answers)),
		Limit: n.standing.arm.in[WaitClock-1], At: time.Unix(0, now.Last).UTC(), Info: now.Info, Why: now.Why,
	}, true
}

// Answers reports whether a word is one that the question where the call stands leads
// somewhere.
func (b *Book) Answers(c Call, word string) bool {
	_, ok := b.node(c.State).answers[word]
	return c.Phase == Consulting && ok
}

func (b *Book) openQuestion(n *node, s *State) effect {
	s.Phase = Consulting
	return effect{move: n.standing}
}

func (b *Book) stepQuestion(n *node, s *State, w *What) effect {
	switch {
	case s.Phase != Consulting:
		return effect{ignored: NotNow}
	case w.Kind == Told && w.News == Advised:
		if to, ok := n.answers[w.Entry]; ok {
			return b.enter(s, to, w)
		}
		return b.leave(n, s, OnOtherwise, w)
	case w.Kind == Woke && w.Clock == WaitClock:
		return b.leave(n, s, OnOtherwise, w)
	case w.Kind == Pressed: // a lap of the wait, or a key
		return effect{ignored: Meaningless}
	}
	return effect{ignored: NotNow}
}

// question makes the step of a question.
func (c *compiler) question(name string) StepID {
	id := c.place("ask " + name)
	if c.b.nodes[id].action != nothing {
		return id
	}
	q := c.s.Questions[name]
	c.b.entries["ask "+name] = id
	n := node{action: ask, question: name, answers: make(map[string]StepID, len(q.Answers))}
	n.standing = &Move{
		Do:  Command{Kind: Hold},
		arm: new(stepArms(firstProbe).with(WaitClock, cmp.Or(q.Limit, DefaultQuestionLimit))),
	}
	if q.Hold != nil {
		n.standing.Do.Music, n.standing.Say = whileWaiting(c.message(q.Hold, ""))
	}
	c.put(id, "ask "+name, n) // what follows may lead back here

	in := scope{ring: c.ringing(Ringing{}, "", "")}
	for _, word := range slices.Sorted(maps.Keys(q.Answers)) {
		d := q.Answers[word]
		n.answers[word] = c.dest(&d, nil, in)
	}
	n.next[OnOtherwise] = c.dest(q.Otherwise, HangUp(nil), in)
	c.put(id, "ask "+name, n)
	return id
}

// question checks what the product is asked.
func (c *checker) question(name string, q Question) {
	path, keyed := "questions."+name, c.keyed[spot{TargetAsk, name}]
	c.name(path, name)
	c.duration(path+".limit", q.Limit, time.Second, 10*time.Second)
	c.message(path+".hold", q.Hold)
	if len(q.Answers) == 0 {
		c.fault(path+".answers", "the product can answer nothing; write a word and where it leads, as in {vip: {queue: support}}")
	}
	if len(q.Answers) > maxAnswers {
		c.fault(path+".answers", "%s; a question has at most %d", count(len(q.Answers), "answer"), maxAnswers)
	}
	for _, word := range slices.Sorted(maps.Keys(q.Answers)) {
		at, to := path+".answers."+word, q.Answers[word]
		c.name(at, word)
		c.dest(place{path: at, keyed: keyed}, &to)
	}
	if q.Otherwise == nil {
		c.fault(path+".otherwise", "nothing says where callers go when no answer comes in time; write a destination, as in {queue: support}")
	}
	c.dest(place{path: path + ".otherwise", keyed: keyed}, q.Otherwise)
}

// advised is the product's answer: "the product says gold to caller".
func (s Script) advised(w *What) string {
	if w.Entry == "" {
		return "the product has no answer for " + s.caller()
	}
	return "the product says " + plain(s.hide(w.Entry)) + " to " + s.caller()
}

// limit is what a question's picture says of it.
func (n *node) limit() string {
	return "limit: " + strconv.FormatFloat(n.standing.arm.in[WaitClock-1].Seconds(), 'f', -1, 64) + "s"
}
