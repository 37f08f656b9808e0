package twilio

import (
	"slices"
	"strings"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/flow"
)

// languages are those that Twilio's voices speak; anything else may fail the call.
var languages = []string{
	"af-ZA", "am-ET", "ar-AE", "ar-XA", "arb", "bg-BG", "bn-IN", "ca-ES", "cmn-CN", "cmn-TW", "cs-CZ", "cy-GB",
	"da-DK", "de-AT", "de-DE", "el-GR", "en-AU", "en-CA", "en-GB", "en-GB-WLS", "en-IE", "en-IN", "en-NZ",
	"en-US", "en-ZA", "es-ES", "es-MX", "es-US", "fi-FI", "fil-PH", "fr-CA", "fr-FR", "fr-BE", "gu-IN", "he-IL",
	"hi-IN", "hu-HU", "id-ID", "is-IS", "it-IT", "ja-JP", "kn-IN", "ko-KR", "lv-LV", "ml-IN", "mr-IN", "ms-MY",
	"nb-NO", "nl-BE", "nl-NL", "pa-IN", "pl-PL", "pt-BR", "pt-PT", "ro-RO", "ru-RU", "sk-SK", "sr-RS", "sv-SE",
	"ta-IN", "te-IN", "th-TH", "tr-TR", "uk-UA", "vi-VN", "yue-HK", "zh-CN", "zh-HK", "zh-TW",
}

// polly are the Amazon Polly voices of the languages in which the library has words
// of its own: Polly.Mia, and with -Neural or -Generative where there is that one of
// it. Accents may be left out, as in Twilio's own libraries (Polly.Lea). Sources: Say
// in Twilio's helper libraries, and Amazon Polly's list of available voices.
var polly = map[string]string{
	"de-AT": "Hannah-Neural",
	"de-DE": "Marlene Hans Vicki Vicki-Neural Vicki-Generative Daniel-Neural Daniel-Generative",
	"en-AU": "Nicole Russell Olivia-Neural Olivia-Generative",
	"en-GB": "Amy Amy-Neural Amy-Generative Emma Emma-Neural Brian Brian-Neural Arthur-Neural",
	"en-IE": "Niamh-Neural",
	"en-IN": "Aditi Raveena Kajal-Neural Kajal-Generative",
	"en-NZ": "Aria-Neural",
	"en-US": "Ivy Ivy-Neural Joanna Joanna-Neural Joanna-Generative Kendra Kendra-Neural Kimberly Kimberly-Neural " +
		"Salli Salli-Neural Joey Joey-Neural Justin Justin-Neural Kevin-Neural Matthew Matthew-Neural Matthew-Generative " +
		"Ruth-Neural Ruth-Generative Stephen-Neural Stephen-Generative Danielle-Neural Danielle-Generative Gregory-Neural",
	"en-ZA":     "Ayanda-Neural Ayanda-Generative",
	"en-GB-WLS": "Geraint",
	"es-ES":     "Conchita Enrique Lucia Lucia-Neural Lucia-Generative Sergio-Neural Sergio-Generative",
	"es-MX":     "Mia Mia-Neural Mia-Generative Andres-Neural Andres-Generative",
	"es-US":     "Lupe Lupe-Neural Lupe-Generative Penelope Miguel Pedro-Neural Pedro-Generative",
	"fr-BE":     "Isabelle-Neural",
	"fr-CA":     "Chantal Gabrielle-Neural Liam-Neural",
	"fr-FR":     "Celine Mathieu Lea Lea-Neural Lea-Generative Remi-Neural Remi-Generative",
	"it-IT":     "Carla Giorgio Bianca Bianca-Neural Bianca-Generative Adriano-Neural",
	"pt-BR":     "Camila Camila-Neural Ricardo Vitoria Vitoria-Neural Thiago-Neural",
	"pt-PT":     "Ines Ines-Neural Cristiano",
}

// plain writes the accents of voices' names without them.
var plain = strings.NewReplacer("á", "a", "é", "e", "ê", "e", "ó", "o")

// speech is what Twilio's voices speak. Google's are named by their language, as in
// Google.de-DE-Standard-A; man and woman are the basic ones. A voice of a language that
// the table does not have is left to Twilio.
var speech = adapter.Speech{
	Languages: languages,
	Tag:       spoken,
	Voiced: func(tag, voice string) bool {
		if voice == "man" || voice == "woman" {
			return true
		}
		if name, ok := strings.CutPrefix(voice, "Google."); ok {
			kind, ok := strings.CutPrefix(name, tag+"-")
			return ok && kind != ""
		}
		name, ok := strings.CutPrefix(voice, "Polly.")
		known := polly[tag]
		return ok && (known == "" || slices.Contains(strings.Fields(known), plain.Replace(name)))
	},
	Example: func(tag string) string {
		if known := strings.Fields(polly[tag]); len(known) > 0 {
			return "Polly." + known[0]
		}
		return "Google." + tag + "-Standard-A"
	},
}

// Speech is what Twilio's voices speak; nothing is said of those of other carriers.
func (a *Adapter) Speech() adapter.Speech {
	if a.cfg.Dialect.OwnVoices {
		return adapter.Speech{}
	}
	return speech
}

// spoken is the language that Twilio calls by that name, or a kin of it: "de-CH" is
// spoken as "de-DE". Empty, the account's default, where there is none.
func spoken(language string) string {
	if language == "" || language == flow.English {
		return language
	}
	return adapter.Nearest(language, languages)
}
