package adapter

import (
	"context"
	"errors"
	"io"
)

// Recording is the audio of a recording as a carrier, or whoever keeps it, gives it
// out. Close its Body.
type Recording struct {
	Type string // the media type, as in audio/mpeg
	Body io.ReadCloser
}

// Recorder is a Carrier whose recordings can be fetched and deleted by the
// reference that came with flow.Recorded. The errors are ErrGone for a recording
// that is not there any more, ErrRefused for one that will never be given out; any
// other may pass. To delete what is gone is no error.
type Recorder interface {
	FetchRecording(ctx context.Context, ref string) (Recording, error)
	DeleteRecording(ctx context.Context, ref string) error
}

// FetchRecording fetches a recording. A carrier that gives none out answers
// errors.ErrUnsupported.
func FetchRecording(ctx context.Context, carrier Carrier, ref string) (Recording, error) {
	if r, ok := carrier.(Recorder); ok {
		return r.FetchRecording(ctx, ref)
	}
	return Recording{}, errors.ErrUnsupported
}

// DeleteRecording deletes a recording at its carrier, or answers
// errors.ErrUnsupported.
func DeleteRecording(ctx context.Context, carrier Carrier, ref string) error {
	if r, ok := carrier.(Recorder); ok {
		return r.DeleteRecording(ctx, ref)
	}
	return errors.ErrUnsupported
}
