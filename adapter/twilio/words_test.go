package twilio

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
)

func TestRecord_asksForWordsInEnglishAlone(t *testing.T) {
	t.Parallel()
	d, tw := newLine(t, Config{})
	for language, asks := range map[string]bool{"en-US": true, "en-GB": true, "de": false, "": false} {
		d.stands(turn(flow.Command{Kind: flow.Record, Mailbox: "team", Time: 60e9, Transcribe: language}, "Speak."))
		body := post(t, tw, at3+"next", url.Values{"CallSid": {"CA1"}}).body
		for _, attr := range []string{`transcribe="true"`, `transcribeCallback="` + origin} {
			if asks {
				require.Contains(t, body, attr, language)
			} else {
				require.NotContains(t, body, "transcribe", language)
			}
		}
	}
}

func TestWords_ofARecordingComeOnlyWhereThereAreSome(t *testing.T) {
	t.Parallel()
	for _, is := range []struct {
		status, text string
		heard        bool
	}{{"completed", "Please call me back.", true}, {"completed", "", false}, {"failed", "", false}, {"failed", "uh", false}, {"in-progress", "Please", false}} {
		d, tw := newLine(t, Config{})
		form := url.Values{"CallSid": {"CA1"}, "RecordingSid": {"RE1"}, "TranscriptionStatus": {is.status}, "TranscriptionText": {is.text}}
		require.Equal(t, http.StatusNoContent, post(t, tw, at3+"words", form).code)
		if !is.heard {
			require.Zero(t, d.count(), is.status)
			continue
		}
		e := d.last(t)
		require.Equal(t, flow.What{Kind: flow.Transcribed, Ref: "RE1", Entry: is.text}, e.What)
		require.False(t, e.Reply)
		require.NotContains(t, e.String(), is.text, "what was said is nobody's business in a log")
	}
}
