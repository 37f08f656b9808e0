// Package storage is the contract with memory: what the engine needs kept, and
// what a store promises.
//
// Every method names the account: nothing of one account is ever seen by another.
// What an account that does not exist is given (a commit, a release, a number,
// members) is refused with ErrNotFound, and its lists are empty. What is read or
// handed over is the caller's own, except what flow calls shared: changing it
// changes nothing in the store.
// Stores are safe for concurrent use. Errors other than those named here mean
// that the store is out of reach or broken, and change nothing unless they are
// those of Commit, whose outcome is then unknown.
package storage

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
)

// The errors that callers tell apart.
var (
	ErrNotFound = errors.New("not found")
	ErrConflict = errors.New("it was changed meanwhile; read it again and repeat the change")
	ErrSeen     = errors.New("this event was stored already")
	ErrNote     = errors.New("a note needs a kind and a name, and is 2 MiB long at the most")
)

// What a store that keeps its data elsewhere says when it is opened.
var (
	ErrNewer = errors.New("the database was written by a newer version of extflow; run that version")
	ErrOlder = errors.New("the database has the schema of an older version of extflow; apply the migrations first")
)

// TakenError is returned by Commit when an agent that a call wants to reserve is
// reserved by another call, by name or through a shared endpoint.
type TakenError struct{ Agents []string }

func (e *TakenError) Error() string {
	return fmt.Sprintf("reserved by another call: %s", strings.Join(e.Agents, ", "))
}

// Store is one accessor for each thing that is kept.
type Store interface {
	Calls() Calls
	Agenda() Agenda
	Accounts() Accounts
	Directory() Directory
	Numbers() Numbers
	Releases() Releases
	Queues() Queues
	Mailboxes() Mailboxes
	Feed() Feed
	Budget() Budget
	Notes() Notes
	Audio() Audio
	Subjects() Subjects
}

// Change is one call before and after. A zero Was is a new call.
type Change struct {
	Was, Now flow.Call
	Turns    []flow.Turn
}

// Txn is what is stored together, or not at all: a call, or a call and those that
// it told something.
type Txn struct {
	Account string
	Changes []Change
}

// Calls keeps calls and their turns.
type Calls interface {
	// Load returns ErrNotFound for a call of another account or none.
	Load(ctx context.Context, k flow.Key) (flow.Call, error)

	// Commit stores every change or none. ErrConflict: a call is not at Was.Rev
	// any more, or a new one exists. ErrSeen: an event id of a turn is stored for
	// that call already, or the new call is one that ended and was removed less than
	// Remembered ago. *TakenError: an agent is reserved by another call. In the
	// same step it takes and frees what the calls reserve (Call.Agent and its
	// endpoints), keeps the clocks and what is owed, and applies every turn's
	// posts: places in queues, rest and misses of agents, messages, the feed. A caller
	// joins a line as of PostWaiting's Length before the turn.
	Commit(ctx context.Context, t *Txn) error

	// Turns returns the turns after a Seq, in order; none for an unknown call.
	Turns(ctx context.Context, k flow.Key, after uint32) ([]flow.Turn, error)

	// List yields an account's calls, the newest first.
	List(ctx context.Context, account string, q Query) iter.Seq2[flow.Call, error]
}

// Query selects calls. The zero value selects all.
type Query struct {
	Live  bool        // only those not closed
	From  number.E164 // only this caller's
	To    number.E164 // only those to this number
	Agent string      // only those that reserve this agent now
	Limit int         // at most this many; 0 is all

	// Result is only those with this outcome, so far or for good. NoResult is all.
	Result flow.Result

	TakenBy string // only those that this agent took, legs among them
}

// Selects reports whether a call is one of those. Limit is not looked at.
func (q Query) Selects(c flow.Call) bool {
	return !(q.Live && c.Has(flow.Closed)) &&
		(q.From == "" || q.From == c.From) &&
		(q.To == "" || q.To == c.Info.To) &&
		(q.Agent == "" || q.Agent == c.Agent()) &&
		(q.TakenBy == "" || q.TakenBy == c.TakenBy) &&
		(q.Result == flow.NoResult || q.Result == c.State.Result)
}

// Ticket is a call that needs attention: a clock went off, or its standing turn
// must be delivered.
type Ticket struct {
	Call  flow.Key
	Rev   uint32 // the call's when it was claimed
	Owed  bool   // deliver the standing turn; otherwise a clock went off
	Fence uint64 // later claims of the same call have greater ones
}

// Agenda says which calls need attention, across accounts. Its clock is the one
// that every deadline is measured by.
type Agenda interface {
	Now(ctx context.Context) (time.Time, error)

	// Claim returns at most n calls that need attention now, the longest overdue
	// first, and keeps others from claiming them until the lease is over or they are
	// committed or settled. Where a clock went off and a turn is owed, the ticket is
	// for the clock: a delivery that keeps failing must not keep it from going off.
	Claim(ctx context.Context, n int, lease time.Duration) ([]Ticket, error)

	// Settle ends claims: what a ticket with Owed owed was delivered, unless the
	// call is no longer at the ticket's Rev or was claimed again since.
	Settle(ctx context.Context, tickets ...Ticket) error

	// Next is when a call needs attention next; false where none ever will.
	Next(ctx context.Context) (time.Time, bool, error)
}

// Account is what an account has beside its releases: how its extensions are
// handed out, and what is kept.
type Account struct {
	ID         string          `json:"id"`
	Range      extension.Range `json:"range"`
	Quarantine time.Duration   `json:"quarantine,omitempty"` // as in extension.Config
	Region     string          `json:"region,omitempty"`     // for numbers written without a country code; ISO 3166
	Countries  []string        `json:"countries,omitempty"`  // that agents and hand-offs may be rung in; empty is Region alone
	KeepCalls  time.Duration   `json:"keep_calls,omitempty"` // after which finished calls are removed, with the ids of their events; 90 days. See Remembered
	Rev        uint64          `json:"rev,omitempty"`

	// Emergency is what numbers have that do not say their own: each bears it itself,
	// too. It is kept for those who change the account.
	Emergency number.Emergency `json:"emergency,omitzero"`
}

// Kept is how long finished calls, their turns and what the feed says of them are
// kept. Messages stay until somebody deletes them.
func (a Account) Kept() time.Duration {
	if a.KeepCalls <= 0 {
		return 90 * 24 * time.Hour
	}
	return a.KeepCalls
}

// Remembered is for how long after its end a call's id is known to its store, also
// where the account keeps its calls for less: an event that comes again, however late,
// is not taken for a new call. It is the id alone that stays.
const Remembered = 7 * 24 * time.Hour

// Tidier is a store that removes what was kept for long enough when it is asked to,
// and not by itself with its commits. The engine asks while it runs.
type Tidier interface {
	// Tidy removes a little of what is past Account.Kept, across accounts: at most
	// about n of each kind. It returns how much; 0 when nothing is left to remove.
	Tidy(ctx context.Context, n int) (removed int, err error)
}

// Accounts keeps the accounts.
type Accounts interface {
	Load(ctx context.Context, id string) (Account, error) // ErrNotFound
	Put(ctx context.Context, a Account) error             // ErrConflict: a.Rev is not the stored one; 0 for a new one
	List(ctx context.Context) iter.Seq2[Account, error]
}

// Lookup is an entry to look up, and who asks.
type Lookup struct {
	Call    string                  // the id of the call that asks: an agent whom it holds itself is not busy to it
	Entry   string                  // what was keyed, without a terminator
	Caller  number.E164             // whose own endpoint is busy to them
	Carrier string                  // endpoints via another carrier cannot be rung
	Open    func(hours string) bool // whether named hours are open; nil is always
}

// Directory keeps agents and their extensions.
type Directory interface {
	Find(ctx context.Context, account string, l Lookup) (extension.Class, *extension.Party, error)
	Agent(ctx context.Context, account, id string) (extension.Agent, error) // ErrNotFound

	// Put adds or replaces an agent and returns it as stored: one without an
	// extension gets the next free one. Its Duty is left as it is. Errors are those
	// of extension (ErrTaken, ErrFull, …), ErrConflict where a.Rev is not the
	// stored one (0 for a new agent), ErrNotFound where the account does not exist.
	Put(ctx context.Context, account string, a extension.Agent) (extension.Agent, error)

	// SetPresence changes the presence alone. ErrNotFound.
	SetPresence(ctx context.Context, account, id string, p extension.Presence, reason string) error

	// Remove takes an agent away; its extension is quarantined, its memberships
	// end, live calls finish. ErrNotFound; extension.ErrNamed where another agent
	// names it.
	Remove(ctx context.Context, account, id string) error

	// Agents yields the account's agents by extension.
	Agents(ctx context.Context, account string) iter.Seq2[extension.Agent, error]

	// Spelled lists the agents who are listed and whose name begins with the keys,
	// as a caller presses them (extension.Spellings): each once and n at most, by
	// the first of their spellings that does and then by id, so that a name spelled
	// to its end comes first. Keys that are not 2 to 9, and no keys, find nobody.
	// It costs what it returns, however many agents there are. ErrNotFound where
	// the account does not exist.
	Spelled(ctx context.Context, account, keys string, n int) ([]extension.Listing, error)

	// Reached reports whether an address is an endpoint that a call rings or talks
	// to now.
	Reached(ctx context.Context, account string, address number.E164) (bool, error)
}

// Numbers keeps what answers which number. A number belongs to one account.
type Numbers interface {
	Entry(ctx context.Context, n number.E164) (number.Assignment, error) // across accounts; ErrNotFound
	Assign(ctx context.Context, a number.Assignment) error               // ErrConflict: a.Rev is not the stored one, or another account has it
	Unassign(ctx context.Context, account string, n number.E164) error   // ErrNotFound
	List(ctx context.Context, account string) iter.Seq2[number.Assignment, error]
}

// Releases keeps what accounts published.
type Releases interface {
	Load(ctx context.Context, account, id string) (flow.Release, error) // ErrNotFound
	Latest(ctx context.Context, account string) (flow.Release, error)   // ErrNotFound

	// Current is the id of the latest release: what every arriving call asks for.
	// ErrNotFound.
	Current(ctx context.Context, account string) (id string, err error)
	// Publish adds a release. ErrConflict: r.Version is not one more than the
	// latest, or the id is in use.
	Publish(ctx context.Context, r flow.Release) error

	// List yields the releases, the newest first.
	List(ctx context.Context, account string) iter.Seq2[flow.Release, error]
}

// Place is where a caller stands in a line.
type Place struct {
	Position int           // from 1
	Size     int           // callers in the line
	Wait     time.Duration // an estimate, from what callers waited lately
}

// Queues keeps lines and their members.
type Queues interface {
	// Waiting is the head of a queue's line and the queue's members, as they are now:
	// at most the first n callers, in the order in which they joined, all members,
	// and how many callers there are (Size). It costs what it returns: a line is
	// never read whole for its head, and n may be 0. Strategy is left to the caller;
	// open says whether named hours are open.
	Waiting(ctx context.Context, account, queue string, n int, open func(hours string) bool) (flow.Waiting, error)

	// Place is where a call stands in a line. ErrNotFound. It costs at most the
	// logarithm of the line's length, like joining and leaving the line.
	Place(ctx context.Context, account, queue, call string) (Place, error)
	SetMembers(ctx context.Context, account, queue string, agents []string) error // ErrNotFound names the agent that there is not

	// Serving are the queues to look at when an agent frees, by name: those that it is
	// a member of, or one who shares a telephone with it.
	Serving(ctx context.Context, account, agent string) ([]string, error)

	// Lines yields the queues in which callers wait now, across accounts: what a node
	// that died may have left unserved. It costs what it yields, however long the
	// lines are.
	Lines(ctx context.Context) iter.Seq2[Line, error]
}

// Line is a queue in which callers wait.
type Line struct{ Account, Queue string }

// Count is how much is in a mailbox: what a message-waiting lamp goes by.
type Count struct {
	Messages int // all of them, pending and lost ones too: what fills the mailbox
	Unread   int // of those that are there (Left)
}

// Mailboxes keeps the messages that callers left. What people do with a message is
// in the feed too, as posts of the call that left it, with Seq 0.
type Mailboxes interface {
	Messages(ctx context.Context, account, mailbox string) ([]Message, error)    // the newest first; pending ones too
	Message(ctx context.Context, account, mailbox, call string) (Message, error) // ErrNotFound
	Count(ctx context.Context, account, mailbox string) (Count, error)           // reads no message; zero for a mailbox that nobody used
	Mark(ctx context.Context, account, mailbox, call string, read bool) error    // ErrNotFound; posts flow.PostMessageMarked where that changes anything
	Forward(ctx context.Context, account, mailbox, call, to string) error        // ErrNotFound; it is unread there, and its recording follows it; posts flow.PostMessageForwarded, in the mailbox that gets it
	Delete(ctx context.Context, account, mailbox, call string) error             // ErrNotFound; posts flow.PostMessageDeleted, with Ref, Carrier and Length: whoever keeps recordings deletes this one
	Keep(ctx context.Context, account, call string) error                        // ErrNotFound; the recording of the call's message, in whichever mailbox, is Kept from now on

	// Transcribe keeps what the recording of a call's message says, in whichever mailbox
	// it is, and posts flow.PostMessageTranscribed. Words that are there stay, and so does
	// a message with another recording than ref; an empty ref is any. ErrNotFound: the
	// call has no message, or none any more, and gets none by this.
	Transcribe(ctx context.Context, account, call, ref, words string) error
}

// Entry is one line of the feed.
type Entry struct {
	Cursor uint64    `json:"cursor"` // rises within an account
	Call   flow.Key  `json:"call"`
	Seq    uint32    `json:"seq"`
	At     time.Time `json:"at"`
	Post   flow.Post `json:"post"`
}

// Feed is what happened, in order: the posts of every turn, flow.PostAway where a
// miss was one too many, and what people did with messages, for products that
// integrate: at least once, by a cursor of their own.
type Feed interface {
	After(ctx context.Context, account string, cursor uint64, n int) ([]Entry, error)

	// Take has one node at a time follow the feed under a name, from where that name
	// got to: a reader that is new begins before the first entry. ErrConflict: another
	// node has it, and its lease is not over. ErrNotFound: no such account.
	Take(ctx context.Context, account, reader string, lease time.Duration) (Reading, error)

	// Keep stores how far a reader got (r.Cursor, which never goes back) and renews
	// its lease; a lease of 0 or less gives it up. ErrConflict: somebody else has taken
	// it since. What was read and not kept is read again: every entry at least once.
	Keep(ctx context.Context, account string, r Reading, lease time.Duration) error
}

// Reading is a reader's hold on the feed.
type Reading struct {
	Reader string
	Cursor uint64 // of the last entry that it is done with
	Fence  uint64 // later holds have greater ones
}

// Budget bounds what a key may spend in a sliding time.
type Budget interface {
	// Spend takes cost from what the key may spend per time and reports whether
	// anything was left before it; if not, nothing is taken. A cost of 0 only asks.
	// The account may be empty, for what all accounts share, as a carrier's pace.
	Spend(ctx context.Context, account, key string, cost, limit int, per time.Duration) (bool, error)
}
