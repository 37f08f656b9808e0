package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
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
