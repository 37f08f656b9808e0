package vonage

import (
	"slices"
	"strconv"
	"strings"
)

// languages are those that Vonage's voices speak (Voice OpenAPI, talk).
var languages = []string{
	"ar", "ca-ES", "cmn-CN", "cmn-TW", "cs-CZ", "cy-GB", "da-DK", "de-DE", "el-GR", "en-AU", "en-GB",
	"en-GB-WLS", "en-IN", "en-US", "en-ZA", "es-ES", "es-MX", "es-US", "eu-ES", "fi-FI", "fil-PH", "fr-CA",
	"fr-FR", "he-IL", "hi-IN", "hu-HU", "id-ID", "is-IS", "it-IT", "ja-JP", "ko-KR", "nb-NO", "nl-NL", "no-NO",
	"pl-PL", "pt-BR", "pt-PT", "ro-RO", "ru-RU", "sk-SK", "sv-SE", "th-TH", "tr-TR", "uk-UA", "vi-VN", "yue-CN",
}

// spoken is the language that Vonage calls by that name, or a kin of it: "de-CH" is
// spoken as "de-DE". Empty, Vonage's default, where there is none. A voice is the
// number of a style.
func spoken(language, voice string) (string, int) {
	style, err := strconv.Atoi(voice)
	if err != nil || style < 0 {
		style = 0
	}
	if language == "" || language == "en-US" {
		return language, style
	}
	primary, _, _ := strings.Cut(language, "-")
	for _, same := range []func(string) bool{
		func(l string) bool { return strings.EqualFold(l, language) },
		func(l string) bool { return strings.EqualFold(l, primary+"-"+primary) },
		func(l string) bool { return strings.EqualFold(primary, "en") && l == "en-US" },
		func(l string) bool {
			return strings.EqualFold(l, primary) || len(l) > len(primary) && l[len(primary)] == '-' && strings.EqualFold(l[:len(primary)], primary)
		},
	} {
		if i := slices.IndexFunc(languages, same); i >= 0 {
			return languages[i], style
		}
	}
	return "", style
}
