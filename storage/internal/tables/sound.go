package tables

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/extflow/extflow/storage"
)

func (s *audio) Open(ctx context.Context, account, content string) (storage.Sound, error) {
	var upload string
	var at int64
	var sound storage.Sound
	err := s.View(ctx, func(c Conn) error {
		ok, err := one(ctx, c, selectContent, []any{account, content}, &upload, &sound.Type, &sound.Size, &at)
		if err == nil && !ok {
			return fmt.Errorf("audio %.64q: %w", content, storage.ErrNotFound)
		}
		return err
	})
	if err != nil {
		return storage.Sound{}, err
	}
	sound.At = instant(at)
	sound.ReadSeekCloser = &sounding{ctx: ctx, db: s.DB, account: account, upload: upload, size: sound.Size, part: -1}
	return sound, nil
}

// sounding reads an upload a part at a time.
type sounding struct {
	ctx             context.Context
	db              DB
	account, upload string
	size, at        int64
	part            int64 // which one body is; -1 is none
	body            []byte
}

func (r *sounding) Read(p []byte) (int, error) {
	if r.at >= r.size {
		return 0, io.EOF
	}
	if part := r.at / partSize; part != r.part {
		if err := r.fetch(part); err != nil {
			return 0, err
		}
	}
	from := r.at % partSize
	if from >= int64(len(r.body)) {
		return 0, io.ErrUnexpectedEOF
	}
	n := copy(p, r.body[from:])
	r.at += int64(n)
	return n, nil
}

func (r *sounding) fetch(part int64) error {
	return r.db.View(r.ctx, func(c Conn) error {
		var body []byte
		ok, err := one(r.ctx, c, selectPart, []any{r.account, r.upload, part}, &body)
		if err == nil && !ok {
			return fmt.Errorf("part %d of the audio: %w", part, storage.ErrNotFound)
		}
		r.part, r.body = part, body
		return err
	})
}

func (r *sounding) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.at
	case io.SeekEnd:
		offset += r.size
	}
	if offset < 0 {
		return 0, errors.New("audio has no place before its beginning")
	}
	r.at = offset
	return offset, nil
}

func (r *sounding) Close() error { return nil }

// What nothing has any more is removed: contents of no file and no release, and parts
// of uploads that were never finished.
const (
	selectUnplayed = `SELECT content, upload FROM extflow_contents WHERE account = $1 AND until <= $2
		AND NOT EXISTS (SELECT 1 FROM extflow_files f WHERE f.account = extflow_contents.account AND f.content = extflow_contents.content)
		AND NOT EXISTS (SELECT 1 FROM extflow_played p WHERE p.account = extflow_contents.account AND p.content = extflow_contents.content) LIMIT $3`
	forgetContent = `DELETE FROM extflow_contents WHERE account = $1 AND content = $2 AND until <= $3`
	selectUnbound = `SELECT upload FROM extflow_parts WHERE account = $1 AND at <= $2 AND part = 0
		AND NOT EXISTS (SELECT 1 FROM extflow_contents c WHERE c.account = extflow_parts.account AND c.upload = extflow_parts.upload) LIMIT $3`
)

// tidyAudio removes at most n contents, and n unfinished uploads.
func tidyAudio(ctx context.Context, c Conn, account string, now time.Time, n int) (gone int, err error) {
	var contents, uploads []string
	err = each(ctx, c, selectUnplayed, []any{account, now.UnixNano(), n}, func(scan func(...any) error) error {
		var content, upload string
		err := scan(&content, &upload)
		contents, uploads = append(contents, content), append(uploads, upload)
		return err
	})
	for i := 0; err == nil && i < len(contents); i++ {
		var k int64
		if k, err = c.Exec(ctx, forgetContent, account, contents[i], now.UnixNano()); k == 0 {
			uploads[i] = "" // it was put again meanwhile
		}
	}
	if err != nil {
		return 0, err
	}
	err = each(ctx, c, selectUnbound, []any{account, now.Add(-storage.Unplayed).UnixNano(), n}, func(scan func(...any) error) error {
		var upload string
		err := scan(&upload)
		uploads = append(uploads, upload)
		return err
	})
	for i := 0; err == nil && i < len(uploads); i++ {
		if uploads[i] != "" {
			gone++
			_, err = c.Exec(ctx, deletePart, account, uploads[i])
		}
	}
	return gone, err
}
