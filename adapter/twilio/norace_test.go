//go:build !race

package twilio

const racing = false
