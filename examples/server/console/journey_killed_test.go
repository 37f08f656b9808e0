package console_test

import (
	"context"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/twilio/twiliotest"
)

// program is the example server as a process of its own, on a file, at one address
// however often it is started.
type program struct {
	testing.TB
	binary, addr string
	env          []string
	running      *exec.Cmd
}

func newProgram(t *testing.T, carrier *twiliotest.Carrier) *program {
	t.Helper()
	dir := t.TempDir()
	p := &program{TB: t, binary: filepath.Join(dir, "server")}
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", p.binary, "..").CombinedOutput()
	require.NoError(t, err, "%s", out)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p.addr = free.Addr().String()
	require.NoError(t, free.Close())
	p.env = []string{
		"EXTFLOW_ADDR=" + p.addr, "EXTFLOW_DB=" + filepath.Join(dir, "extflow.db"), "EXTFLOW_PUBLIC_URL=http://" + p.addr,
		"TWILIO_ACCOUNT_SID=" + carrier.AccountSID(), "TWILIO_AUTH_TOKEN=" + carrier.AuthToken(), "TWILIO_API_URL=" + carrier.URL(),
	}
	t.Cleanup(p.kill)
	return p
}

// start starts it and waits until it answers.
func (p *program) start() {
	p.Helper()
	p.running = exec.CommandContext(context.WithoutCancel(p.Context()), p.binary) // killed by kill alone
	p.running.Env = p.env
	require.NoError(p, p.running.Start())
	require.Eventually(p, func() bool {
		r, err := http.Get("http://" + p.addr + "/healthz") //nolint:noctx // of this machine
		if err == nil {
			r.Body.Close()
		}
		return err == nil
	}, 30*time.Second, 20*time.Millisecond)
}

// kill ends it with SIGKILL: it gets to do nothing more.
func (p *program) kill() {
	if p.running != nil {
		_ = p.running.Process.Kill()
		_ = p.running.Wait() // it was killed
		p.running = nil
	}
}

// The server is killed while somebody types and while a caller talks to an agent. When it is
// there again the draft saves itself, and the call goes on where it was.
func TestJourney_theServerIsKilledInTheMiddleOfTypingAndOfACall(t *testing.T) {
	t.Parallel()
	carrier := twiliotest.Start(t, twiliotest.Config{})
	p := newProgram(t, carrier)
	p.start()
	url := "http://" + p.addr + "/"
	carrier.Assign("+12025550100", twiliotest.Number{VoiceURL: url + "twilio/voice", FallbackURL: url + "twilio/voice", StatusURL: url + "twilio/status"})
	phone, err := carrier.Dial(t.Context(), "+14155550100", "+12025550100", twiliotest.Options{})
	require.NoError(t, err)
	require.NoError(t, phone.Press(t.Context(), "1001"))
	require.NoError(t, carrier.Agent("client:ada").Answer(t.Context()))
	require.Equal(t, twiliotest.Talking, phone.View().State)

	watch := open(t, url, "calls")
	watch.sees("live", "front-desk: ring")
	watch.run(clickFirst("tbody a"))
	watch.sees("ada answers").expect("ERR_")
	adding := open(t, url, "agents")
	adding.expect("ERR_")
	adding.fill("Name", "Rosalind Franklin")
	b := open(t, url, "menus/main")
	b.expect("ERR_")
	b.fill("Words", "Press 1.").sees("Draft saved")
	b.fill("Words", "Press 1. Then wait")
	p.kill()
	adding.run(clickFirst("form[action$=agents] button.primary"))
	adding.until("the browser says that nobody answers", func() bool {
		return soft[string](adding, "document.body.id") != "" || soft[bool](adding, `!document.querySelector("#agent-name")`)
	})
	b.sees("Not saved: the server cannot be reached. What you typed is still here.")
	watch.sees("Live updates are paused")

	p.start()
	b.sees("Draft saved")
	require.Equal(t, "Press 1. Then wait", eval[string](b.visit("menus/main"), `document.getElementById("f-prompt~say").value`))
	adding.visit("agents").sees("still here, and not saved yet")
	require.Equal(t, "Rosalind Franklin", eval[string](adding, `document.getElementById("agent-name").value`), "what was sent to a server that was away")
	require.NoError(t, phone.HangUp(t.Context()))
	require.NoError(t, carrier.Wait(t.Context(), time.Minute))
	watch.sees("ended", "answered").misses("Live updates are paused")
}
