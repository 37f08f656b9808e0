package storage

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/extflow/extflow/flow"
)

// Audio keeps the files that accounts upload to be played to callers. A file is a
// name and a content: messages name the file, and a release notes which content that
// was when it was published (flow.Settings.Audio), so that it goes on playing that
// one whatever is uploaded later. A content stays as long as a file or a release has
// it.
type Audio interface {
	// Put keeps what it reads under a name, in place of a file that bears it, and
	// returns the file. ErrAudio: the name is no file's, the content is longer than
	// MaxAudio, or no audio that every carrier plays; the error says what to do.
	// ErrNotFound: no such account. Whatever the error is, the file is as it was.
	Put(ctx context.Context, account, name string, from io.Reader) (File, error)

	// Open opens a content. Close it. ErrNotFound.
	Open(ctx context.Context, account, content string) (Sound, error)

	File(ctx context.Context, account, name string) (File, error)     // ErrNotFound
	Files(ctx context.Context, account string) iter.Seq2[File, error] // by name

	// Delete removes a file. ErrNotFound; *PlayedError where a message plays it in the
	// latest release, or in one that a number is pinned to.
	Delete(ctx context.Context, account, name string) error
}

// File is audio that an account uploaded.
type File struct {
	Name    string    `json:"name"`
	Content string    `json:"content"` // which one: a digest of the account and the bytes
	Type    string    `json:"type"`    // the media type, as in audio/mpeg
	Size    int64     `json:"size"`    // in bytes
	At      time.Time `json:"at"`      // when it was put, by the store's clock
}

// Sound is a content that is open. It reads as long as the ctx of Open lasts, and is
// for one goroutine at a time.
type Sound struct {
	io.ReadSeekCloser
	Type string
	Size int64
	At   time.Time // when it was first put
}

// MaxAudio is the most bytes that a file may have: 16 MiB, over eight minutes of
// uncompressed telephone sound.
const MaxAudio = 16 << 20

// ErrAudio is what a file is refused for.
var ErrAudio = errors.New("no audio that can be kept")

// PlayedError says which releases play a file that was to be deleted.
type PlayedError struct {
	Name     string
	Versions []uint32 // of the releases, the newest first
}

func (e *PlayedError) Error() string {
	return fmt.Sprintf("version %d plays the file %q; publish without it first", e.Versions[0], e.Name)
}

// CheckFileName is ErrAudio for what cannot be the name of a file; what can be
// is what a message may play beside URLs.
func CheckFileName(name string) error {
	odd := func(r rune) bool { return r < ' ' || r == 0x7f || strings.ContainsRune(`/\:?#`, r) }
	if name == "" || len(name) > 255 || strings.HasPrefix(name, ".") || strings.TrimSpace(name) != name || strings.ContainsFunc(name, odd) {
		return fmt.Errorf("%w: %.64q names no file; write a plain name without slashes, as in hold.mp3", ErrAudio, name)
	}
	return nil
}

// ContentOf names a content: nobody can who has not the bytes, and no two accounts
// share one.
func ContentOf(account string, digest [sha256.Size]byte) string {
	h := sha256.New()
	fmt.Fprintf(h, "%d:%s", len(account), account)
	h.Write(digest[:])
	return hex.EncodeToString(h.Sum(nil)[:20])
}

// HeadOfAudio is how many bytes AudioType looks at.
const HeadOfAudio = 512

// AudioType is the media type of a file by its first HeadOfAudio bytes, whatever its
// name says: MP3, or WAV with 16-bit mono samples at 8 or 16 kHz, which is what
// every carrier here plays
// (https://www.twilio.com/docs/voice/twiml/play, https://developer.vonage.com/en/voice/voice-api/ncco-reference#stream).
// The error is ErrAudio.
func AudioType(head []byte) (string, error) {
	switch {
	case len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WAVE":
		return "audio/wav", checkWave(head[12:])
	case bytes.HasPrefix(head, []byte("ID3")), isMP3(head):
		return "audio/mpeg", nil
	}
	return "", fmt.Errorf("%w: the file is neither MP3 nor WAV; save it as one of them", ErrAudio)
}

// isMP3 reports whether a frame of MPEG layer 3 begins here: eleven bits set, then a
// version, a layer, a bit rate and a sample rate that there are.
func isMP3(b []byte) bool {
	return len(b) >= 4 && b[0] == 0xff && b[1]&0xe0 == 0xe0 && b[1]&0x18 != 0x08 && b[1]&0x06 == 0x02 &&
		b[2]&0xf0 != 0xf0 && b[2]&0xf0 != 0 && b[2]&0x0c != 0x0c
}

// checkWave finds the format among the chunks of a WAV file.
func checkWave(chunks []byte) error {
	for len(chunks) >= 8 {
		size := int64(binary.LittleEndian.Uint32(chunks[4:8]))
		if string(chunks[:4]) == "fmt " && size >= 16 && len(chunks) >= 24 {
			f := chunks[8:]
			format, channels := binary.LittleEndian.Uint16(f), binary.LittleEndian.Uint16(f[2:])
			rate, bits := binary.LittleEndian.Uint32(f[4:]), binary.LittleEndian.Uint16(f[14:])
			if format == 1 && channels == 1 && bits == 16 && (rate == 8000 || rate == 16000) {
				return nil
			}
			break
		}
		if size += 8 + size%2; size > int64(len(chunks)) {
			break
		}
		chunks = chunks[size:]
	}
	return fmt.Errorf("%w: a WAV file must be 16-bit mono at 8 or 16 kHz for every carrier to play it; convert it, as with ffmpeg -i IN -ar 8000 -ac 1 -c:a pcm_s16le OUT.wav", ErrAudio)
}

// Upload reads a file for a store, a part at a time: it hands every part on and
// returns the file as far as it is known, without Name and At. The errors are ErrAudio,
// from's, and keep's.
func Upload(account string, from io.Reader, part int, keep func(n int, body []byte) error) (File, error) {
	var f File
	digest := sha256.New()
	buf := make([]byte, max(part, HeadOfAudio))
	for n := 0; ; n++ {
		got, err := io.ReadFull(from, buf)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return File{}, err
		}
		last, body := err != nil, buf[:got]
		if n == 0 {
			if f.Type, err = AudioType(body[:min(got, HeadOfAudio)]); err != nil {
				return File{}, err
			}
		}
		if f.Size += int64(got); f.Size > MaxAudio {
			return File{}, fmt.Errorf("%w: it is longer than %d MiB; shorten it, or save it as MP3", ErrAudio, MaxAudio>>20)
		}
		digest.Write(body)
		if got > 0 {
			if err := keep(n, body); err != nil {
				return File{}, err
			}
		}
		if last {
			f.Content = ContentOf(account, [sha256.Size]byte(digest.Sum(nil)))
			return f, nil
		}
	}
}

// Unplayed is how long a content stays that no file and no release has any more: a
// release that is being made of it may come yet.
const Unplayed = 24 * time.Hour

// Played is a *PlayedError where releases play a file, else nil: for stores, with the
// releases that are in use.
func Played(name string, releases []flow.Release) error {
	var e PlayedError
	for _, r := range releases {
		if _, ok := r.Settings.Audio[name]; ok || slices.Contains(r.Settings.Files(), name) {
			e.Versions = append(e.Versions, r.Version)
		}
	}
	if len(e.Versions) == 0 {
		return nil
	}
	slices.SortFunc(e.Versions, func(a, b uint32) int { return cmp.Compare(b, a) })
	e.Name, e.Versions = name, slices.Compact(e.Versions)
	return &e
}
