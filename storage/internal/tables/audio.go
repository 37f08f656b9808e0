package tables

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// audio is the store as storage.Audio. An upload is written a part at a time, each in
// a transaction of its own, so that nobody who takes calls waits for a long one; it
// is there with the last, which names it.
type audio Store

const (
	insertPart = `INSERT INTO extflow_parts (account, upload, part, at, body) VALUES ($1, $2, $3, $4, $5)`
	deletePart = `DELETE FROM extflow_parts WHERE account = $1 AND upload = $2`
	selectPart = `SELECT body FROM extflow_parts WHERE account = $1 AND upload = $2 AND part = $3`

	insertContent = `INSERT INTO extflow_contents (account, content, upload, type, size, at, until) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (account, content) DO NOTHING`
	touchContent  = `UPDATE extflow_contents SET until = CASE WHEN until > $3 THEN until ELSE $3 END WHERE account = $1 AND content = $2`
	selectContent = `SELECT upload, type, size, at FROM extflow_contents WHERE account = $1 AND content = $2`
	upsertFile    = `INSERT INTO extflow_files (account, name, content, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (account, name) DO UPDATE SET content = excluded.content, at = excluded.at`
	deleteFile = `DELETE FROM extflow_files WHERE account = $1 AND name = $2`

	fileColumns = `SELECT f.name, f.content, c.type, c.size, f.at FROM extflow_files f
		JOIN extflow_contents c ON c.account = f.account AND c.content = f.content WHERE f.account = $1`
	selectFile   = fileColumns + ` AND f.name = $2`
	selectFiles  = fileColumns + ` AND f.name > $2 ORDER BY f.name LIMIT $3`
	insertPlayed = `INSERT INTO extflow_played (account, content, release) VALUES ($1, $2, $3) ON CONFLICT (account, content, release) DO NOTHING`
)

// partSize is how many bytes are written and read at once.
const partSize = 128 << 10

func (s *audio) Put(ctx context.Context, account, name string, from io.Reader) (f storage.File, err error) {
	if err := storage.CheckFileName(name); err != nil {
		return f, err
	}
	if err := s.View(ctx, func(c Conn) error { return (*Store)(s).exists(ctx, c, account) }); err != nil {
		return f, err
	}
	now, err := s.Now(ctx)
	if err != nil {
		return f, err
	}
	upload := rand.Text()
	f, err = storage.Upload(account, from, partSize, func(n int, body []byte) error {
		return s.Update(ctx, func(c Conn) error {
			_, err := c.Exec(ctx, insertPart, account, upload, n, now.UnixNano(), slices.Clone(body))
			return err
		})
	})
	if err == nil {
		f.Name, f.At = name, instant(now.UnixNano())
		err = s.Update(ctx, func(c Conn) error { return bind(ctx, c, account, upload, f) })
	}
	if err != nil { // nothing else knows of the parts; if this fails too, Tidy removes them
		_ = s.Update(context.WithoutCancel(ctx), func(c Conn) error {
			_, err := c.Exec(ctx, deletePart, account, upload)
			return err
		})
		return storage.File{}, err
	}
	return f, nil
}

// bind gives a file its content, which was uploaded before perhaps.
func bind(ctx context.Context, c Conn, account, upload string, f storage.File) error {
	at := nanos(f.At)
	until := at + int64(storage.Unplayed)
	n, err := c.Exec(ctx, insertContent, account, f.Content, upload, f.Type, f.Size, at, until)
	if err == nil && n == 0 {
		if _, err = c.Exec(ctx, deletePart, account, upload); err == nil {
			_, err = c.Exec(ctx, touchContent, account, f.Content, until)
		}
	}
	if err == nil {
		err = unbind(ctx, c, account, f.Name, until)
	}
	if err == nil {
		_, err = c.Exec(ctx, upsertFile, account, f.Name, f.Content, at)
	}
	return err
}

// unbind has the content that a file has now stay for a while without it.
func unbind(ctx context.Context, c Conn, account, name string, until int64) error {
	f, ok, err := file(ctx, c, account, name)
	if err == nil && ok {
		_, err = c.Exec(ctx, touchContent, account, f.Content, until)
	}
	return err
}

func file(ctx context.Context, c Conn, account, name string) (f storage.File, ok bool, err error) {
	var at int64
	ok, err = one(ctx, c, selectFile, []any{account, name}, &f.Name, &f.Content, &f.Type, &f.Size, &at)
	f.At = instant(at)
	return f, ok, err
}

func (s *audio) File(ctx context.Context, account, name string) (f storage.File, err error) {
	err = s.View(ctx, func(c Conn) error {
		var ok bool
		if f, ok, err = file(ctx, c, account, name); err == nil && !ok {
			return fmt.Errorf("file %q: %w", name, storage.ErrNotFound)
		}
		return err
	})
	return f, err
}

func (s *audio) Files(ctx context.Context, account string) iter.Seq2[storage.File, error] {
	return func(yield func(storage.File, error) bool) {
		for after := ""; ; {
			var some []storage.File
			err := s.View(ctx, func(c Conn) error {
				some = nil
				return each(ctx, c, selectFiles, []any{account, after, page}, func(scan func(...any) error) error {
					var f storage.File
					var at int64
					err := scan(&f.Name, &f.Content, &f.Type, &f.Size, &at)
					f.At = instant(at)
					some = append(some, f)
					return err
				})
			})
			if err != nil {
				yield(storage.File{}, err)
				return
			}
			for _, f := range some {
				if after = f.Name; !yield(f, nil) {
					return
				}
			}
			if len(some) < page {
				return
			}
		}
	}
}

func (s *audio) Delete(ctx context.Context, account, name string) error {
	now, err := s.Now(ctx)
	if err != nil {
		return err
	}
	return s.Update(ctx, func(c Conn) error {
		if _, ok, err := file(ctx, c, account, name); err != nil || !ok {
			return cmpErr(err, fmt.Errorf("file %q: %w", name, storage.ErrNotFound))
		}
		all, err := inUse(ctx, c, account)
		if err != nil {
			return err
		}
		if err := storage.Played(name, all); err != nil {
			return err
		}
		if err := unbind(ctx, c, account, name, now.UnixNano()+int64(storage.Unplayed)); err != nil {
			return err
		}
		_, err = c.Exec(ctx, deleteFile, account, name)
		return err
	})
}

// cmpErr is the first of two errors that there is.
func cmpErr(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// inUse are the latest release and those that numbers are pinned to.
func inUse(ctx context.Context, c Conn, account string) (all []flow.Release, err error) {
	ids := map[string]bool{}
	var latest string
	if _, err := one(ctx, c, selectCurrent, []any{account}, &latest); err != nil {
		return nil, err
	}
	ids[latest] = true
	err = each(ctx, c, selectNumbers, []any{account}, func(scan func(...any) error) error {
		var doc string
		var rev uint64
		if err := scan(&rev, &doc); err != nil {
			return err
		}
		n, err := assignment(doc, rev)
		ids[n.Release] = true
		return err
	})
	if err != nil {
		return nil, err
	}
	delete(ids, "")
	for id := range ids {
		var doc string
		ok, err := one(ctx, c, selectRelease, []any{account, id}, &doc)
		if err != nil {
			return nil, err
		}
		if ok {
			r, err := released(id, doc)
			if err != nil {
				return nil, err
			}
			all = append(all, r)
		}
	}
	return all, nil
}
