// Package postgrestest gives tests a PostgreSQL of their own: a throw-away cluster
// in a folder that is removed again, reached by a socket that nobody else may open.
//
// It starts what the machine has installed, under another user where the tests run
// as root, and never touches a server that is running already. Where PostgreSQL is
// not installed tests are skipped, and fail instead if EXTFLOW_STRICT is set.
//
// A test binary that uses Database stops the cluster at its end:
//
//	func TestMain(m *testing.M) { os.Exit(postgrestest.Main{M: m}.Run()) }
package postgrestest
