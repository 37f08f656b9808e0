//go:build unix

package postgrestest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
)

// Server is a cluster that can be stopped and started again. What it has
// acknowledged outlives a stop, however sudden, as long as the machine stays up:
// it writes what it commits, and leaves it to the system when that reaches a disk.
type Server struct {
	dir  string
	bin  string
	user *syscall.Credential

	copying sync.Mutex

	mu   sync.Mutex
	proc *os.Process
	done chan error // gets the end of proc
}

// launch makes a cluster and starts it.
func launch() (*Server, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	user, err := somebody()
	if err != nil {
		return nil, err
	}
	dir, err := folder()
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, bin: bin, user: user}
	if err = s.make(); err == nil {
		err = s.Start()
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return s, nil
}

// make writes the cluster's files.
func (s *Server) make() error {
	if s.user != nil {
		if err := os.Chown(s.dir, int(s.user.Uid), int(s.user.Gid)); err != nil {
			return err
		}
	}
	cmd := s.command("initdb", "-D", s.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return nil
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// command is one of PostgreSQL's programs, to run as somebody who may run it.
func (s *Server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	cmd.Dir = s.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	bind(cmd, s.user)
	return cmd
}

// URL is where a database of the cluster is reached.
func (s *Server) URL(database string) string {
	q := url.Values{"host": {s.dir}, "user": {"postgres"}}
	return "postgres:///" + url.PathEscape(database) + "?" + q.Encode()
}

// Socket is the path of the socket that the cluster listens on.
func (s *Server) Socket() string { return filepath.Join(s.dir, ".s.PGSQL.5432") }

// Start starts the cluster and returns once it takes connections.
func (s *Server) Start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.proc != nil {
		return nil
	}
	cmd := s.command("postgres", "-D", s.data(), "-k", s.dir, "-p", "5432", "-c", "listen_addresses=",
		"-c", "fsync=off", "-c", "full_page_writes=off", "-c", "shared_buffers=64MB", "-c", "max_connections=300",
		"-c", "max_wal_size=256MB", "-c", "log_min_messages=warning")
	log, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	s.done = make(chan error, 1)
	if err := s.spawn(cmd); err != nil {
		return err
	}
	s.proc = cmd.Process
	if err := ready(log); err != nil {
		s.proc = nil
		return errors.Join(err, <-s.done)
	}
	return nil
}

// spawn starts a command from a thread that lasts as long as it does: should this
// process die, the system stops the command.
func (s *Server) spawn(cmd *exec.Cmd) error {
	started, done := make(chan error, 1), s.done
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		if started <- err; err == nil {
			_, err := cmd.Process.Wait()
			done <- err
		}
	}()
	return <-started
}

// ready reads what the server says until it takes connections, and from then on
// throws it away.
func ready(log io.ReadCloser) error {
	var said bytes.Buffer
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		if strings.Contains(lines.Text(), "ready to accept connections") {
			go func() { _, _ = io.Copy(io.Discard, log) }()
			return nil
		}
		fmt.Fprintln(&said, lines.Text())
	}
	return fmt.Errorf("postgres did not start:\n%s", said.String())
}

// Stop stops the cluster in an instant, as if it were killed: nobody is waited
// for, and what was not committed is gone.
func (s *Server) Stop() error { return s.end(syscall.SIGQUIT) }

func (s *Server) end(how syscall.Signal) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.proc == nil {
		return nil
	}
	if err := s.proc.Signal(how); err != nil {
		return err
	}
	err := <-s.done
	s.proc = nil
	return err
}

// remove stops the cluster and removes its files.
func (s *Server) remove() error {
	return errors.Join(s.end(syscall.SIGQUIT), os.RemoveAll(s.dir))
}
