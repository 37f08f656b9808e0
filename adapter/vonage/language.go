package vonage

import (
	"strconv"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/flow"
)

// languages are those that Vonage's voices speak (Voice OpenAPI, talk).
var languages = []string{
	"ar", "ca-ES", "cmn-CN", "cmn-TW", "cs-CZ", "cy-GB", "da-DK", "de-DE", "el-GR", "en-AU", "en-GB",
	"en-GB-WLS", "en-IN", "en-US", "en-ZA", "es-ES", "es-MX", "es-US", "eu-ES", "fi-FI", "fil-PH", "fr-CA",
	"fr-FR", "he-IL", "hi-IN", "hu-HU", "id-ID", "is-IS", "it-IT", "ja-JP", "ko-KR", "nb-NO", "nl-NL", "no-NO",
	"pl-PL", "pt-BR", "pt-PT", "ro-RO", "ru-RU", "sk-SK", "sv-SE", "th-TH", "tr-TR", "uk-UA", "vi-VN", "yue-CN",
}

// styles are how many voices Vonage has for the languages in which the library has
// words of its own; they are numbered from 0. Source: the text-to-speech guide, which
// lists them. Languages that are not here are left to Vonage.
var styles = map[string]int{
	"de-DE": 7, "en-AU": 6, "en-GB": 8, "en-GB-WLS": 1, "en-IN": 6, "en-US": 12, "en-ZA": 1, "es-ES": 5, "es-MX": 1,
	"es-US": 3, "fr-CA": 5, "fr-FR": 8, "it-IT": 7, "pt-BR": 6, "pt-PT": 8,
}

// speech is what Vonage's voices speak.
var speech = adapter.Speech{
	Languages: languages,
	Tag:       tag,
	Voiced: func(tag, voice string) bool {
		style, err := strconv.Atoi(voice)
		most, known := styles[tag]
		return err == nil && style >= 0 && (!known || style < most)
	},
	Example: func(string) string { return "0" },
}

// Speech is what Vonage's voices speak.
func (a *Adapter) Speech() adapter.Speech { return speech }

// tag is the language that Vonage calls by that name, or a kin of it: "de-CH" is
// spoken as "de-DE". Empty, Vonage's default, where there is none.
func tag(language string) string {
	if language == "" || language == flow.English {
		return language
	}
	return adapter.Nearest(language, languages)
}

// spoken is how Vonage calls a language, and the number of a style, which is what a
// voice is there.
func spoken(language, voice string) (string, int) {
	style, err := strconv.Atoi(voice)
	if err != nil || style < 0 {
		style = 0
	}
	return tag(language), style
}
