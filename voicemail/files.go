package voicemail

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Files keeps recordings in a folder, which is made where it is missing: one file
// for each, in a folder for each account. A file is there whole or not at all, and
// only the owner of the process may read it.
type Files struct {
	Dir string
	Max int64 // the most bytes of a recording; MaxBytes
}

// path is where a recording lies. Names come from outside: neither leads anywhere
// else.
func (f Files) path(account, call string) string {
	name := func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return hex.EncodeToString(sum[:16])
	}
	return filepath.Join(f.Dir, name(account), name(call))
}

// Put writes a file beside, and then puts it in its place. Its first line is the
// media type.
func (f Files) Put(_ context.Context, account, call, mediaType string, audio io.Reader) (err error) {
	path := f.path(account, call)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".coming-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = file.Close()
			_ = os.Remove(file.Name())
		}
	}()
	most := f.Max
	if most <= 0 {
		most = MaxBytes
	}
	header := header(mediaType)
	if _, err := file.Write(header[:]); err != nil {
		return err
	}
	n, err := io.Copy(file, io.LimitReader(audio, most+1))
	if err != nil {
		return err
	}
	if n > most {
		return fmt.Errorf("more than %d bytes: %w", most, ErrTooLarge)
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

// header is the media type, at the beginning of a file.
func header(mediaType string) (h [headerLen]byte) {
	if len(mediaType) > headerLen {
		mediaType = "application/octet-stream"
	}
	copy(h[:], mediaType)
	return h
}

const headerLen = 64

// Open opens the file.
func (f Files) Open(_ context.Context, account, call string) (Audio, error) {
	file, err := os.Open(f.path(account, call))
	if errors.Is(err, fs.ErrNotExist) {
		return Audio{}, fmt.Errorf("call %s: %w", call, ErrNone)
	}
	if err != nil {
		return Audio{}, err
	}
	var h [headerLen]byte
	info, err := file.Stat()
	if err == nil {
		_, err = io.ReadFull(file, h[:])
	}
	if err != nil {
		return Audio{}, errors.Join(err, file.Close())
	}
	body := io.NewSectionReader(file, headerLen, info.Size()-headerLen)
	return Audio{ReadSeekCloser: part{body, file}, Type: string(bytes.TrimRight(h[:], "\x00")), At: info.ModTime()}, nil
}

// part is a file without its beginning.
type part struct {
	*io.SectionReader
	io.Closer
}

// Delete removes the file.
func (f Files) Delete(_ context.Context, account, call string) error {
	if err := os.Remove(f.path(account, call)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
