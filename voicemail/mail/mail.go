// Package mail tells people of new voicemail by e-mail: a Sender's Take is a
// feed.Follower's, so that a message is told at least once, and a mail server that is
// down, refuses or hangs is tried again, later and later.
//
// It is in a package of its own because of the library that speaks SMTP; a product that
// sends no mail does not link it.
package mail

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	netmail "net/mail"
	"strings"
	"sync"
	"time"

	"github.com/wneessen/go-mail"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/voicemail"
)

// Sender sends an e-mail for every message that is left in, or forwarded to, a mailbox
// that names an address to notify, by the account's newest release. Store, Server and
// From are required. It is safe for concurrent use.
type Sender struct {
	Store  storage.Store
	Server Server
	From   string // the sender's address, as in Acme voicemail <voicemail@acme.example>

	// Player gives the recording, which is attached; nil attaches none. A recording that
	// is larger than MaxAttached bytes (10 MiB), or that cannot be had any more, is left
	// out, and the mail says so: as is one that its carrier has not given out when the
	// message is Recording old (5 min; negative waits for none). Mails behind it wait, too.
	Player      *voicemail.Player
	MaxAttached int64
	Recording   time.Duration

	// Words is how long a mail waits for what the message says, where its mailbox has
	// messages put into words; then it goes without. 1 min; negative waits for none. Mails
	// behind it wait, too.
	Words time.Duration

	// Link is where the message can be heard by who may; nil writes none.
	Link func(account, mailbox, call string) string

	Timeout time.Duration // for one mail, connecting included; 30 s
	Logger  *slog.Logger  // nil logs nothing; addresses and numbers are never logged

	mu    sync.Mutex
	state State
}

// State is how sending goes, for who looks after the server.
type State struct {
	Sent    uint64    // mails that the server took
	Refused uint64    // mails whose recipient the server refused for good: nobody was told of these messages
	Failing time.Time // since when every try has failed; zero where the last one did not
	Fault   string    // what went wrong last; empty where the last try did not fail
}

// ErrMail is in every error of Check.
var ErrMail = errors.New("mail")

// Check finds what is wrong with the settings, all of it.
func (s *Sender) Check() error {
	faults := s.Server.faults()
	if _, err := netmail.ParseAddress(s.From); err != nil {
		faults = append(faults, fmt.Errorf("%w: the sender's address cannot be read; write one, as in Acme voicemail <voicemail@acme.example>", ErrMail))
	}
	return errors.Join(faults...)
}

// State is how sending goes.
func (s *Sender) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// Take sends a mail where an entry of the feed wants one. A recipient whom the server
// refuses for good is not tried again, so that those behind do not wait for days: it is
// logged, and counted in State. Everything else that goes wrong is an error, and the
// entry is to be given again.
func (s *Sender) Take(ctx context.Context, e storage.Entry) error {
	if e.Post.Kind != flow.PostMessageLeft && e.Post.Kind != flow.PostMessageForwarded {
		return nil
	}
	settings, to, err := s.recipient(ctx, e)
	if err != nil || to == "" {
		return err
	}
	message, err := s.Store.Mailboxes().Message(ctx, e.Call.Account, e.Post.Mailbox, e.Call.ID)
	if errors.Is(err, storage.ErrNotFound) || err == nil && message.State != storage.Left {
		return nil // deleted or forwarded meanwhile
	}
	if err != nil {
		return err
	}
	if err := voicemail.AwaitWords(ctx, s.Store, e, cmp.Or(s.Words, voicemail.WordsTime)); err != nil {
		return err
	}
	timeout := s.Timeout
	if timeout <= 0 {
		timeout = 30 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return s.tell(ctx, note{entry: e, message: message, to: to, zone: zone(settings)})
}

// recipient is the address that a mailbox notifies; empty where it has none.
func (s *Sender) recipient(ctx context.Context, e storage.Entry) (flow.Settings, string, error) {
	r, err := s.Store.Releases().Latest(ctx, e.Call.Account)
	if errors.Is(err, storage.ErrNotFound) {
		return flow.Settings{}, "", nil
	}
	return r.Settings, r.Settings.Mailboxes[e.Post.Mailbox].Notify, err
}

// note is what a mail is about.
type note struct {
	entry   storage.Entry
	message storage.Message
	to      string
	zone    *time.Location
}

// id is the same whenever the mail of the same entry is sent again: who gets it twice
// may see that.
func (n note) id(from string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%d", n.entry.Call.Account, n.entry.Cursor))
	host := "extflow.invalid"
	if a, err := netmail.ParseAddress(from); err == nil {
		host = a.Address[strings.LastIndex(a.Address, "@")+1:]
	}
	return "<" + hex.EncodeToString(sum[:16]) + "@" + host + ">"
}

// tell writes the mail and has the server take it: without its recording where the
// server wants nothing so large.
func (s *Sender) tell(ctx context.Context, n note) error {
	recording, left := s.attached(ctx, n)
	if left != nil && !errors.Is(left, errLeftOut) {
		return s.failed(ctx, n, fmt.Errorf("%w: %w", errRecording, left))
	}
	m, err := s.write(n, recording, left)
	if err != nil {
		return s.refused(ctx, n, err)
	}
	err = s.Server.send(ctx, m)
	if len(recording.audio) > 0 && permanent(err, mail.ErrSMTPData, mail.ErrSMTPDataClose, mail.ErrWriteContent) {
		if m, err = s.write(n, attachment{}, fmt.Errorf("%w: the mail server does not take it", errLeftOut)); err == nil {
			err = s.Server.send(ctx, m)
		}
	}
	switch {
	case err == nil:
		s.note(func(st *State) { *st = State{Sent: st.Sent + 1, Refused: st.Refused} })
		return nil
	case permanent(err, mail.ErrSMTPRcptTo, mail.ErrSMTPData, mail.ErrSMTPDataClose):
		return s.refused(ctx, n, err)
	}
	return s.failed(ctx, n, err)
}

// permanent reports whether the server refused a step of one mail for good.
func permanent(err error, at ...mail.SendErrReason) bool {
	var refused *mail.SendError
	if !errors.As(err, &refused) || refused.IsTemp() || refused.ErrorCode() < 500 {
		return false
	}
	for _, reason := range at {
		if refused.Reason == reason {
			return true
		}
	}
	return false
}

// refused gives a mail up that would be refused whenever it came.
func (s *Sender) refused(ctx context.Context, n note, err error) error {
	s.note(func(st *State) { *st = State{Sent: st.Sent, Refused: st.Refused + 1, Fault: fault(err)} })
	s.log(ctx, slog.LevelError, "a mailbox's address cannot be told of a message; look at notify", n, err)
	return nil
}

func (s *Sender) failed(ctx context.Context, n note, err error) error {
	s.note(func(st *State) {
		st.Fault = fault(err)
		if st.Failing.IsZero() {
			st.Failing = time.Now()
		}
	})
	return fmt.Errorf("mail for the mailbox %q: %s", n.message.Mailbox, fault(err))
}

// fault is what went wrong, without what the server repeats of the mail: it may have
// addresses in it.
func fault(err error) string {
	var refused *mail.SendError
	if errors.As(err, &refused) {
		return fmt.Sprintf("the mail server answers %d to the %s", refused.ErrorCode(), steps[refused.Reason])
	}
	if errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, errRecording) {
		return "the mail server does not answer in time"
	}
	return err.Error()
}

// steps are what a server refuses, in words.
var steps = map[mail.SendErrReason]string{
	mail.ErrSMTPMailFrom: "sender", mail.ErrSMTPRcptTo: "recipient", mail.ErrSMTPData: "mail", mail.ErrSMTPDataClose: "mail",
	mail.ErrSMTPReset: "reset", mail.ErrConnCheck: "connection", mail.ErrGetSender: "sender", mail.ErrGetRcpts: "recipient",
	mail.ErrWriteContent: "mail", mail.ErrNoUnencoded: "encoding", mail.ErrAmbiguous: "mail",
}

func (s *Sender) note(change func(*State)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.state)
}

func (s *Sender) log(ctx context.Context, level slog.Level, what string, n note, err error) {
	if s.Logger != nil {
		s.Logger.LogAttrs(ctx, level, what, slog.String("account", n.entry.Call.Account), slog.String("mailbox", n.message.Mailbox),
			slog.String("call", n.entry.Call.ID), slog.String("error", fault(err)))
	}
}
