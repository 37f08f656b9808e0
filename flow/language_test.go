package flow

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
)

func TestPhrases_numbersAreRightInEveryLanguage(t *testing.T) {
	t.Parallel()
	for language, minutes := range map[string][3]string{
		"en": {"less than a minute", "one minute", "7 minutes"},
		"es": {"menos de un minuto", "un minuto", "7 minutos"},
		"fr": {"moins d'une minute", "une minute", "7 minutes"},
		"de": {"weniger als eine Minute", "eine Minute", "7 Minuten"},
		"pt": {"menos de um minuto", "um minuto", "7 minutos"},
		"it": {"meno di un minuto", "un minuto", "7 minuti"},
	} {
		for i, n := range []int{0, 1, 7} {
			said := gaps{minutes: n}.fill(phrases[language]["wait"], language)
			require.Contains(t, said, " "+minutes[i]+".", language)
		}
		require.Contains(t, gaps{position: 12}.fill(phrases[language]["position"], language), " 12 ")
		called := gaps{caller: "+14155550100"}.fill(phrases[language]["screening"], language)
		require.Contains(t, called, "1 4 1 5 5 5 5 0 1 0 0")
		require.Contains(t, gaps{}.fill(phrases[language]["screening"], language), withheld[language])
		for name, words := range phrases[language] {
			if name == "callback-offer" { // its key is filled in when the account is compiled
				require.Contains(t, words, "{key}", language)
				words = withKey(words, "1", language)
			}
			said := gaps{name: "Ada", key: "1"}.fill(words, language)
			require.NotContains(t, said, "{", "%s in %s", name, language)
			require.Equal(t, name == choiceName, strings.Contains(said, "Ada"), "%s in %s", name, language)
			require.Equal(t, strings.TrimSpace(words), words)
		}
	}
}

// What an account wrote before there were directories is said as it was.
func TestGaps_aNameIsOneOnlyWherePeopleAreChosen(t *testing.T) {
	t.Parallel()
	m := &Move{Say: []Message{{Say: "Ask {caller} for {name}, key {key}."}}}
	said := gaps{caller: "+14155550100"}.words(m)
	require.Equal(t, "Ask 1 4 1 5 5 5 5 0 1 0 0 for {name}, key {key}.", said.Say[0].Say)
	require.Nil(t, said.Choices)
	require.Empty(t, said.Do.Keys)
}

func TestPhrases_theKeyThatCallsBackIsReadOut(t *testing.T) {
	t.Parallel()
	for _, language := range phraseLanguages {
		require.Len(t, phrases[language], len(phraseNames), language)
		offer := phrases[language]["callback-offer"]
		require.Contains(t, withKey(offer, "7", language), " 7.", language)
		for _, key := range []string{"*", "#"} {
			require.NotContains(t, withKey(offer, key, language), key, "a voice may say nothing for a sign")
			require.NotContains(t, withKey(offer, key, language), "{", language)
		}
	}
	require.Equal(t, "press star", withKey("press {key}", "*", "ja"))
}

func TestGaps_theFormIsTheOneOfTheLanguage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		words, language, none, one, many string
	}{
		{"{minutes}", "en", "0", "1", "2"},
		{"{minutes:#!}", "en", "0!", "1!", "2!"},
		{"{minutes: # minute | # minutes}", "en-GB", "0 minutes", "1 minute", "2 minutes"},
		{"{minutes: # minute | # minutes}", "fr-CA", "0 minute", "1 minute", "2 minutes"},
		{"{minutes: # minuto | # minutos}", "pt-BR", "0 minuto", "1 minuto", "2 minutos"},
		{"{minutes: # minuto | # minutos}", "pt-PT", "0 minutos", "1 minuto", "2 minutos"},
		{"{minutes: none | one | #}", "fr", "none", "one", "2"},
		{"{minutes} or {minutes} {and more}", "de", "0 or 0 {and more}", "1 or 1 {and more}", "2 or 2 {and more}"},
		{"an open { brace and } a closed one {", "en", "an open { brace and } a closed one {", "an open { brace and } a closed one {", "an open { brace and } a closed one {"},
	} {
		for n, want := range []string{c.none, c.one, c.many} {
			require.Equal(t, want, gaps{minutes: n}.fill(c.words, c.language))
		}
	}
}

func TestMessage_theFirstTextIsTheLastResort(t *testing.T) {
	t.Parallel()
	m := Message{In: []Wording{{"it", "Due.", ""}, {"de", "", "zwei.mp3"}}}
	require.Equal(t, Message{Say: "Due.", Language: "it"}, Settings{}.Words(&m, "fr"))
	require.Equal(t, Message{Play: "zwei.mp3", Language: "de-AT"}, Settings{}.Words(&m, "de-AT"))
	require.Equal(t, Message{Play: "zwei.mp3", Language: "de"}, Settings{Defaults: Defaults{Language: "de"}}.Words(&m, "fr"))
}

func TestMessage_voicesAreThoseOfTheLanguage(t *testing.T) {
	t.Parallel()
	mia := map[string]string{"twilio": "Polly.Mia", "vonage": "0"}
	s := Settings{Defaults: Defaults{Voices: map[string]map[string]string{"es-MX": mia}}}
	spoken := s.Words(Named("goodbye"), "es")
	require.Equal(t, Message{Say: "Adiós.", Language: "es-MX", Voices: mia}, spoken, "a language without a region takes the one that has voices")
	require.Equal(t, "Polly.Mia", spoken.VoiceOn("twilio"))
	require.Empty(t, spoken.VoiceOn("another"))
	require.Nil(t, s.Words(Named("goodbye"), "es-ES").Voices)
	require.Equal(t, "own", new(s.Words(&Message{Say: "x", Language: "es-MX", Voice: "own"}, "")).VoiceOn("twilio"))
	require.Nil(t, s.Words(Play("a.mp3"), "es-MX").Voices)
	require.Equal(t, "pt-BR", s.Words(Named("goodbye"), "pt").Language, "the library's Portuguese is Brazil's")
}

func TestMessage_thatEveryMailboxGreetsWithCanBeReplacedByName(t *testing.T) {
	t.Parallel()
	s := Settings{Messages: map[string]Message{"leave-message": {Say: "Speak."}}}
	require.Equal(t, "Speak.", s.Words(Named("voicemail"), "").Say, "the name that it had before")
	b, err := Compile(Settings{Messages: s.Messages, Mailboxes: map[string]Mailbox{"team": {}}})
	require.NoError(t, err)
	dials(t, b, "voicemail team").says("Speak.")
}

func TestLanguages_keepTheirPlaces(t *testing.T) {
	t.Parallel()
	b := compiled(t, func(s *Settings) {
		s.Defaults.Language = "de-DE"
		s.Messages["one"] = Message{In: []Wording{{"gl", "Un.", ""}}}
		menu := s.Menus["main"]
		menu.Keys["4"] = Dest{To: TargetRepeat, Language: "fr-CA"}
		s.Entries["+12025550101"] = Entry{Dest: *ToMenu("main"), Language: "ca"}
	})
	require.Equal(t, []string{"de-DE", "ca", "fr-CA", "gl", "en", "es", "fr", "de", "pt", "it"}, b.Languages())
	l := dials(t, b, "menu main").keys("4")
	require.Equal(t, "fr-CA", b.Language(l.c.State))
	require.Equal(t, "de-DE", b.Language(State{Tongue: 200}), "a call of some other book")
}

// A number that is assigned to live, in a language that no setting names.
func TestLanguages_aCallIsSpokenToInTheOneOfItsNumber(t *testing.T) {
	t.Parallel()
	b := compiled(t, nil)
	arrives := func(info Info) string {
		info.Key, info.Entry = Key{"acme", "call"}, "voicemail team"
		c, _ := b.Advance(Call{}, Event{At: noon, What: What{Kind: Arrived, Start: &info}})
		return b.Language(c.State)
	}
	require.Equal(t, "it", arrives(Info{Language: "it-CH"}))
	require.Equal(t, "en-US", arrives(Info{Language: "ja"}))
	require.Equal(t, "en-US", arrives(Info{}))
}

func TestAdvance_inAnotherLanguageAllocatesNothingMore(t *testing.T) {
	b := compiled(t, nil)
	info := &Info{Key: Key{"acme", "call"}, Entry: theFlow, Language: "es"}
	german := &extension.Party{Agent: "ada", Language: "de-DE", Endpoints: ada.Endpoints}
	events := []Event{
		{At: noon, What: What{Kind: Arrived, Start: info}},
		{At: noon, Re: 1, Reply: true, What: What{Kind: Pressed, Digits: "1001"}},
		{At: noon, Re: 2, Reply: true, What: What{Kind: Found, Class: extension.ClassAvailable, Party: german}},
		{At: noon.Add(time.Minute), Re: 3, Reply: true, What: What{Kind: Unanswered}},
	}
	require.Zero(t, testing.AllocsPerRun(10, func() {
		var c Call
		for _, e := range events {
			c, _ = b.Advance(c, e)
		}
	}))
}
