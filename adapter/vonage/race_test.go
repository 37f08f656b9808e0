//go:build race

package vonage_test

// racing says that the race detector runs: it empties pools at random.
const racing = true
