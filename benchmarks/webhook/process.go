package webhook

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"runtime/pprof"
	"time"
)

// A server runs in a process of its own, so that what it costs can be told from what
// the client costs. Its standard output says where it listens, then answers each
// line of its input with what the process has used so far.

// Usage is what a process has used since it began.
type Usage struct {
	CPU    time.Duration // in the program and in the kernel on its behalf
	Allocs uint64        // objects
	Bytes  uint64        // of them
}

// Serve is the whole of such a process. It ends with its input.
func Serve(name, profile string, in io.Reader, out io.Writer) error {
	handler, err := NewHandler(name)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	server := &http.Server{Handler: handler}
	go func() { _ = server.Serve(listener) }()
	defer server.Close()
	fmt.Fprintln(out, listener.Addr())
	for lines := bufio.NewScanner(in); lines.Scan(); {
		var mem runtime.MemStats
		runtime.ReadMemStats(&mem)
		cpu, err := processorTime()
		if err != nil {
			return err
		}
		fmt.Fprintln(out, int64(cpu), mem.Mallocs, mem.TotalAlloc)
	}
	return nil
}

// Process is a server that was started.
type Process struct {
	Address string
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
}

// Start runs a command that calls Serve, on one core. What it has to complain about
// goes to standard error.
func Start(cmd *exec.Cmd) (*Process, error) {
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &Process{cmd: cmd, in: in, out: bufio.NewReader(out)}
	if _, err := fmt.Fscanln(p.out, &p.Address); err != nil {
		return nil, fmt.Errorf("the server did not start: %w", p.Stop())
	}
	return p, nil
}

// Used is what the process has used so far.
func (p *Process) Used() (u Usage, err error) {
	if _, err = fmt.Fprintln(p.in, "used"); err != nil {
		return u, err
	}
	var cpu int64
	_, err = fmt.Fscanln(p.out, &cpu, &u.Allocs, &u.Bytes)
	u.CPU = time.Duration(cpu)
	return u, err
}

// Stop ends the process.
func (p *Process) Stop() error {
	_ = p.in.Close()
	return p.cmd.Wait()
}
