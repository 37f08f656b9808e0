package vonage

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
)

func TestSpeech_aVoiceIsTheNumberOfAStyleThatTheLanguageHas(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"en", "es", "fr", "de", "pt", "it"} {
		tag := speech.Tag(language)
		require.NotEmpty(t, tag, language)
		require.True(t, speech.Voiced(tag, speech.Example(tag)), language)
	}
	for tag := range styles {
		require.Contains(t, languages, tag)
	}
	for voice, known := range map[string]bool{"0": true, "6": true, "7": false, "-1": false, "Vicki": false, "": false} {
		require.Equal(t, known, speech.Voiced("de-DE", voice), voice)
	}
	require.True(t, speech.Voiced("ja-JP", "4"), "left to Vonage")

	faults := speech.Faults("vonage", flow.Settings{Defaults: flow.Defaults{Voices: map[string]map[string]string{"es-MX": {"vonage": "1", "twilio": "x"}}}})
	require.EqualError(t, faults.Err(), `settings.voices.es-MX.vonage: vonage has no voice "1" for es-MX; write one such as 0; or take vonage off the account's numbers`)

	var n ncco
	n.say(&flow.Message{Say: "Hola.", Language: "es-MX", Voices: map[string]string{"vonage": "0"}}, "vonage", true)
	n.say(&flow.Message{Say: "Hallo.", Language: "de-AT", Voices: map[string]string{"vonage": "3"}}, "vonage", false)
	require.Equal(t, talk{Action: "talk", Text: "Hola.", Language: "es-MX", BargeIn: true}, n.actions[0])
	require.Equal(t, talk{Action: "talk", Text: "Hallo.", Language: "de-DE", Style: 3}, n.actions[1])
}
