package mail

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"time"

	"github.com/wneessen/go-mail"
)

// Server is the mail server that mails are handed to, as a URL: smtp://host:587, where
// TLS is begun by STARTTLS and without it nothing is sent, or smtps://host:465; with
// user:password@ before the host where it asks for them. To this machine itself plain
// SMTP is spoken.
type Server string

// faults are what is wrong with the address.
func (s Server) faults() (faults []error) {
	u, err := url.Parse(string(s))
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		return []error{fmt.Errorf("%w: the server cannot be read; write smtp://user:password@host:587 or smtps://user:password@host:465", ErrMail)}
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			faults = append(faults, fmt.Errorf("%w: the server's port is none", ErrMail))
		}
	}
	return faults
}

// here reports whether a host is this machine.
func here(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// send has the server take a mail.
func (s Server) send(ctx context.Context, m *mail.Msg) error {
	if len(s.faults()) > 0 {
		return errors.Join(s.faults()...)
	}
	u, _ := url.Parse(string(s))
	port := map[string]int{"smtp": 587, "smtps": 465}[u.Scheme]
	if n, err := strconv.Atoi(u.Port()); err == nil {
		port = n
	}
	options := []mail.Option{mail.WithPort(port), mail.WithTLSPolicy(mail.TLSMandatory)}
	if deadline, ok := ctx.Deadline(); ok {
		options = append(options, mail.WithTimeout(max(time.Until(deadline), time.Millisecond)))
	}
	switch {
	case u.Scheme == "smtps":
		options = append(options, mail.WithSSL())
	case here(u.Hostname()):
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	}
	if u.User != nil {
		password, _ := u.User.Password()
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(u.User.Username()), mail.WithPassword(password))
	}
	client, err := mail.NewClient(u.Hostname(), options...)
	if err != nil {
		return err
	}
	conn, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return err
	}
	err = client.SendWithSMTPClient(conn, m)
	_ = client.CloseWithSMTPClient(conn) // a mail that was taken is taken, however the goodbye goes
	_ = conn.Close()
	return err
}
