package voicemail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/storage"
)

// Player plays the recordings of messages over HTTP, from where they are kept or
// from the carrier, with range requests. Whether somebody may hear a message is the
// host's to decide before it calls Play; a message that the account's mailbox does
// not have is 404, whoever's it is.
type Player struct {
	Store    storage.Store
	Carriers map[string]adapter.Carrier
	Keep     Recordings    // as the Keeper's
	Timeout  time.Duration // for the carrier to give a recording out; 1 min
	Logger   *slog.Logger  // nil logs nothing; otherwise who played what is logged by the call
}

// Play answers a request for the recording of a message. What it answers is never
// stored on the way: Cache-Control is private, no-store.
func (p *Player) Play(w http.ResponseWriter, r *http.Request, account, mailbox, call string) {
	audio, err := p.Open(r.Context(), account, mailbox, call)
	h := w.Header()
	h.Set("Cache-Control", "private, no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	switch {
	case errors.Is(err, storage.ErrNotFound), errors.Is(err, ErrNone), errors.Is(err, adapter.ErrGone):
		http.Error(w, "there is no such recording", http.StatusNotFound)
	case errors.Is(err, errors.ErrUnsupported), errors.Is(err, adapter.ErrRefused), errors.Is(err, ErrTooLarge):
		http.Error(w, "the carrier does not give this recording out", http.StatusNotFound)
	case err != nil:
		p.log(r.Context(), slog.LevelError, "a recording cannot be played", call, err)
		http.Error(w, "the recording cannot be reached now; try again", http.StatusBadGateway)
	default:
		defer audio.Close()
		p.log(r.Context(), slog.LevelInfo, "a recording is played", call, nil)
		h.Set("Content-Type", audio.Type)
		h.Set("Content-Disposition", "inline")
		http.ServeContent(w, r, "", audio.At, audio)
	}
}

func (p *Player) log(ctx context.Context, level slog.Level, what, call string, err error) {
	attrs := []slog.Attr{slog.String("call", call)}
	if err != nil {
		attrs = append(attrs, slog.Any("error", err))
	}
	if p.Logger != nil {
		p.Logger.LogAttrs(ctx, level, what, attrs...)
	}
}

// Open is the recording of a message, from where it is. The error wraps
// storage.ErrNotFound where the mailbox has no such message, ErrNone where its
// recording is not there, ErrTooLarge, or the carrier's: errors.ErrUnsupported,
// adapter.ErrGone and adapter.ErrRefused among them. Close it.
func (p *Player) Open(ctx context.Context, account, mailbox, call string) (Audio, error) {
	m, err := p.Store.Mailboxes().Message(ctx, account, mailbox, call)
	if err != nil {
		return Audio{}, err
	}
	if m.State != storage.Left {
		return Audio{}, fmt.Errorf("call %s: the message is %s: %w", call, m.State, ErrNone)
	}
	if m.Kept && p.Keep != nil {
		return p.Keep.Open(ctx, account, call)
	}
	audio, err := p.fetch(ctx, m)
	if !errors.Is(err, adapter.ErrGone) || p.Keep == nil {
		return audio, err
	}
	now, late := p.Store.Mailboxes().Message(ctx, account, mailbox, call)
	if late == nil && now.Kept { // the Keeper took it meanwhile
		return p.Keep.Open(ctx, account, call)
	}
	return audio, err
}

// fetch gets a recording from its carrier, the whole of it.
func (p *Player) fetch(ctx context.Context, m storage.Message) (Audio, error) {
	timeout := p.Timeout
	if timeout <= 0 {
		timeout = time.Minute
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	r, err := adapter.FetchRecording(ctx, p.Carriers[m.Carrier], m.Ref)
	if err != nil {
		return Audio{}, err
	}
	defer r.Body.Close()
	all, err := io.ReadAll(io.LimitReader(r.Body, MaxBytes+1))
	if err != nil {
		return Audio{}, err
	}
	if len(all) > MaxBytes {
		return Audio{}, ErrTooLarge
	}
	return Audio{ReadSeekCloser: inMemory{bytes.NewReader(all)}, Type: r.Type, At: m.At.Truncate(time.Second)}, nil
}

// inMemory is what was fetched, so that a part of it can be asked for.
type inMemory struct{ *bytes.Reader }

func (inMemory) Close() error { return nil }
