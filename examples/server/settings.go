package main

import (
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/extflow/extflow/examples/server/openid"
	"github.com/extflow/extflow/feed"
)

// settings are what a server is started with: flags, or their twins in the
// environment.
type settings struct {
	addr      string
	config    string // a file; empty is the sample
	apply     bool
	db        string
	publicURL string // without a slash at its end
	simulator bool
	certFile  string
	keyFile   string
	logAs     string // text or json
	token     string

	recordings string       // a folder; empty leaves them at the carrier
	webhook    feed.Webhook // without a URL there is none
	ask        feed.Webhook // the same
	mail       mailSettings

	openID                    openid.Config // without an issuer nobody signs in elsewhere
	openIDRoles, openIDScopes string        // as they are written

	twilio twilioSettings
	vonage vonageSettings
	telnyx telnyxSettings
	cert   *tls.Certificate
}

// readSettings reads flags and environment. The error lists every fault.
func readSettings(args []string, env func(string) string, help io.Writer) (*settings, error) {
	s := &settings{}
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	simulator := ""
	if err := s.flags(args, env, help, &simulator, fault); err != nil {
		return nil, err
	}
	s.token = env("EXTFLOW_ADMIN_TOKEN")
	s.readCarriers(env)
	s.checkWebhooks(env, fault)
	s.checkOpenID(env, fault)
	s.checkServing(fault)
	s.checkDB(fault)
	s.checkMail(env, fault)
	s.checkCarriers(env, fault)
	s.simulator = !s.anyCarrier()
	if simulator != "" {
		on, err := strconv.ParseBool(simulator)
		if err != nil {
			fault("-simulator (EXTFLOW_SIMULATOR): %q; write true or false", simulator)
		}
		s.simulator = on
	}
	if len(faults) > 0 {
		return nil, errors.Join(append([]error{errSettings}, faults...)...)
	}
	return s, nil
}

// errSettings is in every error of readSettings but that of -help.
var errSettings = errors.New("the server cannot start as it is configured:")

// optional is a flag that may be given without a value.
type optional struct{ into *string }

func (o optional) String() string   { return "" }
func (o optional) IsBoolFlag() bool { return true }
func (o optional) Set(v string) error {
	*o.into = v
	return nil
}

func (s *settings) flags(args []string, env func(string) string, help io.Writer, simulator *string, fault func(string, ...any)) error {
	apply := env("EXTFLOW_APPLY")
	*simulator = env("EXTFLOW_SIMULATOR")
	or := func(name, usual string) string {
		if v := env(name); v != "" {
			return v
		}
		return usual
	}
	fs := flag.NewFlagSet("server", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&s.addr, "addr", or("EXTFLOW_ADDR", "127.0.0.1:8080"), "where to listen (EXTFLOW_ADDR)")
	fs.StringVar(&s.config, "config", env("EXTFLOW_CONFIG"), "an account document, YAML or JSON; the sample account (EXTFLOW_CONFIG)")
	fs.Var(optional{&apply}, "apply", "make a store that has the account already what the document says (EXTFLOW_APPLY)")
	fs.StringVar(&s.db, "db", or("EXTFLOW_DB", "extflow.db"), "the store: a file, postgres://user@host/database for several servers, or memory: (EXTFLOW_DB)")
	fs.StringVar(&s.recordings, "recordings", env("EXTFLOW_RECORDINGS"), "a folder that recordings are taken to from the carrier; they stay there (EXTFLOW_RECORDINGS)")
	fs.StringVar(&s.publicURL, "public-url", env("EXTFLOW_PUBLIC_URL"), "where carriers reach this server, as in https://calls.example.com (EXTFLOW_PUBLIC_URL)")
	fs.Var(optional{simulator}, "simulator", "simulated calls; on while no carrier is (EXTFLOW_SIMULATOR)")
	fs.StringVar(&s.certFile, "tls-cert", env("EXTFLOW_TLS_CERT"), "a certificate file, to serve HTTPS without a proxy (EXTFLOW_TLS_CERT)")
	fs.StringVar(&s.keyFile, "tls-key", env("EXTFLOW_TLS_KEY"), "its key file (EXTFLOW_TLS_KEY)")
	s.openIDFlags(fs, env)
	fs.StringVar(&s.logAs, "log", or("EXTFLOW_LOG", "text"), "text or json (EXTFLOW_LOG)")
	err := fs.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fs.SetOutput(help)
		fmt.Fprintln(help, "server answers calls for one account. Flags, each with its twin in the environment:")
		fs.PrintDefaults()
		fmt.Fprintln(help, "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN switch Twilio on; TWILIO_API_URL is another base of its REST API.\nVONAGE_APPLICATION_ID, VONAGE_PRIVATE_KEY (PEM, or a file), VONAGE_API_KEY and VONAGE_SIGNATURE_SECRET switch Vonage on; VONAGE_API_URL is another base.\nTELNYX_ACCOUNT_ID, TELNYX_APPLICATION_ID, TELNYX_API_KEY and TELNYX_PUBLIC_KEY switch Telnyx on; TELNYX_API_URL is another base.\nEXTFLOW_ADMIN_TOKEN admits administrators from elsewhere than this machine.\nEXTFLOW_WEBHOOK_URL and EXTFLOW_WEBHOOK_SECRET have the feed posted to a product, signed.\nEXTFLOW_ASK_URL is where the product is asked, in the middle of a call, what the account's questions ask; it is signed with EXTFLOW_WEBHOOK_SECRET.\nEXTFLOW_SMTP_URL and EXTFLOW_MAIL_FROM have voicemail told by e-mail; EXTFLOW_MAIL is attach or link.\nEXTFLOW_OIDC_SECRET is the client's secret at the provider where people sign in; without it the client is a public one.")
		return err
	case err != nil:
		return fmt.Errorf("%w\n%w; -help lists the flags", errSettings, err)
	}
	if fs.NArg() > 0 {
		fault("%q is no flag; -help lists them", fs.Arg(0))
	}
	if apply != "" {
		if s.apply, err = strconv.ParseBool(apply); err != nil {
			fault("-apply (EXTFLOW_APPLY): %q; write true or false", apply)
		}
	}
	return nil
}

// checkServing checks where and how the server listens.
func (s *settings) checkServing(fault func(string, ...any)) {
	if _, port, err := net.SplitHostPort(s.addr); err != nil || port == "" {
		fault("-addr (EXTFLOW_ADDR): %q; write a host and a port, as in 127.0.0.1:8080", s.addr)
	}
	if s.logAs != "text" && s.logAs != "json" {
		fault("-log (EXTFLOW_LOG): %q; write text or json", s.logAs)
	}
	if s.token != "" && len(s.token) < minToken {
		fault("EXTFLOW_ADMIN_TOKEN: %d characters; take %d at least, as from openssl rand -hex 32", len(s.token), minToken)
	}
	switch {
	case (s.certFile == "") != (s.keyFile == ""):
		fault("-tls-cert and -tls-key (EXTFLOW_TLS_CERT, EXTFLOW_TLS_KEY): give both, or neither")
	case s.certFile != "":
		cert, err := tls.LoadX509KeyPair(s.certFile, s.keyFile)
		if err != nil {
			fault("-tls-cert, -tls-key: %w", err)
		}
		s.cert = &cert
	}
	if s.publicURL == "" {
		return
	}
	u, err := url.Parse(s.publicURL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		fault("-public-url (EXTFLOW_PUBLIC_URL): %q; write what carriers request, as in https://calls.example.com", s.publicURL)
	}
	s.publicURL = strings.TrimRight(s.publicURL, "/")
}

// publicPath is the path of the public URL, without a slash at its end.
func (s *settings) publicPath() string {
	u, err := url.Parse(s.publicURL)
	if err != nil {
		return ""
	}
	return u.EscapedPath()
}

// minToken is how long an administrator's token must be.
const minToken = 16

func (s *settings) checkWebhooks(env func(string) string, fault func(string, ...any)) {
	read := func(hook *feed.Webhook, name string) {
		hook.URL, hook.Secret = env(name), env("EXTFLOW_WEBHOOK_SECRET")
		if hook.URL == "" {
			return
		}
		if err := hook.Check(); err != nil {
			fault("%s, EXTFLOW_WEBHOOK_SECRET: %w", name, err)
		}
	}
	read(&s.webhook, "EXTFLOW_WEBHOOK_URL")
	read(&s.ask, "EXTFLOW_ASK_URL")
}
