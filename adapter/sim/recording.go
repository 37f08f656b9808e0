package sim

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"time"

	"github.com/extflow/extflow/adapter"
)

var (
	_ adapter.Recorder = (*Carrier)(nil)
	_ adapter.Scribe   = (*Carrier)(nil)
)

// FetchRecording is a recording as WAV: silence, as long as the caller spoke. The
// error wraps adapter.ErrGone for one that there never was, that was deleted, or
// whose call ended over an hour ago.
func (c *Carrier) FetchRecording(_ context.Context, ref string) (adapter.Recording, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, l := range c.refs {
		if l.newest.ref == ref && ref != "" {
			return adapter.Recording{Type: "audio/wav", Body: io.NopCloser(bytes.NewReader(silence(l.newest.length)))}, nil
		}
	}
	return adapter.Recording{}, fmt.Errorf("sim: recording %s: %w", ref, adapter.ErrGone)
}

// DeleteRecording deletes a recording. It never fails.
func (c *Carrier) DeleteRecording(_ context.Context, ref string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, l := range c.refs {
		if l.newest.ref == ref {
			l.newest = tape{}
		}
	}
	return nil
}

const samples = 8000 // a second, of 8 bits each

// silence is so much of it as a WAV file (RIFF, PCM, one channel).
func silence(d time.Duration) []byte {
	n := int(d.Seconds() * samples)
	var b bytes.Buffer
	put := func(v any) { _ = binary.Write(&b, binary.LittleEndian, v) }
	b.WriteString("RIFF")
	put(uint32(36 + n))
	b.WriteString("WAVEfmt ")
	put([]uint32{16})
	put([]uint16{1, 1}) // PCM, one channel
	put([]uint32{samples, samples})
	put([]uint16{1, 8}) // bytes and bits of a sample
	b.WriteString("data")
	put(uint32(n))
	b.Write(bytes.Repeat([]byte{128}, n))
	return b.Bytes()
}

// Transcribes reports whether recordings are put into words: all are. What they say is
// what Phone.Say said.
func (c *Carrier) Transcribes(string) bool { return true }
