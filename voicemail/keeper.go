package voicemail

import (
	"context"
	"errors"
	"fmt"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// Keeper takes recordings from their carriers and has them deleted there. Its Take
// is a feed.Follower's: whatever it takes may come twice, and what fails is tried
// again. A carrier that gives a recording out no more is no failure; while one cannot be
// reached, or there is no room, the recordings behind wait as well, for as long as the
// follower does not give up. They are at the carrier, and heard from there.
type Keeper struct {
	Store    storage.Store
	Carriers map[string]adapter.Carrier // as in extflow.Config

	// Keep is where recordings go; nil leaves them at the carrier, where the Keeper
	// then only deletes what nobody needs.
	Keep Recordings
}

// Take does what an entry of the feed wants done with a recording: one that was
// left is kept, and deleted at the carrier once it is; one that is no message, or
// whose message was deleted, is deleted.
func (k *Keeper) Take(ctx context.Context, e storage.Entry) error {
	switch e.Post.Kind {
	case flow.PostMessageLeft:
		return k.keep(ctx, e)
	case flow.PostMessageDropped:
		return k.discard(ctx, e, "")
	case flow.PostMessageDeleted:
		if k.Keep != nil {
			if err := k.Keep.Delete(ctx, e.Call.Account, e.Call.ID); err != nil {
				return err
			}
		}
		return k.discard(ctx, e, e.Post.Carrier)
	}
	return nil
}

// keep takes a recording from the carrier, unless that was done already.
func (k *Keeper) keep(ctx context.Context, e storage.Entry) error {
	if k.Keep == nil {
		return nil
	}
	carrier, err := k.carrier(ctx, e, "")
	if carrier == nil || err != nil {
		return err
	}
	// What is deleted at the carrier is not put into words there any more.
	if err := AwaitWords(ctx, k.Store, e, WordsTime); err != nil {
		return err
	}
	r, err := adapter.FetchRecording(ctx, carrier, e.Post.Ref)
	switch {
	case errors.Is(err, adapter.ErrGone), errors.Is(err, adapter.ErrRefused), errors.Is(err, errors.ErrUnsupported):
		return nil // it was kept before, or its message was deleted, or it stays where it is
	case err != nil:
		return err
	}
	err = errors.Join(k.Keep.Put(ctx, e.Call.Account, e.Call.ID, r.Type, r.Body), r.Body.Close())
	if errors.Is(err, ErrTooLarge) {
		return nil // it stays at the carrier, where it can be heard
	}
	if err != nil {
		return fmt.Errorf("keep the recording of call %s: %w", e.Call.ID, err)
	}
	err = k.Store.Mailboxes().Keep(ctx, e.Call.Account, e.Call.ID)
	if errors.Is(err, storage.ErrNotFound) { // it was deleted meanwhile
		err = k.Keep.Delete(ctx, e.Call.Account, e.Call.ID)
	}
	if err != nil {
		return err
	}
	return k.discard(ctx, e, "")
}

// discard deletes a recording at its carrier.
func (k *Keeper) discard(ctx context.Context, e storage.Entry, carrier string) error {
	if e.Post.Ref == "" {
		return nil
	}
	c, err := k.carrier(ctx, e, carrier)
	if c == nil || err != nil {
		return err
	}
	err = adapter.DeleteRecording(ctx, c, e.Post.Ref)
	if errors.Is(err, adapter.ErrGone) || errors.Is(err, adapter.ErrRefused) || errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	return err
}

// carrier is whose the recording is; nil for one that is not switched on here.
func (k *Keeper) carrier(ctx context.Context, e storage.Entry, name string) (adapter.Carrier, error) {
	if name == "" {
		c, err := k.Store.Calls().Load(ctx, e.Call)
		if errors.Is(err, storage.ErrNotFound) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		name = c.Info.Carrier
	}
	return k.Carriers[name], nil
}
