package twilio

import (
	"slices"
	"strings"
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

// spoken is the language that Twilio calls by that name, or a kin of it: "de-CH" is
// spoken as "de-DE". Empty, the account's default, where there is none.
func spoken(language string) string {
	if language == "" || language == "en-US" {
		return language
	}
	same := func(l string) bool { return strings.EqualFold(l, language) }
	if i := slices.IndexFunc(languages, same); i >= 0 {
		return languages[i]
	}
	primary, _, _ := strings.Cut(language, "-")
	home := primary + "-" + primary
	kin := func(l string) bool { return strings.EqualFold(l, home) }
	if i := slices.IndexFunc(languages, kin); i >= 0 {
		return languages[i]
	}
	if strings.EqualFold(primary, "en") {
		return "en-US"
	}
	kin = func(l string) bool {
		return len(l) > len(primary) && l[len(primary)] == '-' && strings.EqualFold(l[:len(primary)], primary)
	}
	if i := slices.IndexFunc(languages, kin); i >= 0 {
		return languages[i]
	}
	return ""
}
