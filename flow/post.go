package flow

import (
	"time"

	"github.com/extflow/extflow/extension"
)

// Post is what a product may want to know of a turn: a message was left, a call
// ended, an agent missed an offer. Stores write the mailbox's rows, the agent's
// rest and the feed from them, in the commit that stores the turn.
type Post struct {
	Kind    PostKind       `json:"post"`
	Agent   string         `json:"agent,omitempty"`
	Queue   string         `json:"queue,omitempty"`
	Mailbox string         `json:"mailbox,omitempty"`
	Ref     string         `json:"ref,omitempty"`     // the carrier's reference of the recording; also of one that was too short to be a message
	Carrier string         `json:"carrier,omitempty"` // whose reference that is, where the call may be forgotten
	Length  time.Duration  `json:"length,omitempty"`  // the message; the rest
	Result  Result         `json:"result,omitempty"`
	Cause   extension.Miss `json:"cause,omitempty"` // how a ring was missed
}

// PostKind is what kind of news for the product it is.
type PostKind uint8

// The kinds of posts.
const (
	PostMessagePending PostKind = iota + 1 // a recording may have begun
	PostMessageLeft                        // the message is there
	PostMessageDropped                     // too short, or the caller led elsewhere
	PostMessageLost                        // it never came
	PostMissed                             // an agent did not take a ring; Length is the rest
	PostFreed                              // an agent's ring was called off; nobody's miss
	PostTalked                             // an agent's talk ended; Length is the wrap-up
	PostWaiting                            // the caller joined a queue; Length is how long it had waited there before, where it comes back to its place
	PostServed                             // the caller left the queue, or the line
	PostEnded                              // the call is closed
	PostAway                               // an agent missed too often and is away now

	// What people do with a message that was left. No turn posts these, nor PostAway:
	// the store does.
	PostMessageMarked    // as read, or as unread
	PostMessageForwarded // Mailbox is the one that has it now
	PostMessageDeleted   // with Ref, Carrier and Length, so that the recording can be deleted too

	PostCallbackWanted  // the caller asked to be called back; the call that does so stands in the line
	PostCallbackGivenUp // and was not reached, or not in time
	PostCapped          // a limit of calls of ours is reached

	PostMessageTranscribed // what it says is there in words; the store posts it, as what people do
)

// Posts derives what a turn posts from the call before and after it. It decides
// nothing that the machine has not decided.
func (b *Book) Posts(was, now Call, e Event) []Post {
	var posts []Post
	add := func(p Post) { posts = append(posts, p) }
	if held, ok := was.released(now); ok {
		add(b.release(was, now, e, held))
	}
	if q := b.line(was); q != b.line(now) {
		if q != "" {
			add(Post{Kind: PostServed, Queue: q})
		}
		if q = b.line(now); q != "" {
			add(Post{Kind: PostWaiting, Queue: q, Length: b.waited(was, now)})
		}
	}
	posts = was.messages(posts, now, e)
	if e.Kind == Exhausted && e.Budget == Outlay {
		add(Post{Kind: PostCapped, Queue: b.line(now)})
	}
	if now.Info.callback() {
		posts = now.callback(posts, was)
	}
	if now.Has(Closed) && !was.Has(Closed) {
		add(Post{Kind: PostEnded, Result: now.Result})
	}
	return posts
}

// callback adds that a callback is wanted, and that it is given up.
func (c Call) callback(posts []Post, was Call) []Post {
	if was.Info == nil {
		posts = append(posts, Post{Kind: PostCallbackWanted, Queue: c.Info.Queue})
	}
	if c.Has(Closed) && !was.Has(Closed) && c.State.Result != ResultAnswered {
		posts = append(posts, Post{Kind: PostCallbackGivenUp, Queue: c.Info.Queue})
	}
	return posts
}

// released is the party that the call held before and does not hold now.
func (c Call) released(now Call) (*extension.Party, bool) {
	if c.Agent() == "" || c.Agent() == now.Agent() {
		return nil, false
	}
	return c.Party, true
}

// release is what a ring or a talk leaves on its agent.
func (b *Book) release(was, now Call, e Event, p *extension.Party) Post {
	post := Post{Agent: p.Agent, Queue: b.queueOf(was)}
	if now.State.Result == ResultAnswered {
		post.Kind = PostTalked
		if post.Queue != "" {
			post.Length = b.settings.Defaults.wrapUp()
		}
		return post
	}
	post.Kind, post.Cause = PostMissed, missed(was, e)
	if was.Phase == Ending { // a leg that we hung up: what counts is why
		post.Cause = ""
		if was.Why == OnUnanswered {
			post.Cause = extension.Unanswered
		}
	}
	switch {
	case post.Cause == "", now.Has(CallerGone) && !now.IsLeg():
		post.Kind, post.Cause = PostFreed, ""
	case post.Queue != "": // rest is for offers by a queue
		post.Length = post.Cause.Rest()
	}
	return post
}

// missed is how an event ended a ring without a talk, all telephones together; empty
// where the caller left first or nothing ever rang, which is nobody's miss.
func missed(was Call, e Event) extension.Miss {
	o := ringOutcome(&e.What)
	switch {
	case e.Kind == Failed:
		o = OnUnavailable
	case e.Kind == Woke && was.IsLeg() && !was.Has(Placed) && was.Try == 0:
		return ""
	case e.Kind == Woke:
		o = OnUnanswered
	}
	if was.IsLeg() && was.Phase == Calling && was.Why != NoOutcome && o != NoOutcome {
		o = worse(was.Why, o)
	}
	switch o {
	case OnDeclined:
		return extension.Declined
	case OnUnavailable:
		return extension.Unreachable
	case OnUnanswered:
		return extension.Unanswered
	case OnBusy:
		return extension.Engaged
	}
	return ""
}

// queueOf is the queue that a call rings an agent for; empty for a direct ring.
func (b *Book) queueOf(c Call) string {
	if c.IsLeg() {
		return c.Info.Queue
	}
	if n := b.node(c.State); n.action == queue {
		return n.find.Do.Name
	}
	return ""
}

// Line is the queue that the call waits in; empty where it does not.
func (b *Book) Line(c Call) string { return b.line(c) }

func (b *Book) line(c Call) string {
	switch n := b.node(c.State); {
	case n.action == queue && (c.Phase == InLine || c.Phase == InRing || c.Phase == Asking):
		return n.find.Do.Name
	case n.action == reach && (c.Phase == InLine || c.Phase == Asking && c.State.Legs > 0):
		return c.Info.Queue
	}
	return ""
}

// waited is how long a caller had waited already who comes back to the place in the
// line from a member's direct ring that only a fact had claimed to be answered, or
// whom a callback stands for.
func (b *Book) waited(was, now Call) time.Duration {
	if !now.Info.Since.IsZero() {
		return max(time.Duration(now.Last-now.Info.Since.UnixNano()), 0)
	}
	n := b.node(now.State)
	if !was.Has(Dialling) || was.At != now.At || !now.Armed.Has(WaitClock) {
		return 0
	}
	left := now.Clocks[WaitClock-1] - now.Last
	return max(n.standing.arm.in[WaitClock-1]-time.Duration(left), 0)
}

// messages adds what became of a voicemail, and that another has begun: a key of
// the greeting may lead from one mailbox to the next.
func (c Call) messages(posts []Post, now Call, e Event) []Post {
	records := now.Phase == Recording || now.Phase == Pending
	if c.Phase == Recording || c.Phase == Pending {
		p := Post{Mailbox: c.mailbox()}
		switch {
		case records && now.Standing == c.Standing: // it goes on
			return posts
		case now.Has(Kept):
			p.Kind, p.Ref, p.Length = PostMessageLeft, e.Ref, e.Length
		case e.Kind == Woke && c.Phase == Pending:
			p.Kind = PostMessageLost
		default:
			p.Kind, p.Ref = PostMessageDropped, e.Ref
		}
		posts = append(posts, p)
	}
	if records {
		posts = append(posts, Post{Kind: PostMessagePending, Mailbox: now.mailbox()})
	}
	return posts
}

// mailbox is where the call records, or recorded last.
func (c Call) mailbox() string {
	if c.Move == nil {
		return ""
	}
	m := *c.Move
	c.fill(&m)
	return m.Do.Mailbox
}

func (b *Book) node(s State) *node {
	if int(s.At) < len(b.nodes) {
		return &b.nodes[s.At]
	}
	return &node{}
}
