package webhook

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"time"
)

// Client asks a server over connections that stay open, one request at a time on
// each. It is bare sockets, so that it takes little from the machine that it shares
// with the server.
type Client struct {
	wires []*wire
	exact bool
}

type wire struct {
	conn net.Conn
	in   *bufio.Reader
	body []byte
}

// Connections is how many a Client holds open where servers are compared.
const Connections = 32

// Dial opens so many connections. Exact has every answer compared with the one that
// was recorded; else any 2xx will do.
func Dial(address string, connections int, exact bool) (*Client, error) {
	c := &Client{exact: exact}
	for range connections {
		conn, err := net.DialTimeout("tcp", address, 5*time.Second)
		if err != nil {
			c.Close()
			return nil, err
		}
		c.wires = append(c.wires, &wire{conn: conn, in: bufio.NewReaderSize(conn, 8<<10)})
	}
	return c, nil
}

// Close closes the connections.
func (c *Client) Close() {
	for _, w := range c.wires {
		_ = w.conn.Close()
	}
}

// Play makes the webhooks of the calls: each call's in their order, many calls at
// once. It returns how many it made.
func (c *Client) Play(calls []Call) (requests int, err error) {
	failed := make([]error, len(c.wires))
	var all sync.WaitGroup
	for i, w := range c.wires {
		all.Go(func() {
			for j := i; j < len(calls) && failed[i] == nil; j += len(c.wires) {
				failed[i] = w.play(calls[j], c.exact)
			}
		})
	}
	all.Wait()
	for _, call := range calls {
		requests += len(call)
	}
	return requests, errors.Join(failed...)
}

func (w *wire) play(call Call, exact bool) error {
	if err := w.conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		return err
	}
	for i := range call {
		q := &call[i]
		if _, err := w.conn.Write(q.Wire); err != nil {
			return err
		}
		status, err := w.answer()
		switch {
		case err != nil:
			return err
		case status/100 != 2:
			return fmt.Errorf("webhook %d was answered %d: %s", i, status, w.body)
		case exact && (status != q.Status || !bytes.Equal(w.body, q.Answer)):
			return fmt.Errorf("webhook %d was answered\n%d %s\nand not, as recorded,\n%d %s", i, status, w.body, q.Status, q.Answer)
		}
	}
	return nil
}

var contentLength = []byte("Content-Length: ")

// answer reads a response whose length is known; its body is in w.body.
func (w *wire) answer() (status int, err error) {
	length := 0
	for {
		line, err := w.in.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if status == 0 {
			if len(line) < len("HTTP/1.1 200") {
				return 0, fmt.Errorf("no answer but %q", line)
			}
			if status, err = strconv.Atoi(string(line[9:12])); err != nil {
				return 0, err
			}
		} else if value, ok := bytes.CutPrefix(line, contentLength); ok {
			if length, err = strconv.Atoi(string(value)); err != nil {
				return 0, err
			}
		} else if len(line) == 0 {
			break
		}
	}
	if cap(w.body) < length {
		w.body = make([]byte, length, 2*length)
	}
	w.body = w.body[:length]
	_, err = io.ReadFull(w.in, w.body)
	return status, err
}
