package twilio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/extflow/extflow/adapter"
)

// Recordings as Twilio keeps them: fetched as MP3 with the account's credentials,
// whether or not its console asks for them.

// FetchRecording fetches a recording by its SID. The error wraps adapter.ErrGone for
// one that was deleted.
func (a *Adapter) FetchRecording(ctx context.Context, ref string) (adapter.Recording, error) {
	id, err := a.recordingSID(ref)
	if err != nil {
		return adapter.Recording{}, err
	}
	address, ours := a.cfg.APIURL+a.cfg.Dialect.API.path(twilioRoot+"/Accounts/"+url.PathEscape(a.cfg.AccountSID)+"/Recordings/"+id+".mp3"), true
	if a.cfg.Dialect.API.Media {
		if address, err = a.mediaURL(ctx, id); err != nil {
			return adapter.Recording{}, err
		}
		ours = false
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return adapter.Recording{}, err
	}
	if ours {
		a.authorize(req)
	}
	client := *a.cfg.HTTPClient
	client.CheckRedirect = elsewhere
	resp, err := client.Do(req)
	if err != nil {
		var failed *url.Error // its text has the address, which has the recording's reference
		if errors.As(err, &failed) {
			err = failed.Err
		}
		return adapter.Recording{}, fmt.Errorf("%s: the recording cannot be fetched: %w", a.cfg.Name, err)
	}
	if resp.StatusCode == http.StatusOK {
		return adapter.Recording{Type: "audio/mpeg", Body: resp.Body}, nil
	}
	resp.Body.Close()
	err = a.newAPIError(resp, nil)
	if resp.StatusCode == http.StatusNotFound {
		err = fmt.Errorf("%w (%w)", adapter.ErrGone, err)
	}
	return adapter.Recording{}, fmt.Errorf("fetch a recording: %w", err)
}

// mediaURL is where a recording is, as its resource says.
func (a *Adapter) mediaURL(ctx context.Context, id string) (string, error) {
	r, err := a.api(ctx, false).FetchRecording(id, nil)
	switch {
	case gone(err):
		return "", fmt.Errorf("fetch a recording: %w (%w)", adapter.ErrGone, err)
	case err != nil:
		return "", fmt.Errorf("fetch a recording: %w", err)
	case text(r.MediaUrl) == "":
		return "", errors.New("fetch a recording: it is not ready yet")
	}
	return *r.MediaUrl, nil
}

// elsewhere follows Twilio to where it keeps media, over TLS; credentials stay with
// the host that they are for.
func elsewhere(req *http.Request, via []*http.Request) error {
	if len(via) > 3 || req.URL.Scheme != "https" && req.URL.Host != via[0].URL.Host {
		return errors.New("the recording is somewhere that is not followed to")
	}
	return nil
}

// DeleteRecording deletes a recording; one that is gone is no error.
func (a *Adapter) DeleteRecording(ctx context.Context, ref string) error {
	id, err := a.recordingSID(ref)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, a.cfg.Deadline)
	defer cancel()
	if err := a.api(ctx, false).DeleteRecording(id, &openapi.DeleteRecordingParams{}); err != nil && !gone(err) {
		return fmt.Errorf("delete a recording: %w", err)
	}
	return nil
}

// Transcribes reports whether what is recorded in a language can be put into words. Twilio
// does so for English alone, and for recordings of 2 to 120 s
// (https://www.twilio.com/docs/voice/twiml/record#transcribe); TeXML's Record has no
// language to ask for.
func (a *Adapter) Transcribes(language string) bool {
	primary, _, _ := strings.Cut(language, "-")
	return strings.EqualFold(primary, "en")
}

// recordingSID sees that a reference is a SID, and may be part of an address.
func (a *Adapter) recordingSID(ref string) (string, error) {
	if len(ref) < 3 || !strings.HasPrefix(ref, a.cfg.Dialect.recording()) || strings.Trim(ref, "-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
		return "", fmt.Errorf("%s: %d characters that are no recording's SID: %w", a.cfg.Name, len(ref), adapter.ErrRefused)
	}
	return ref, nil
}
