// Package testdata holds the stories of the flow, so that every carrier can be tested
// with them, also one in another module: see adapter/adaptertest.
package testdata

import "embed"

// Stories are the .call files.
//
//go:embed *.call
var Stories embed.FS
