//go:build race

package enginetest_test

// racing says that the race detector runs: an hour takes many times as long, and
// make test plays the hours once more without it.
const racing = true
