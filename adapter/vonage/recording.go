package vonage

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/extflow/extflow/adapter"
)

// Recordings as Vonage keeps them: for 30 days, at the address that its report says
// (https://developer.vonage.com/en/voice/voice-api/guides/recording).

var _ adapter.Recorder = (*Adapter)(nil)

// FetchRecording fetches a recording from the address that came with its report, with
// the application's token. The error wraps adapter.ErrRefused for an address that is none
// of Vonage's, which gets no token, and adapter.ErrGone for a recording that is not there
// any more.
func (a *Adapter) FetchRecording(ctx context.Context, ref string) (adapter.Recording, error) {
	resp, err := a.download(ctx, ref)
	if err != nil {
		return adapter.Recording{}, err
	}
	return adapter.Recording{Type: kindOfAudio(resp.Header.Get("Content-Type")), Body: resp.Body}, nil
}

// download asks for a file that Vonage keeps. The errors are FetchRecording's.
func (a *Adapter) download(ctx context.Context, ref string) (*http.Response, error) {
	if !a.keeps(ref) {
		return nil, fmt.Errorf("vonage: %d characters that are no address of a recording of Vonage's: %w", len(ref), adapter.ErrRefused)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, ref, nil)
	if err != nil {
		return nil, err
	}
	bearer, err := a.token.bearer(a.now())
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+bearer)
	resp, err := a.cfg.HTTPClient.Do(req)
	if err != nil {
		var failed *url.Error // its text has the address, which has the recording's reference
		if errors.As(err, &failed) {
			err = failed.Err
		}
		return nil, fmt.Errorf("vonage: the recording cannot be fetched: %w", err)
	}
	if resp.StatusCode == http.StatusOK {
		return resp, nil
	}
	_ = resp.Body.Close()
	err = newAPIError(resp, nil)
	if resp.StatusCode == http.StatusNotFound || resp.StatusCode == http.StatusGone {
		err = fmt.Errorf("%w (%w)", adapter.ErrGone, err)
	}
	return nil, fmt.Errorf("fetch a recording: %w", err)
}

// DeleteRecording is errors.ErrUnsupported: the Voice API documents no way to delete a
// recording. Vonage does so itself after 30 days.
func (a *Adapter) DeleteRecording(context.Context, string) error {
	return fmt.Errorf("vonage: its recordings cannot be deleted; they go after 30 days: %w", errors.ErrUnsupported)
}

// keeps reports whether an address is one at which Vonage keeps recordings: only there
// the application's token may go.
func (a *Adapter) keeps(ref string) bool {
	u, err := url.Parse(ref)
	if err != nil || u.User != nil || u.Fragment != "" || u.Path == "" || strings.Contains(u.Path, "..") {
		return false
	}
	if a.cfg.APIURL != defaultAPI {
		return u.Scheme == a.api.Scheme && u.Host == a.api.Host
	}
	host := strings.ToLower(u.Host)
	return u.Scheme == "https" && (strings.HasSuffix(host, ".vonage.com") || strings.HasSuffix(host, ".nexmo.com"))
}

// kindOfAudio is a recording's media type; Vonage's default is MP3.
func kindOfAudio(said string) string {
	media, _, _ := strings.Cut(said, ";")
	if strings.HasPrefix(media, "audio/") {
		return media
	}
	return "audio/mpeg"
}
