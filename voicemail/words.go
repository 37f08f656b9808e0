package voicemail

import (
	"context"
	"errors"
	"time"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// WordsTime is how long the carrier is given to put a message into words.
const WordsTime = time.Minute

// AwaitWords is an error as long as the words of a message that was left may still come:
// its mailbox has messages put into words, the message has none, and it was left less than
// a time ago. What waits behind it came later, and so waits no longer. A feed.Follower
// takes that error for no failure, and gives the entry again. Other errors are the
// store's.
func AwaitWords(ctx context.Context, s storage.Store, e storage.Entry, wait time.Duration) error {
	if wait <= 0 || e.Post.Kind != flow.PostMessageLeft {
		return nil
	}
	r, err := s.Releases().Latest(ctx, e.Call.Account)
	if errors.Is(err, storage.ErrNotFound) || err == nil && !r.Settings.Mailboxes[e.Post.Mailbox].Transcribe {
		return nil
	}
	if err != nil {
		return err
	}
	m, err := s.Mailboxes().Message(ctx, e.Call.Account, e.Post.Mailbox, e.Call.ID)
	if errors.Is(err, storage.ErrNotFound) || err == nil && m.Words != "" {
		return nil
	}
	now, late := s.Agenda().Now(ctx)
	if err = errors.Join(err, late); err == nil && now.Before(e.At.Add(wait)) {
		return notYet{}
	}
	return err
}

// notYet says that what is done with a message waits.
type notYet struct{}

func (notYet) Error() string { return "the words of the message may still come" }

// Later is when to see again.
func (notYet) Later() time.Duration { return 2 * time.Second }
