package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A request that is half way in when the server is told to stop is answered.
func TestStop_finishesWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	p := start(t, nil)
	addr := strings.TrimPrefix(p.base, "http://")
	conn, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	defer conn.Close()
	body := `{"from": "+14155550100", "to": "+12025550100"}`
	fmt.Fprintf(conn, "POST /api/v1/simulator/calls HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", addr, len(body))
	answers := bufio.NewReader(conn)
	line, err := answers.ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, line, "100 Continue", "it is being handled")
	_, err = answers.ReadString('\n')
	require.NoError(t, err)
	fmt.Fprint(conn, body[:10])

	stopped := make(chan error, 1)
	go func() { stopped <- p.stop() }()
	require.Eventually(t, func() bool { // it takes nobody new
		c, err := net.Dial("tcp", addr)
		if err == nil {
			c.Close()
		}
		return err != nil
	}, 5*time.Second, 10*time.Millisecond)
	select {
	case err := <-stopped:
		t.Fatalf("it stopped before the request was answered: %v", err)
	default:
	}
	fmt.Fprint(conn, body[10:])
	res, err := http.ReadResponse(answers, nil)
	require.NoError(t, err)
	res.Body.Close()
	require.Equal(t, http.StatusCreated, res.StatusCode)
	require.NoError(t, <-stopped)
}

func TestStop_aHeaderThatNeverEndsIsNotWaitedForLong(t *testing.T) {
	t.Parallel()
	require.LessOrEqual(t, headerTime, 10*time.Second)
	require.Less(t, readTime, drainTime, "a slow request ends before the server would give up on it")
	p := start(t, nil)
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.base, "http://"))
	require.NoError(t, err)
	defer conn.Close()
	large := strings.Repeat("a", 70<<10)
	fmt.Fprintf(conn, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Large: %s\r\n\r\n", large)
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	res.Body.Close()
	require.Equal(t, http.StatusRequestHeaderFieldsTooLarge, res.StatusCode)
}

// The real process ends by itself when it is told to, with nothing to complain of;
// one that cannot start says why and fails.
func TestMain_endsOnASignal(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("there are no such signals here")
	}
	self, err := os.Executable()
	require.NoError(t, err)
	for _, sig := range []os.Signal{syscall.SIGTERM, os.Interrupt} {
		out, in, err := os.Pipe()
		require.NoError(t, err)
		server := exec.CommandContext(t.Context(), self, "-addr", "127.0.0.1:0", "-db", filepath.Join(t.TempDir(), "extflow.db"))
		server.Env = append(os.Environ(), asServer+"=1")
		server.Stdout = in
		require.NoError(t, server.Start())
		in.Close()
		lines := bufio.NewScanner(out)
		for lines.Scan() && !strings.HasPrefix(lines.Text(), "exposed: ") {
		}
		require.NoError(t, server.Process.Signal(sig))
		require.NoError(t, server.Wait())
		out.Close()
	}
	refused := exec.CommandContext(t.Context(), self, "-db", filepath.Join("no", "such", "calls.db"))
	refused.Env = append(os.Environ(), asServer+"=1")
	text, err := refused.CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(text), "there is no directory no/such; make it")
}
