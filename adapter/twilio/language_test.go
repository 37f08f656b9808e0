package twilio

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
)

func TestSpeech_everyLanguageOfTheLibraryHasVoices(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"en", "es", "fr", "de", "pt", "it"} {
		tag := speech.Tag(language)
		require.NotEmpty(t, tag, language)
		require.True(t, speech.Voiced(tag, speech.Example(tag)), language)
	}
	for tag := range polly {
		require.Contains(t, languages, tag)
	}
	for voice, known := range map[string]bool{
		"man": true, "woman": true, "Polly.Vicki": true, "Polly.Vicki-Neural": true, "Google.de-DE-Wavenet-B": true,
		"Polly.Mia": false, "Google.es-MX-Standard-A": false, "Google.de-DE-": false, "Vicki": false, "": false, "1": false,
	} {
		require.Equal(t, known, speech.Voiced("de-DE", voice), voice)
	}
	require.True(t, speech.Voiced("fr-FR", "Polly.Léa-Neural"), "with its accent")
	require.True(t, speech.Voiced("sv-SE", "Polly.Astrid"), "left to Twilio")
}

func TestSpeech_whatTwilioHasNoVoiceForIsAFault(t *testing.T) {
	t.Parallel()
	s := flow.Settings{
		Defaults: flow.Defaults{Language: "tlh", Voices: map[string]map[string]string{
			"es-MX": {"twilio": "Polly.Vicki", "vonage": "0"}, "de": {"twilio": "Polly.Vicki"}, "eo": {"twilio": "Polly.Mia"},
		}},
		Messages: map[string]flow.Message{
			"a": {In: []flow.Wording{{Language: "eo", Say: "Saluton."}, {Language: "la", Play: "ave.mp3"}}},
			"b": {Say: "Hallo.", Language: "de-CH", Voice: "Polly.Joanna"},
			"c": {Play: "c.mp3", Language: "eo"},
		},
		Menus: map[string]flow.Menu{"main": {Prompt: flow.Message{Say: "Saluton.", Language: "eo"}}},
	}
	var words []string
	for _, f := range speech.Faults("twilio", s) {
		words = append(words, f.Path+": "+f.Problem)
	}
	const or = "; or take twilio off the account's numbers"
	require.Equal(t, []string{
		`settings.language: twilio has no voice for "tlh"; write another language, or record what is said` + or,
		`settings.voices.eo: twilio has no voice for "eo"; write another language, or record what is said` + or,
		`settings.voices.es-MX.twilio: twilio has no voice "Polly.Vicki" for es-MX; write one such as Polly.Mia` + or,
		`menus.main.prompt.language: twilio has no voice for "eo"; write another language, or record what is said` + or,
		`messages.a.say.eo: twilio has no voice for "eo"; write another language, or record what is said` + or,
		`messages.b.voice: twilio has no voice "Polly.Joanna" for de-CH; write one such as Polly.Marlene` + or,
	}, words)
}

func TestDocument_voicesAreTheAccountsForTheCarrier(t *testing.T) {
	t.Parallel()
	said := turn(flow.Command{Kind: flow.Hangup})
	said.Move.Say = []flow.Message{{Say: "Adiós.", Language: "es-MX", Voices: map[string]string{"twilio": "Polly.Mia", "vonage": "0"}}}
	require.Equal(t, `Say language=es-MX voice=Polly.Mia "Adiós."; Hangup`, shown(t, Config{}, said))
}
