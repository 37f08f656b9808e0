//go:build !unix

package postgrestest

import "testing"

// Main runs a package's tests.
type Main struct{ M *testing.M }

// Run runs the tests and returns the code to exit with.
func (m Main) Run() int { return m.M.Run() }

// Server is a cluster. There is none on this system.
type Server struct{}

func (s *Server) URL(string) string { return "" }
func (s *Server) Socket() string    { return "" }
func (s *Server) Start() error      { return nil }
func (s *Server) Stop() error       { return nil }

const missing = "tests start no PostgreSQL on this system"

// Database skips the test.
func Database(t testing.TB) string { t.Skip(missing); return "" }

// Copy skips the test.
func Copy(t testing.TB, _ string, _ func(url string) error) string { t.Skip(missing); return "" }

// Start skips the test.
func Start(t testing.TB) *Server { t.Skip(missing); return nil }

// Dump skips the test.
func Dump(t testing.TB, _ string) string { t.Skip(missing); return "" }
