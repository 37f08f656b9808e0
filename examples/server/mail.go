package main

import (
	"fmt"
	"net/url"
	"time"

	"github.com/extflow/extflow/examples/server/console"
	"github.com/extflow/extflow/voicemail"
	"github.com/extflow/extflow/voicemail/mail"
)

// Voicemail by e-mail, to the addresses that mailboxes notify.

// mailSettings switch it on where there is a server.
type mailSettings struct {
	server mail.Server
	from   string
	with   string // attach or link
}

// checkMail reads and checks them.
func (s *settings) checkMail(env func(string) string, fault func(string, ...any)) {
	m := &s.mail
	m.server, m.from, m.with = mail.Server(env("EXTFLOW_SMTP_URL")), env("EXTFLOW_MAIL_FROM"), env("EXTFLOW_MAIL")
	if m.server == "" {
		if m.from != "" || m.with != "" {
			fault("EXTFLOW_MAIL_FROM or EXTFLOW_MAIL is set and there is no EXTFLOW_SMTP_URL; write smtp://user:password@host:587")
		}
		return
	}
	if err := (&mail.Sender{Server: m.server, From: m.from}).Check(); err != nil {
		fault("EXTFLOW_SMTP_URL, EXTFLOW_MAIL_FROM: %w", err)
	}
	switch m.with {
	case "":
		m.with = "attach"
	case "attach":
	case "link":
		if s.publicURL == "" {
			fault("EXTFLOW_MAIL is link and there is no -public-url (EXTFLOW_PUBLIC_URL) for it to lead to")
		}
	default:
		fault("EXTFLOW_MAIL: %q; write attach or link", m.with)
	}
}

// sender is who sends the mails; nil where nobody does.
func (s *server) sender() *mail.Sender {
	set := s.set.mail
	if set.server == "" {
		return nil
	}
	m := &mail.Sender{Store: s.store, Server: set.server, From: set.from, Logger: s.log}
	if set.with == "attach" {
		m.Player = &voicemail.Player{Store: s.store, Carriers: s.adapters(), Keep: s.keep()}
		return m
	}
	m.Link = func(_, mailbox, call string) string { // who follows it signs in
		return s.set.publicURL + "/voicemail/audio?" + url.Values{"mailbox": {mailbox}, "message": {call}}.Encode()
	}
	return m
}

// mailSign is how sending goes, for the console.
func (s *server) mailSign() []console.Sign {
	if s.mail == nil {
		return nil
	}
	st := s.mail.State()
	text := fmt.Sprintf("%d sent since the start", st.Sent)
	switch {
	case !st.Failing.IsZero():
		text = fmt.Sprintf("none gets out since %s: %s. It is tried again; see that the mail server runs, and what EXTFLOW_SMTP_URL says.", st.Failing.UTC().Format(time.RFC3339), st.Fault)
	case st.Refused > 0:
		text += fmt.Sprintf("; %d recipients were refused for good. Look at what the mailboxes notify; the log says which.", st.Refused)
	}
	return []console.Sign{{Name: "Voicemail by e-mail", Good: st.Failing.IsZero() && st.Refused == 0, Text: text}}
}
