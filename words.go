package extflow

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"unicode"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// What a message says, in words, as its carrier tells it: late, twice, or after the
// message was deleted. It is kept with the message, and is no step of the call. The
// words are never logged.

// maxWords bounds the words of a message, in bytes: an hour of fast speech.
const maxWords = 100_000

// transcribed keeps the words of a recording with its message. Words of a message that
// is not there any more, or has some, change nothing.
func (e *Engine) transcribed(ctx context.Context, ev flow.Event) (flow.Turn, error) {
	err := e.Store.Mailboxes().Transcribe(ctx, ev.Call.Account, ev.Call.ID, ev.Ref, heard(ev.Entry))
	if errors.Is(err, storage.ErrNotFound) {
		e.Logger.LogAttrs(ctx, slog.LevelInfo, "words of a message that is not there", slog.String("call", ev.Call.ID))
		return flow.Turn{Call: ev.Call}, nil
	}
	if err != nil {
		e.Logger.LogAttrs(ctx, slog.LevelError, "the words of a message were not stored", slog.String("call", ev.Call.ID), slog.Any("error", err))
		return e.safe(ev), err
	}
	return flow.Turn{Call: ev.Call}, nil
}

// heard is words as they can be shown and sent anywhere: on one line, without control
// characters, and no more than are kept.
func heard(words string) string {
	words = strings.ToValidUTF8(words[:min(len(words), maxWords)], "")
	return strings.Join(strings.FieldsFunc(words, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
}
