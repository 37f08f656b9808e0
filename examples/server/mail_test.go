package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow/account"
)

// post is a mail server on this machine that takes whatever it is given.
func post(t *testing.T) (url string, took chan string, stop func()) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	took = make(chan string, 10)
	var all sync.WaitGroup
	stop = func() { _ = l.Close() }
	t.Cleanup(func() { stop(); all.Wait() })
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			receives(c, took)
		}
	})
	return "smtp://" + l.Addr().String(), took, stop
}

func receives(c net.Conn, took chan string) {
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	fmt.Fprint(c, "220 post\r\n")
	text, data := "", false
	for in := bufio.NewScanner(c); in.Scan(); {
		switch line := in.Text(); {
		case data && line == ".":
			data = false
			took <- text
			fmt.Fprint(c, "250 taken\r\n")
		case data:
			text += line + "\n"
		case line == "DATA":
			data = true
			fmt.Fprint(c, "354 go on\r\n")
		default:
			fmt.Fprint(c, "250 ok\r\n")
		}
	}
}

func TestMail_whoeverTheMailboxNotifiesIsTold(t *testing.T) {
	t.Parallel()
	url, took, _ := post(t)
	p := start(t, map[string]string{"EXTFLOW_SMTP_URL": url, "EXTFLOW_MAIL_FROM": "Acme <voicemail@acme.example>"}, "-config", notifying(t))
	p.put("/api/v1/simulator/clock", object{"running": false}).is(200)
	p.leaves()
	select {
	case text := <-took:
		require.Contains(t, text, "Subject: Voicemail for team from +14155550100, 7s")
		require.Contains(t, text, "<team@example.com>")
		require.Contains(t, text, "audio/wav")
	case <-time.After(time.Minute):
		require.Fail(t, "nobody was told")
	}
	p.until(func() bool { return strings.Contains(p.get("/metrics").text, "extflow_mail_sent_total 1") })
	require.Contains(t, p.get("/health").is(200).text, "1 sent since the start")
}

func TestMail_aServerThatIsDownIsShownToWhoLooksAfterIt(t *testing.T) {
	t.Parallel()
	url, _, stop := post(t)
	stop()
	p := start(t, map[string]string{"EXTFLOW_SMTP_URL": url, "EXTFLOW_MAIL_FROM": "voicemail@acme.example"}, "-config", notifying(t))
	p.put("/api/v1/simulator/clock", object{"running": false}).is(200)
	p.leaves()
	p.until(func() bool { return strings.Contains(p.get("/health").text, "see that the mail server runs") })
	require.NotContains(t, p.get("/metrics").text, "extflow_mail_failing_seconds 0\n")
}

// notifying is the file of an account whose team is told of messages.
func notifying(t *testing.T) string {
	t.Helper()
	document := strings.Replace(string(account.Sample()), "team: {greeting", "team: {notify: team@example.com, greeting", 1)
	require.Contains(t, document, "notify: team@example.com")
	file := filepath.Join(t.TempDir(), "account.yaml")
	require.NoError(t, os.WriteFile(file, []byte(document), 0o600))
	return file
}
