package mail_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/feed"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
	"github.com/extflow/extflow/voicemail"
	"github.com/extflow/extflow/voicemail/mail"
)

// post is a small mail server. What it answers to a step is set by the step's word.
type post struct {
	net.Listener
	mu      sync.Mutex
	answers map[string]string // by the command's first word, as in RCPT; "END" is after the mail's text
	took    []string          // the mails
	to      []string
	silent  bool // it accepts connections and says nothing
}

func newPost(t *testing.T) *post {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &post{Listener: l, answers: map[string]string{}}
	var all sync.WaitGroup
	t.Cleanup(func() { _ = l.Close(); all.Wait() })
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { p.serve(c) })
		}
	})
	return p
}

func (p *post) url() mail.Server { return mail.Server("smtp://" + p.Addr().String()) }

func (p *post) set(word, says string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers[word] = says
}

func (p *post) mails() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.took...)
}

func (p *post) serve(c net.Conn) {
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	in := bufio.NewReader(c)
	p.mu.Lock()
	silent := p.silent
	p.mu.Unlock()
	if silent {
		_, _ = io.Copy(io.Discard, in)
		return
	}
	say := func(word, usual string) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if other := p.answers[word]; other != "" {
			usual = other
		}
		fmt.Fprintf(c, "%s\r\n", usual)
	}
	say("HELLO", "220 post")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch strings.ToUpper(word) {
		case "RCPT":
			p.mu.Lock()
			p.to = append(p.to, rest)
			p.mu.Unlock()
			say("RCPT", "250 ok")
		case "DATA":
			say("DATA", "354 go on")
			var text strings.Builder
			for {
				l, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if l == ".\r\n" {
					break
				}
				text.WriteString(strings.TrimPrefix(l, "."))
			}
			p.mu.Lock()
			refuses := p.answers["END"]
			if large := p.answers["LARGE"]; large != "" && text.Len() > 8000 {
				refuses = large
			}
			if refuses == "" {
				p.took, refuses = append(p.took, text.String()), "250 taken"
			}
			p.mu.Unlock()
			fmt.Fprintf(c, "%s\r\n", refuses)
		case "QUIT":
			say("QUIT", "221 bye")
			return
		default:
			say(strings.ToUpper(word), "250 post")
		}
	}
}

// office is an account with mailboxes, on a simulated carrier, and a sender.
type office struct {
	*testing.T
	carrier  *sim.Carrier
	store    storage.Store
	post     *post
	sender   *mail.Sender
	follower *feed.Follower
}

const line = "+12025550100"

func newOffice(t *testing.T, notify string) *office {
	o := &office{T: t, carrier: sim.New(sim.Config{}), post: newPost(t)}
	o.store = memory.New(memory.Config{Now: o.carrier.Now})
	carriers := map[string]adapter.Carrier{"sim": o.carrier}
	engine, err := extflow.New(extflow.Config{Store: o.store, Carriers: carriers, Deadline: time.Minute})
	require.NoError(t, err)
	o.carrier.Attach(engine)
	o.carrier.Drive(engine)
	_, err = extflow.Install(t.Context(), o.store, extflow.Setup{
		Account: "acme", Settings: flow.Settings{
			Defaults:  flow.Defaults{Timezone: "America/New_York"},
			Mailboxes: map[string]flow.Mailbox{"team": {Notify: notify}, "quiet": {}, "boss": {Notify: "boss@example.com"}},
		},
		Numbers: []number.Assignment{{Number: line, Entry: "voicemail team"}, {Number: "+12025550101", Entry: "voicemail quiet"}},
	}, o.carrier.Now())
	require.NoError(t, err)
	o.sender = &mail.Sender{
		Store: o.store, Server: o.post.url(), From: "Acme <voicemail@acme.example>", Timeout: 5 * time.Second,
		Player: &voicemail.Player{Store: o.store, Carriers: carriers},
	}
	require.NoError(t, o.sender.Check())
	o.follower = &feed.Follower{Store: o.store, Account: "acme", Name: "mail", Take: o.sender.Take}
	return o
}

// leaves is a caller who speaks for three seconds to a number's mailbox.
func (o *office) leaves(to string) string {
	o.Helper()
	phone, err := o.carrier.Dial(o.Context(), "+14155550100", to, sim.Options{})
	require.NoError(o, err)
	require.NoError(o, phone.Speak(o.Context(), 3*time.Second))
	require.NoError(o, o.carrier.Wait(o.Context(), 3*time.Second))
	require.NoError(o, phone.Press(o.Context(), "#"))
	require.NoError(o, o.carrier.Wait(o.Context(), time.Minute))
	return phone.View().Call.ID
}

func (o *office) pass() error {
	_, err := o.follower.Pass(o.Context())
	return err
}

// parts are a mail's text and what is attached.
func parts(t *testing.T, text string) (netmail.Header, string, []byte) {
	t.Helper()
	m, err := netmail.ReadMessage(strings.NewReader(text))
	require.NoError(t, err)
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	require.NoError(t, err)
	if !strings.HasPrefix(kind, "multipart/") {
		words, err := io.ReadAll(m.Body)
		require.NoError(t, err)
		return m.Header, string(words), nil
	}
	words, audio := "", []byte(nil)
	r := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := r.NextPart()
		if err != nil {
			return m.Header, words, audio
		}
		all, err := io.ReadAll(p)
		require.NoError(t, err)
		if p.FileName() == "" {
			words = string(all)
			continue
		}
		require.Equal(t, "voicemail-", p.FileName()[:10])
		audio, err = io.ReadAll(base64.NewDecoder(base64.StdEncoding, strings.NewReader(string(all))))
		require.NoError(t, err)
	}
}

func TestSender_tellsOfAMessageWithItsRecording(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "team@example.com")
	o.leaves(line)
	o.leaves("+12025550101") // a mailbox that tells nobody
	require.NoError(t, o.pass())
	require.Len(t, o.post.mails(), 1)
	header, text, audio := parts(t, o.post.mails()[0])
	require.Equal(t, "<team@example.com>", header.Get("To"))
	require.Equal(t, `"Acme" <voicemail@acme.example>`, header.Get("From"))
	require.Equal(t, "Voicemail for team from +14155550100, 3s", header.Get("Subject"))
	require.Equal(t, "auto-generated", header.Get("Auto-Submitted"))
	require.Contains(t, text, "A new message is in the mailbox team.")
	require.Contains(t, text, "EST")
	require.Len(t, audio, 44+3*8000, "a WAV of three seconds")
	require.Equal(t, uint64(1), o.sender.State().Sent)
	require.Empty(t, o.sender.State().Fault)
}

func TestSender_tellsOfAForwardedMessageAndNotOfOneThatIsGone(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "team@example.com")
	call := o.leaves(line)
	require.NoError(t, o.store.Mailboxes().Forward(t.Context(), "acme", "team", call, "boss"))
	require.NoError(t, o.pass())
	require.Len(t, o.post.mails(), 1, "the team has it no more")
	_, text, _ := parts(t, o.post.mails()[0])
	require.Contains(t, text, "was forwarded to the mailbox boss")
	require.Equal(t, []string{"TO:<boss@example.com>"}, o.post.to)
}

// The same entry given twice is the same mail to whoever gets it.
func TestSender_isGivenAnEntryTwiceAndTheMailsBearOneID(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "team@example.com")
	o.leaves(line)
	entries, err := o.store.Feed().After(t.Context(), "acme", 0, 100)
	require.NoError(t, err)
	for range 2 {
		for _, e := range entries {
			require.NoError(t, o.sender.Take(t.Context(), e))
		}
	}
	require.Len(t, o.post.mails(), 2)
	one, _, _ := parts(t, o.post.mails()[0])
	other, _, _ := parts(t, o.post.mails()[1])
	require.NotEmpty(t, one.Get("Message-ID"))
	require.Equal(t, one.Get("Message-ID"), other.Get("Message-ID"))
}

func TestSender_aServerThatIsDownRefusesOrHangsIsTriedAgain(t *testing.T) {
	t.Parallel()
	for name, broken := range map[string]struct {
		how   func(*post)
		heal  func(*post)
		fault string
	}{
		"for now":      {func(p *post) { p.set("RCPT", "451 later") }, func(p *post) { p.set("RCPT", "") }, "answers 451 to the recipient"},
		"the sender":   {func(p *post) { p.set("MAIL", "550 not you") }, func(p *post) { p.set("MAIL", "") }, "answers 550 to the sender"},
		"its greeting": {func(p *post) { p.set("HELLO", "554 no service") }, func(p *post) { p.set("HELLO", "") }, "554"},
		"the mail":     {func(p *post) { p.set("END", "452 full") }, func(p *post) { p.set("END", "") }, "answers 452 to the mail"},
		"hangs": {func(p *post) { p.mu.Lock(); p.silent = true; p.mu.Unlock() },
			func(p *post) { p.mu.Lock(); p.silent = false; p.mu.Unlock() }, "time"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, "team@example.com")
			if name == "hangs" {
				o.sender.Timeout = 300 * time.Millisecond
			}
			o.leaves(line)
			broken.how(o.post)
			require.ErrorContains(t, o.pass(), broken.fault)
			require.NotContains(t, o.sender.State().Fault, "team@example.com")
			require.NotZero(t, o.sender.State().Failing)
			require.NoError(t, o.pass(), "not before its time")
			require.Empty(t, o.post.mails())
			broken.heal(o.post)
			o.sender.Timeout = 10 * time.Second
			require.NoError(t, o.carrier.Wait(t.Context(), 2*time.Second))
			require.NoError(t, o.pass())
			require.Len(t, o.post.mails(), 1, "and then it is told, once")
			require.Zero(t, o.sender.State().Failing)
		})
	}
}

func TestSender_waitsAMinuteForTheWordsOfAMessage(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "team@example.com")
	r, err := o.store.Releases().Latest(t.Context(), "acme")
	require.NoError(t, err)
	r.Settings.Mailboxes["team"] = flow.Mailbox{Notify: "team@example.com", Transcribe: true}
	r, err = flow.NewRelease("acme", "in words", r.Version+1, o.carrier.Now(), r.Settings)
	require.NoError(t, err)
	require.NoError(t, o.store.Releases().Publish(t.Context(), r))

	call := func(words string) {
		phone, err := o.carrier.Dial(t.Context(), "+14155550100", line, sim.Options{})
		require.NoError(t, err)
		require.NoError(t, phone.Say(t.Context(), words, 3*time.Second))
		require.NoError(t, o.carrier.Wait(t.Context(), 3*time.Second))
		require.NoError(t, phone.Press(t.Context(), "#"))
	}
	call("Please\u2028call me back.")
	require.NoError(t, o.carrier.Wait(t.Context(), time.Second))
	require.NoError(t, o.pass())
	require.Empty(t, o.post.mails(), "the words are still to come")
	require.NoError(t, o.carrier.Wait(t.Context(), 9*time.Second))
	require.NoError(t, o.pass())
	require.Len(t, o.post.mails(), 1)
	_, text, _ := parts(t, o.post.mails()[0])
	require.Contains(t, text, "In words: Please call me back.")

	call("")
	require.NoError(t, o.carrier.Wait(t.Context(), 30*time.Second))
	require.NoError(t, o.pass())
	state, err := o.follower.State(t.Context())
	require.NoError(t, err)
	require.Zero(t, state.Failing, "to wait is no failure")
	require.Len(t, o.post.mails(), 1)
	require.NoError(t, o.carrier.Wait(t.Context(), 31*time.Second))
	require.NoError(t, o.pass())
	require.Len(t, o.post.mails(), 2, "it goes without them")
	_, text, _ = parts(t, o.post.mails()[1])
	require.NotContains(t, text, "In words")
}

// A server that takes the mail and then breaks off has taken it: it is not sent again.
func TestSender_aServerThatBreaksOffAfterwardsHasTakenTheMail(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "team@example.com")
	o.post.set("QUIT", "421 gone")
	o.leaves(line)
	require.NoError(t, o.pass())
	require.NoError(t, o.carrier.Wait(t.Context(), time.Hour))
	require.NoError(t, o.pass())
	require.Len(t, o.post.mails(), 1)
}

func TestSender_aServerThatIsDownIsTriedAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "team@example.com")
	o.leaves(line)
	require.NoError(t, o.post.Close())
	require.ErrorContains(t, o.pass(), "refused")
	require.NotZero(t, o.sender.State().Failing)
}

func TestSender_aRecipientWhoIsRefusedForGoodHoldsUpNobody(t *testing.T) {
	t.Parallel()
	for name, notify := range map[string]string{"unknown": "nobody@example.com", "no address": "team@@example.com"} {
		o := newOffice(t, notify)
		o.post.set("RCPT", "550 5.1.1 unknown")
		o.leaves(line)
		require.NoError(t, o.pass(), name)
		require.Equal(t, uint64(1), o.sender.State().Refused, name)
		require.NotEmpty(t, o.sender.State().Fault, name)
		require.Zero(t, o.sender.State().Failing, name)
	}
}

func TestSender_aRecordingThatIsTooLargeIsLeftOutAndTheMailSaysSo(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "team@example.com")
	o.sender.MaxAttached = 1000
	o.sender.Link = func(account, mailbox, call string) string { return "https://calls.example.com/" + mailbox }
	o.leaves(line)
	require.NoError(t, o.pass())
	_, text, audio := parts(t, o.post.mails()[0])
	require.Empty(t, audio)
	require.Contains(t, text, "The recording is not attached: it is too large.")
	require.Contains(t, text, "Listen to it: https://calls.example.com/team")

	o = newOffice(t, "team@example.com") // or the server says so
	o.post.set("LARGE", "552 5.3.4 too big")
	o.leaves(line)
	require.NoError(t, o.pass())
	_, text, audio = parts(t, o.post.mails()[0])
	require.Empty(t, audio)
	require.Contains(t, text, "the mail server does not take it")
}

// recordings is a carrier that answers so when it is asked for a recording; "hang" says
// nothing.
type recordings struct {
	*sim.Carrier
	err error
}

var errHangs = errors.New("hangs")

func (r *recordings) FetchRecording(ctx context.Context, ref string) (adapter.Recording, error) {
	switch {
	case errors.Is(r.err, errHangs):
		<-ctx.Done()
		return adapter.Recording{}, ctx.Err()
	case r.err != nil:
		return adapter.Recording{}, r.err
	}
	return r.Carrier.FetchRecording(ctx, ref)
}

// A carrier that gives a recording out no more, or not now, holds up the mails behind it
// for minutes, and nobody goes untold.
func TestSender_aRecordingThatIsNotGivenOutHoldsUpNobodyForLong(t *testing.T) {
	t.Parallel()
	for name, is := range map[string]struct {
		err   error
		waits bool
	}{
		"gone":  {adapter.ErrGone, false},
		"fails": {errors.New("the carrier answers 500"), true},
		"hangs": {errHangs, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, "team@example.com")
			o.sender.Timeout = 10 * time.Second
			if name == "hangs" {
				o.sender.Timeout = 400 * time.Millisecond
			}
			c := &recordings{o.carrier, is.err}
			o.sender.Player.Carriers = map[string]adapter.Carrier{"sim": c}
			o.leaves(line)
			if is.waits {
				require.ErrorContains(t, o.pass(), "the recording cannot be had yet")
				require.NotContains(t, o.sender.State().Fault, "mail server")
				require.Empty(t, o.post.mails())
				require.NoError(t, o.carrier.Wait(t.Context(), 5*time.Minute))
			}
			require.NoError(t, o.pass())
			require.Len(t, o.post.mails(), 1)
			_, text, audio := parts(t, o.post.mails()[0])
			require.Empty(t, audio)
			require.Contains(t, text, "The recording is not attached")
			require.Zero(t, o.sender.State().Failing)
			c.err = nil
			o.sender.Timeout = 10 * time.Second
			o.leaves(line)
			require.NoError(t, o.pass())
			_, _, audio = parts(t, o.post.mails()[1])
			require.NotEmpty(t, audio)
		})
	}
}

// Whatever a mailbox, a caller or a host's link is called, no header is made of it.
func TestSender_nothingOfTheOutsideMakesAHeader(t *testing.T) {
	t.Parallel()
	evil := "team\r\nBcc: thief@example.com\r\n\r\nHello\u2028you"
	o := newOffice(t, "team@example.com")
	call := o.leaves(line)
	latest, err := o.store.Releases().Latest(t.Context(), "acme")
	require.NoError(t, err)
	latest.Settings.Mailboxes = map[string]flow.Mailbox{
		"team": {Notify: "team@example.com\r\nBcc: thief@example.com"}, evil: {Notify: "team@example.com"},
	}
	o.sender.Store = settled{o.store, latest}
	require.NoError(t, o.pass())
	require.Empty(t, o.post.to, "that is no address")
	o.sender.Link = func(string, string, string) string { return "https://calls.example.com/" + evil }
	require.NoError(t, o.store.Mailboxes().Forward(t.Context(), "acme", "team", call, evil))
	require.NoError(t, o.pass())
	require.Equal(t, []string{"TO:<team@example.com>"}, o.post.to)
	header, text, _ := parts(t, o.post.mails()[0])
	require.Empty(t, header.Get("Bcc"))
	require.NotContains(t, text, "\nBcc:")
}

// settled is a store whose newest release is another.
type settled struct {
	storage.Store
	latest flow.Release
}

func (s settled) Releases() storage.Releases { return settledReleases{s.Store.Releases(), s.latest} }

type settledReleases struct {
	storage.Releases
	latest flow.Release
}

func (s settledReleases) Latest(context.Context, string) (flow.Release, error) { return s.latest, nil }

func TestCheck_saysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, server := range []mail.Server{"", "post.example.com", "http://post.example.com", "smtp://", "smtp://post.example.com:99999"} {
		err := (&mail.Sender{Server: server, From: "nobody"}).Check()
		require.ErrorIs(t, err, mail.ErrMail, server)
		require.ErrorContains(t, err, "server", server)
		require.ErrorContains(t, err, "sender's address", server)
	}
	require.NoError(t, (&mail.Sender{Server: "smtps://me:secret@post.example.com", From: "a@b.example"}).Check())
}

// Nothing is sent in the clear to another machine.
func TestServer_withoutTLSNothingIsSent(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "team@example.com")
	o.leaves(line)
	_, port, err := net.SplitHostPort(o.post.Addr().String())
	require.NoError(t, err)
	o.sender.Server = mail.Server("smtps://127.0.0.1:" + port)
	require.Error(t, o.pass())
	require.Empty(t, o.post.mails())
}
