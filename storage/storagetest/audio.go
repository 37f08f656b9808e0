package storagetest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

func audio() []promise {
	return []promise{
		{"an uploaded file is played back byte by byte, and any part of it", func(h *house) {
			wave := Wave(300_001)
			f := h.uploads("hold.wav", wave)
			require.Equal(h, []any{"hold.wav", "audio/wav", int64(len(wave))}, []any{f.Name, f.Type, f.Size})
			require.Equal(h, wave, h.sounds(f.Content))
			s, err := h.store.Audio().Open(h.ctx, acme, f.Content)
			require.NoError(h, err)
			defer s.Close()
			require.Equal(h, []any{f.Type, f.Size}, []any{s.Type, s.Size})
			for _, from := range []int64{0, 1, 131_071, 131_072, 299_999, int64(len(wave)) - 1} {
				at, err := s.Seek(from, io.SeekStart)
				require.NoError(h, err)
				require.Equal(h, from, at)
				some := make([]byte, min(5000, int64(len(wave))-from))
				_, err = io.ReadFull(s, some)
				require.NoError(h, err)
				require.Equal(h, wave[from:from+int64(len(some))], some)
			}
			end, err := s.Seek(0, io.SeekEnd)
			require.NoError(h, err)
			require.Equal(h, f.Size, end)
			_, err = s.Read(make([]byte, 1))
			require.ErrorIs(h, err, io.EOF)
		}},
		{"a file's content is named so that it cannot be guessed, and is another for each account", func(h *house) {
			mine := h.uploads("hold.wav", Wave(1000))
			theirs, err := h.store.Audio().File(h.ctx, globex, "hold.wav")
			require.NoError(h, err)
			require.Len(h, mine.Content, 40)
			require.NotEqual(h, mine.Content, theirs.Content)
			_, err = h.store.Audio().Open(h.ctx, acme, theirs.Content)
			require.ErrorIs(h, err, storage.ErrNotFound)
			require.Equal(h, Wave(1000), h.sounds(mine.Content))
			require.NoError(h, h.store.Audio().Delete(h.ctx, acme, "hold.wav"))
			require.Equal(h, Wave(1000), h.in(globex).sounds(theirs.Content))
		}},
		{"a file that is uploaded again has another content, and the old one stays for a day", func(h *house) {
			old := h.uploads("hold.wav", Wave(1000))
			f := h.uploads("hold.wav", Wave(2000))
			require.NotEqual(h, old.Content, f.Content)
			require.Equal(h, []string{"hold.wav"}, h.files())
			now, err := h.store.Audio().File(h.ctx, acme, "hold.wav")
			require.NoError(h, err)
			require.Equal(h, f, now)
			h.tidy()
			require.Equal(h, Wave(1000), h.sounds(old.Content), "a release that is being made may have it")
		}},
		{"what no file and no release has is removed after a day, and nothing else", func(h *house) {
			old, kept := h.uploads("hold.wav", Wave(1000)), h.uploads("kept.wav", Wave(3000))
			same := h.uploads("same.wav", Wave(1000))
			released := h.uploads("old.wav", Wave(4000))
			h.publishes(2, released)
			h.publishes(3)
			require.NoError(h, h.store.Audio().Delete(h.ctx, acme, "old.wav"))
			require.NoError(h, h.store.Audio().Delete(h.ctx, acme, "hold.wav"))
			h.wait(storage.Unplayed)
			h.tidy()
			require.Equal(h, Wave(1000), h.sounds(old.Content), "another file has it")
			require.Equal(h, same.Content, old.Content)
			require.NoError(h, h.store.Audio().Delete(h.ctx, acme, "same.wav"))
			h.wait(storage.Unplayed)
			h.tidy()
			h.uploads("later.wav", Wave(10)) // stores that tidy by themselves do it now
			_, err := h.store.Audio().Open(h.ctx, acme, old.Content)
			require.ErrorIs(h, err, storage.ErrNotFound)
			require.Equal(h, Wave(3000), h.sounds(kept.Content))
			require.Equal(h, Wave(4000), h.sounds(released.Content), "calls of that release play it")
		}},
		{"a file that the latest release plays is not deleted, nor one of a release that a number is pinned to", func(h *house) {
			f := h.uploads("hold.wav", Wave(1000))
			h.publishes(2, f)
			var played *storage.PlayedError
			require.ErrorAs(h, h.store.Audio().Delete(h.ctx, acme, "hold.wav"), &played)
			require.Equal(h, storage.PlayedError{Name: "hold.wav", Versions: []uint32{2}}, *played)
			h.publishes(3)
			n, err := h.store.Numbers().Entry(h.ctx, line)
			require.NoError(h, err)
			n.Release = "r2"
			require.NoError(h, h.store.Numbers().Assign(h.ctx, n))
			require.ErrorAs(h, h.store.Audio().Delete(h.ctx, acme, "hold.wav"), &played)
			n.Release, n.Rev = "", n.Rev+1
			require.NoError(h, h.store.Numbers().Assign(h.ctx, n))
			require.NoError(h, h.store.Audio().Delete(h.ctx, acme, "hold.wav"))
			require.Empty(h, h.files())
			require.ErrorIs(h, h.store.Audio().Delete(h.ctx, acme, "hold.wav"), storage.ErrNotFound)
			require.Equal(h, Wave(1000), h.sounds(f.Content))
		}},
		{"files are listed by name", func(h *house) {
			for _, name := range []string{"c.wav", "a.wav", "ünï b.wav"} {
				h.uploads(name, Wave(len(name)))
			}
			require.Equal(h, []string{"a.wav", "c.wav", "ünï b.wav"}, h.files())
			require.Empty(h, all(h, h.store.Audio().Files(h.ctx, "initech")))
		}},
		{"what is no audio, too long, ill named or broken off changes nothing", func(h *house) {
			was := h.uploads("hold.wav", Wave(1000))
			stereo := Wave(1000)
			stereo[22] = 2
			long := io.MultiReader(bytes.NewReader(Wave(1000)), io.LimitReader(zeros{}, storage.MaxAudio))
			for _, r := range []io.Reader{strings.NewReader("<html>"), strings.NewReader(""), bytes.NewReader(stereo), long} {
				_, err := h.store.Audio().Put(h.ctx, acme, "hold.wav", r)
				require.ErrorIs(h, err, storage.ErrAudio)
			}
			for _, name := range []string{"", "../hold.wav", "a/b", ".hidden", " hold.wav", "https://x", strings.Repeat("x", 256), "a\x00b"} {
				_, err := h.store.Audio().Put(h.ctx, acme, name, bytes.NewReader(Wave(10)))
				require.ErrorIs(h, err, storage.ErrAudio, name)
			}
			broken := errors.New("the line broke")
			_, err := h.store.Audio().Put(h.ctx, acme, "hold.wav", io.MultiReader(bytes.NewReader(Wave(200_000)), iotest.ErrReader(broken)))
			require.ErrorIs(h, err, broken)
			_, err = h.store.Audio().Put(h.ctx, "initech", "hold.wav", bytes.NewReader(Wave(10)))
			require.ErrorIs(h, err, storage.ErrNotFound)
			require.Equal(h, Wave(1000), h.sounds(was.Content))
			require.Equal(h, []string{"hold.wav"}, h.files())
			_, err = h.store.Audio().File(h.ctx, acme, "no.wav")
			require.ErrorIs(h, err, storage.ErrNotFound)
		}},
		{"MP3 is known by its content, whatever it is called", func(h *house) {
			for name, head := range map[string]string{"a": "ID3\x04\x00", "b.wav": "\xff\xfb\x90\x64"} {
				require.Equal(h, "audio/mpeg", h.uploads(name, append([]byte(head), make([]byte, 700)...)).Type)
			}
		}},
	}
}

// zeros is silence without end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// Wave is a WAV file that every carrier plays, with so many bytes of sound.
func Wave(n int) []byte {
	b := append([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, uint32(36+n))...)
	b = append(b, "WAVEfmt "...)
	for _, v := range []any{uint32(16), uint16(1), uint16(1), uint32(8000), uint32(16000), uint16(2), uint16(16)} {
		b, _ = binary.Append(b, binary.LittleEndian, v) // it appends numbers
	}
	b = binary.LittleEndian.AppendUint32(append(b, "data"...), uint32(n))
	for i := range n {
		b = append(b, byte(i*7+i/251))
	}
	return b
}

func (h *house) uploads(name string, body []byte) storage.File {
	h.Helper()
	f, err := h.store.Audio().Put(h.ctx, h.account, name, bytes.NewReader(body))
	require.NoError(h, err)
	return f
}

func (h *house) sounds(content string) []byte {
	h.Helper()
	s, err := h.store.Audio().Open(h.ctx, h.account, content)
	require.NoError(h, err)
	body, err := io.ReadAll(s)
	require.NoError(h, errors.Join(err, s.Close()))
	return body
}

func (h *house) files() (names []string) {
	h.Helper()
	for _, f := range all(h, h.store.Audio().Files(h.ctx, h.account)) {
		names = append(names, f.Name)
	}
	return names
}

// publishes makes a release that plays files.
func (h *house) publishes(version uint32, files ...storage.File) {
	h.Helper()
	s := settings()
	s.Messages, s.Audio = map[string]flow.Message{}, map[string]string{}
	for i, f := range files {
		s.Messages[string(rune('a'+i))] = *flow.Play(f.Name)
		s.Audio[f.Name] = f.Content
	}
	r, err := flow.NewRelease(h.account, "r"+string(rune('0'+version)), version, h.now(), s)
	require.NoError(h, err)
	require.NoError(h, h.store.Releases().Publish(h.ctx, r))
}
