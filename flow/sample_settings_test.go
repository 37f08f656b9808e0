package flow

import "time"

// sampleSettings are the settings of the account document that semantics and
// examples begin with. TestSample_isTheAccountDocuments holds them to it.
func sampleSettings() Settings {
	two, three := 2, 3
	return Settings{
		Defaults: Defaults{
			ExtensionLength: 4, Language: "en-US", Timezone: "America/New_York",
			DefaultQueue: "support", DefaultMailbox: "team",
		},
		Messages: map[string]Message{
			"welcome":  {Say: "Welcome to Acme. Please enter the extension of the person you would like to reach."},
			"no-input": {Say: "Sorry, I did not hear anything."},
			"wrong":    {Say: "Sorry, that is not a valid extension."},
			"hold":     {Play: "https://media.example.com/hold.mp3"},
		},
		Queues: map[string]Queue{"support": {
			Ring: 15 * time.Second, Hold: Named("hold"), MaxWait: 5 * time.Minute, OnMaxWait: ToVoicemail("team"),
			LeaveKey: "*", OnLeave: ToVoicemail("team"),
		}},
		Mailboxes: map[string]Mailbox{"team": {Greeting: Say("Please leave a message after the tone."), MaxLength: 2 * time.Minute}},
		Menus: map[string]Menu{"main": {
			Prompt:  *Say("For support press 1. To leave a message press 2. To hear this again press 9."),
			Keys:    map[string]Dest{"1": *ToQueue("support"), "2": *ToVoicemail("team"), "9": *Repeat(nil)},
			Repeats: &two, AfterRepeats: HangUp(Say("Goodbye.")),
		}},
		Flows: map[string]Flow{"front-desk": {
			Greeting: Named("welcome"), Ring: Ringing{Time: 20 * time.Second},
			Unavailable: ToVoicemail("team"), NoAnswer: ToQueue("support"), Busy: ToMenu("main"),
			NoInput: Repeat(Named("no-input")), Invalid: Repeat(Named("wrong")),
			Repeats: &three, AfterRepeats: HangUp(Say("Goodbye.")), Star: ToQueue("support"),
		}},
		Entries: map[string]Entry{"+12025550100": {Dest: *ToFlow("front-desk")}},
	}
}
