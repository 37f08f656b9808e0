//go:build race

package twilio

// racing says that the race detector runs: it empties pools at random.
const racing = true
