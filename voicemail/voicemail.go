// Package voicemail looks after the recordings of messages: it takes them from the
// carrier to where the product wants them kept, deletes them with their messages,
// and plays them to whoever may hear them.
//
// Without a Keeper recordings stay at the carrier, and a Player fetches them there.
package voicemail

import (
	"context"
	"errors"
	"io"
	"time"
)

// Recordings keeps recordings, each by its account and the call that left it. Files
// is one. It is safe for concurrent use.
type Recordings interface {
	// Put keeps a recording, in place of one that is kept already. The error wraps
	// ErrTooLarge for one that is larger than what is kept; then nothing is.
	Put(ctx context.Context, account, call, mediaType string, audio io.Reader) error

	// Open opens a recording. The error wraps ErrNone where there is none.
	Open(ctx context.Context, account, call string) (Audio, error)

	// Delete deletes a recording; where there is none it is no error.
	Delete(ctx context.Context, account, call string) error
}

// Audio is a recording that is kept. Close it.
type Audio struct {
	io.ReadSeekCloser
	Type string    // the media type
	At   time.Time // when it was put
}

// The errors that callers tell apart.
var (
	ErrNone     = errors.New("there is no such recording")
	ErrTooLarge = errors.New("the recording is too large to be kept")
)

// MaxBytes is the most that a recording may have unless Files says otherwise: 32
// MiB, over half an hour of uncompressed telephone sound.
const MaxBytes = 32 << 20
