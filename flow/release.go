package flow

import (
	"errors"
	"fmt"
	"time"
)

// Release is what an account published: immutable settings with a version. A
// call pins the newest one when it arrives and keeps it for life.
type Release struct {
	Schema   int       `json:"schema"` // of this document: 1; 2 with discreet flows or menus, 3 with directories
	Account  string    `json:"account"`
	ID       string    `json:"id"`
	Version  uint32    `json:"version"` // from 1, one more with every release
	At       time.Time `json:"at"`
	Note     string    `json:"note,omitempty"`
	Steps    []string  `json:"steps,omitempty"` // the places of its steps, kept across versions of this library
	Settings Settings  `json:"settings"`
}

// Schema is the newest form of stored calls and turns. A newer form is refused with
// ErrNewer; every older one is read.
const Schema = 1

// ReleaseSchema is the newest form of stored releases. One whose settings an older
// version knows whole has that version's, so that it can go on with it.
const ReleaseSchema = 3

// schema is the form that a release of the settings has.
func (s *Settings) schema() int {
	if len(s.Directories) > 0 {
		return 3
	}
	for _, f := range s.Flows {
		if f.Discreet {
			return 2
		}
	}
	for _, m := range s.Menus {
		if m.Discreet {
			return 2
		}
	}
	return 1
}

// ErrNewer is returned for a document that a newer version of this library wrote.
var ErrNewer = errors.New("written by a newer version of extflow")

// NewRelease checks settings and makes the release that a store publishes. The
// error is Compile's.
func NewRelease(account, id string, version uint32, at time.Time, s Settings) (Release, error) {
	b, err := Compile(s)
	if err != nil {
		return Release{}, err
	}
	return Release{Schema: s.schema(), Account: account, ID: id, Version: version, At: at, Steps: b.StepNames(), Settings: s}, nil
}

// Book compiles the release. The error is ErrNewer, or Compile's.
func (r Release) Book() (*Book, error) {
	if r.Schema > ReleaseSchema {
		return nil, fmt.Errorf("release %s: schema %d: %w", r.ID, r.Schema, ErrNewer)
	}
	b, err := Compile(r.Settings, r.Steps...)
	if err != nil {
		return nil, err
	}
	b.Release = r.ID
	return b, nil
}
