package flow

// Words that ship with the library, by language and name. An account adds
// messages, or replaces these by name.
//
// Gaps in braces are filled when the words are said: {position} is the place in
// the line, {caller} who calls, digit by digit. {minutes: none | one | # many} is
// the form that fits the estimated wait, with # for the number.
var phrases = map[string]map[string]string{
	"en": {
		"welcome":       "Welcome. Please enter the extension of the person you would like to reach.",
		"no-input":      "Sorry, I did not hear anything. Please enter an extension.",
		"invalid":       "Sorry, that is not a valid extension. Please try again.",
		"unavailable":   "Sorry, that person cannot take your call right now.",
		"leave-message": "Please leave a message after the tone. Press pound when you are done.",
		"thanks":        "Thank you. Your message has been recorded. Goodbye.",
		"hold":          "Please hold while we find somebody to take your call.",
		"goodbye":       "Goodbye.",
		"sorry":         "Sorry, we cannot complete your call. Please try again later. Goodbye.",
		"moment":        "One moment, please.",
		"position":      "You are number {position} in line.",
		"wait":          "The estimated wait is {minutes: less than a minute | one minute | # minutes}.",
		"screening":     "Call from {caller}. Press 1 to accept.",
		"gone":          "The caller has gone. Goodbye.",
		"emergency":     "We cannot take your call right now. Please try again later. Goodbye.",
	},
	"es": {
		"welcome":       "Bienvenido. Marque la extensión de la persona con quien desea hablar.",
		"no-input":      "No hemos recibido ninguna respuesta. Por favor, marque una extensión.",
		"invalid":       "La extensión marcada no es válida. Por favor, inténtelo de nuevo.",
		"unavailable":   "Lo sentimos, la persona a la que llama no puede atenderle en este momento.",
		"leave-message": "Deje su mensaje después de la señal. Al terminar, pulse almohadilla.",
		"thanks":        "Gracias. Su mensaje ha sido grabado. Adiós.",
		"hold":          "Por favor, manténgase a la espera. Enseguida le atenderemos.",
		"goodbye":       "Adiós.",
		"sorry":         "Lo sentimos, no podemos completar su llamada. Por favor, inténtelo más tarde. Adiós.",
		"moment":        "Un momento, por favor.",
		"position":      "Su llamada ocupa el lugar número {position} en la cola.",
		"wait":          "El tiempo de espera estimado es de {minutes: menos de un minuto | un minuto | # minutos}.",
		"screening":     "Llamada de {caller}. Para aceptarla, pulse 1.",
		"gone":          "La persona que llamaba ha colgado. Adiós.",
		"emergency":     "En este momento no podemos atender su llamada. Por favor, inténtelo más tarde. Adiós.",
	},
	"fr": {
		"welcome":       "Bienvenue. Veuillez composer le numéro de poste de votre correspondant.",
		"no-input":      "Nous n'avons reçu aucune réponse. Veuillez composer un numéro de poste.",
		"invalid":       "Ce numéro de poste n'est pas valide. Veuillez réessayer.",
		"unavailable":   "Votre correspondant n'est pas disponible pour le moment.",
		"leave-message": "Veuillez laisser votre message après le signal sonore. Pour terminer, appuyez sur dièse.",
		"thanks":        "Merci. Votre message a bien été enregistré. Au revoir.",
		"hold":          "Veuillez patienter, nous allons prendre votre appel.",
		"goodbye":       "Au revoir.",
		"sorry":         "Nous sommes désolés, votre appel ne peut aboutir. Veuillez rappeler plus tard. Au revoir.",
		"moment":        "Un instant, s'il vous plaît.",
		"position":      "Vous êtes en position {position} dans la file d'attente.",
		"wait":          "Le temps d'attente estimé est de {minutes: moins d'une minute | une minute | # minutes}.",
		"screening":     "Appel de {caller}. Pour accepter, appuyez sur 1.",
		"gone":          "Votre correspondant a raccroché. Au revoir.",
		"emergency":     "Nous ne pouvons pas prendre votre appel pour le moment. Veuillez rappeler plus tard. Au revoir.",
	},
	"de": {
		"welcome":       "Willkommen. Bitte geben Sie die Durchwahl der gewünschten Person ein.",
		"no-input":      "Wir haben keine Eingabe erhalten. Bitte geben Sie eine Durchwahl ein.",
		"invalid":       "Diese Durchwahl ist nicht vergeben. Bitte versuchen Sie es noch einmal.",
		"unavailable":   "Der gewünschte Teilnehmer ist im Moment leider nicht erreichbar.",
		"leave-message": "Bitte hinterlassen Sie eine Nachricht nach dem Signalton. Zum Beenden drücken Sie die Rautetaste.",
		"thanks":        "Vielen Dank. Ihre Nachricht wurde aufgezeichnet. Auf Wiederhören.",
		"hold":          "Bitte bleiben Sie am Apparat. Wir sind gleich für Sie da.",
		"goodbye":       "Auf Wiederhören.",
		"sorry":         "Ihr Anruf kann leider nicht vermittelt werden. Bitte versuchen Sie es später noch einmal. Auf Wiederhören.",
		"moment":        "Einen Moment, bitte.",
		"position":      "Sie sind an Position {position} in der Warteschlange.",
		"wait":          "Die voraussichtliche Wartezeit beträgt {minutes: weniger als eine Minute | eine Minute | # Minuten}.",
		"screening":     "Anruf von {caller}. Zum Annehmen drücken Sie die 1.",
		"gone":          "Der Anrufer hat aufgelegt. Auf Wiederhören.",
		"emergency":     "Wir können Ihren Anruf im Moment nicht entgegennehmen. Bitte versuchen Sie es später noch einmal. Auf Wiederhören.",
	},
	"pt": {
		"welcome":       "Bem-vindo. Por favor, digite o ramal da pessoa com quem deseja falar.",
		"no-input":      "Não recebemos nenhuma resposta. Por favor, digite um ramal.",
		"invalid":       "Este ramal não é válido. Por favor, tente novamente.",
		"unavailable":   "No momento, a pessoa que procura não pode atender a sua chamada.",
		"leave-message": "Por favor, deixe a sua mensagem após o sinal. Para terminar, pressione sustenido.",
		"thanks":        "Obrigado. A sua mensagem foi gravada. Até logo.",
		"hold":          "Por favor, aguarde na linha. A sua chamada será atendida em breve.",
		"goodbye":       "Até logo.",
		"sorry":         "Não foi possível completar a sua chamada. Por favor, tente mais tarde. Até logo.",
		"moment":        "Um momento, por favor.",
		"position":      "A sua chamada está na posição {position} da fila.",
		"wait":          "O tempo de espera estimado é de {minutes: menos de um minuto | um minuto | # minutos}.",
		"screening":     "Chamada de {caller}. Para aceitar, pressione 1.",
		"gone":          "A pessoa que ligou desligou. Até logo.",
		"emergency":     "No momento não podemos atender a sua chamada. Por favor, tente mais tarde. Até logo.",
	},
	"it": {
		"welcome":       "Benvenuto. Digiti il numero interno della persona desiderata.",
		"no-input":      "Non abbiamo ricevuto alcuna risposta. Digiti un numero interno.",
		"invalid":       "Il numero interno digitato non è valido. La preghiamo di riprovare.",
		"unavailable":   "La persona desiderata al momento non è disponibile.",
		"leave-message": "Lasci un messaggio dopo il segnale acustico. Per terminare, prema cancelletto.",
		"thanks":        "Grazie. Il suo messaggio è stato registrato. Arrivederci.",
		"hold":          "La preghiamo di attendere in linea. Le risponderemo al più presto.",
		"goodbye":       "Arrivederci.",
		"sorry":         "Siamo spiacenti, non è possibile completare la chiamata. La preghiamo di richiamare più tardi. Arrivederci.",
		"moment":        "Un momento, prego.",
		"position":      "Lei è in posizione {position} nella coda.",
		"wait":          "Il tempo di attesa stimato è di {minutes: meno di un minuto | un minuto | # minuti}.",
		"screening":     "Chiamata da {caller}. Per accettare, prema 1.",
		"gone":          "Il chiamante ha riagganciato. Arrivederci.",
		"emergency":     "Al momento non possiamo rispondere alla sua chiamata. La preghiamo di richiamare più tardi. Arrivederci.",
	},
}

// phraseLanguages are the languages of the phrases, in the order in which they came
// to the library: a call keeps the place of its own. New ones go to the end.
var phraseLanguages = [...]string{"en", "es", "fr", "de", "pt", "it"}

// homes are the regions whose words those of a language without one are.
var homes = map[string]string{"pt": "pt-BR"}

// phraseNames are the names of the phrases. New ones go to the end.
var phraseNames = [...]string{"welcome", "no-input", "invalid", "unavailable", "leave-message", "thanks", "hold", "goodbye",
	"sorry", "moment", "position", "wait", "screening", "gone", "emergency"}

// withheld is what stands for the number of a caller who withheld it, by language.
var withheld = map[string]string{
	"en": "a caller who withheld the number",
	"es": "un número oculto",
	"fr": "un numéro masqué",
	"de": "einem Anrufer mit unterdrückter Nummer",
	"pt": "um número não identificado",
	"it": "un numero nascosto",
}
