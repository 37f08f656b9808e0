//go:build unix && !linux

package postgrestest

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// somebody is whom the cluster runs as; nil is ourselves.
func somebody() (*syscall.Credential, error) {
	if os.Getuid() == 0 {
		return nil, errors.New("PostgreSQL does not run as root: run the tests as somebody else")
	}
	return nil, nil
}

func bind(*exec.Cmd, *syscall.Credential) {}

// lives reports whether there is a process with the id.
func lives(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}
