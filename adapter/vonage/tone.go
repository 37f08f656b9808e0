package vonage

import (
	"encoding/binary"
	"math"
	"net/http"
	"strconv"
	"sync"
)

// The ringback: what callers hear while a leg is placed for them. It is the tone of
// North America, 440 and 480 Hz for 2 s in 6 (ITU-T E.180), made here so that no file
// has to be hosted.

const (
	toneRate = 8000 // samples a second
	toneOn   = 2 * toneRate
	toneAll  = 6 * toneRate
	toneLoud = 4000 // of 32767
)

// ringback is a WAV file, 16 bit, one channel.
var ringback = sync.OnceValue(func() []byte {
	const size = 2 * toneAll
	b := append([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, 36+size)...)
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	for _, v := range []uint16{1, 1, toneRate, 0, 2 * toneRate, 0, 2, 16} { // PCM, one channel, rates in two halves
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	b = append(b, "data"...)
	b = binary.LittleEndian.AppendUint32(b, size)
	for i := range toneAll {
		sample := 0.0
		if t := 2 * math.Pi * float64(i) / toneRate; i < toneOn {
			sample = toneLoud * (math.Sin(440*t) + math.Sin(480*t))
		}
		b = binary.LittleEndian.AppendUint16(b, uint16(int16(sample)))
	}
	return b
})

func serveRingback(w http.ResponseWriter) {
	b := ringback()
	h := w.Header()
	h.Set("Content-Type", "audio/wav")
	h.Set("Content-Length", strconv.Itoa(len(b)))
	h.Set("Cache-Control", "public, max-age=86400")
	_, _ = w.Write(b)
}
