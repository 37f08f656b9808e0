package mail

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"strings"
	"time"
	"unicode"

	"github.com/wneessen/go-mail"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/voicemail"
)

// What a mail says.

// attachment is a recording on its way into a mail.
type attachment struct {
	audio     []byte
	mediaType string
}

// errLeftOut is why a mail goes without its recording, errRecording why it does not go
// yet.
var (
	errLeftOut   = errors.New("the recording is not attached")
	errRecording = errors.New("the recording cannot be had yet")
)

// maxAttached is the most that is attached: what most servers take, once encoded.
const maxAttached = 10 << 20

// recordingTime is how long a mail waits for its recording.
const recordingTime = 5 * time.Minute

// attached is the message's recording, for which half of the time that a mail has is
// spent at most; once the message is old enough the mail goes without. Errors are those
// of recording.
func (s *Sender) attached(ctx context.Context, n note) (attachment, error) {
	if until, ok := ctx.Deadline(); ok {
		in, cancel := context.WithTimeout(ctx, time.Until(until)/2)
		defer cancel()
		ctx = in
	}
	recording, err := s.recording(ctx, n)
	if err == nil || errors.Is(err, errLeftOut) {
		return recording, err
	}
	now, late := s.Store.Agenda().Now(context.WithoutCancel(ctx))
	if late != nil || now.Before(n.entry.At.Add(cmp.Or(s.Recording, recordingTime))) {
		return recording, err
	}
	return attachment{}, fmt.Errorf("%w: its carrier does not give it out", errLeftOut)
}

// recording is the message's. An error that wraps errLeftOut says why the mail goes
// without it; with any other it is better sent later.
func (s *Sender) recording(ctx context.Context, n note) (attachment, error) {
	if s.Player == nil {
		return attachment{}, nil
	}
	audio, err := s.Player.Open(ctx, n.entry.Call.Account, n.message.Mailbox, n.entry.Call.ID)
	if errors.Is(err, voicemail.ErrNone) || errors.Is(err, errors.ErrUnsupported) || errors.Is(err, adapter.ErrRefused) || errors.Is(err, adapter.ErrGone) {
		return attachment{}, fmt.Errorf("%w: it cannot be had", errLeftOut)
	}
	if errors.Is(err, voicemail.ErrTooLarge) {
		return attachment{}, fmt.Errorf("%w: it is too large", errLeftOut)
	}
	if err != nil {
		return attachment{}, err
	}
	defer audio.Close()
	most := s.MaxAttached
	if most <= 0 {
		most = maxAttached
	}
	all, err := io.ReadAll(io.LimitReader(audio, most+1))
	if err != nil {
		return attachment{}, err
	}
	if int64(len(all)) > most {
		return attachment{}, fmt.Errorf("%w: it is too large", errLeftOut)
	}
	return attachment{all, audio.Type}, nil
}

// write makes the mail. Its error is an address that is none.
func (s *Sender) write(n note, recording attachment, left error) (*mail.Msg, error) {
	m := mail.NewMsg()
	if err := errors.Join(m.From(s.From), m.To(n.to)); err != nil {
		return nil, errors.New("an address cannot be read; write one, as in team@example.com")
	}
	m.SetMessageIDWithValue(strings.Trim(n.id(s.From), "<>"))
	m.SetDateWithValue(n.message.At)
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: nobody answers it by itself
	m.Subject(n.subject())
	m.SetBodyString(mail.TypeTextPlain, s.text(n, left))
	if len(recording.audio) == 0 {
		return m, nil
	}
	mediaType, _, err := mime.ParseMediaType(recording.mediaType)
	if err != nil {
		mediaType = "application/octet-stream"
	}
	name := "voicemail-" + n.message.At.UTC().Format("20060102-150405") + endings[mediaType]
	return m, m.AttachReader(name, bytes.NewReader(recording.audio), mail.WithFileContentType(mail.ContentType(mediaType)))
}

var endings = map[string]string{"audio/wav": ".wav", "audio/x-wav": ".wav", "audio/mpeg": ".mp3", "audio/mp3": ".mp3", "audio/ogg": ".ogg"}

func (n note) caller() string {
	if n.message.From == "" {
		return "a caller who withheld the number"
	}
	return string(n.message.From)
}

func (n note) subject() string {
	return plain(fmt.Sprintf("Voicemail for %s from %s, %s", n.message.Mailbox, n.caller(), n.message.Length.Round(time.Second)))
}

func (s *Sender) text(n note, left error) string {
	var b strings.Builder
	what := "A new message is in the mailbox " + n.message.Mailbox + "."
	if n.entry.Post.Kind == flow.PostMessageForwarded {
		what = "A message was forwarded to the mailbox " + n.message.Mailbox + "."
	}
	fmt.Fprintf(&b, "%s\n\nFrom:   %s\nCalled: %s\nAt:     %s\nLength: %s\n", plain(what), plain(n.caller()), n.message.To.String(),
		n.message.At.In(n.zone).Format("Mon, 2 Jan 2006 15:04 MST"), n.message.Length.Round(time.Second))
	if n.message.Words != "" {
		fmt.Fprintf(&b, "\nIn words: %s\n", plain(n.message.Words))
	}
	if s.Link != nil {
		fmt.Fprintf(&b, "\nListen to it: %s\n", plain(s.Link(n.entry.Call.Account, n.message.Mailbox, n.entry.Call.ID)))
	}
	if left != nil {
		fmt.Fprintf(&b, "\n%s.\n", strings.ToUpper(left.Error()[:1])+left.Error()[1:])
	}
	return b.String()
}

// plain is words on one line: nothing of them can begin a header, or a line of the
// text.
func plain(words string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, words)
}

// zone is where the account's clocks are; UTC where this machine does not know it.
func zone(s flow.Settings) *time.Location {
	if z, err := time.LoadLocation(s.Defaults.Timezone); err == nil {
		return z
	}
	return time.UTC
}
