package vonage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/extflow/extflow/adapter"
)

// What recordings say, in words: told by a webhook that says where they are, and fetched
// there as the recording is (https://developer.vonage.com/en/voice/voice-api/guides/recording).

var _ adapter.Scribe = (*Adapter)(nil)

// Transcribes reports whether recordings in a language can be put into words: Vonage takes
// the tag of any that it speaks.
func (a *Adapter) Transcribes(language string) bool { return language != "" }

// maxTranscript bounds what is read of a transcript, which has times for each word.
const maxTranscript = 4 << 20

// transcript is what Vonage keeps of what was said.
type transcript struct {
	Channels []struct {
		Transcript []struct {
			Sentence string `json:"sentence"`
		} `json:"transcript"`
	} `json:"channels"`
}

// words are those at an address. Where there are none, or they will never be given out,
// they are empty and it is no error.
func (a *Adapter) words(ctx context.Context, address string) (string, error) {
	if address == "" {
		return "", nil
	}
	ctx, cancel := context.WithTimeout(ctx, wordsTime)
	defer cancel()
	resp, err := a.download(ctx, address)
	if errors.Is(err, adapter.ErrGone) || errors.Is(err, adapter.ErrRefused) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxTranscript))
	if err != nil {
		return "", fmt.Errorf("vonage: the transcript cannot be fetched: %w", err)
	}
	var t transcript
	if json.Unmarshal(text, &t) != nil {
		return "", nil // whatever it is, it would be the same the next time
	}
	var said []string
	for _, c := range t.Channels {
		for _, s := range c.Transcript {
			said = append(said, s.Sentence)
		}
	}
	return strings.TrimSpace(strings.Join(said, " ")), nil
}

// wordsTime is how long a transcript may take to be fetched.
const wordsTime = 5 * time.Second
