package tables

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/extflow/extflow/storage"
)

// Migration is a step from one version of the schema to the next. Steps are never
// changed once released, and there is no way back.
type Migration struct {
	Version int
	Name    string
	SQL     string // statements, each ended by a semicolon at the end of a line
}

//go:embed schema
var schema embed.FS

// Migrations are all steps, the first first, as a dialect takes them: what all have in
// common, and what it adds in a folder of its name.
func Migrations(d Dialect) []Migration {
	files, err := fs.Glob(schema, "schema/*.sql")
	if err != nil || len(files) == 0 {
		panic("the schema is part of the program")
	}
	var all []Migration
	for _, f := range files {
		file := path.Base(f)
		number, name, _ := strings.Cut(strings.TrimSuffix(file, ".sql"), "_")
		version, err := strconv.Atoi(number)
		if err != nil {
			panic(err)
		}
		common, _ := schema.ReadFile(f)
		own, _ := schema.ReadFile("schema/" + d.Name + "/" + file)
		all = append(all, Migration{Version: version, Name: name, SQL: string(common) + string(own)})
	}
	return all
}

// Version is the schema that this version of the library works with.
func Version() int {
	all := Migrations(Dialect{})
	return all[len(all)-1].Version
}

// Statements are those of the step, one by one, without comments.
func (m Migration) Statements() []string {
	var all []string
	var b strings.Builder
	for line := range strings.Lines(m.SQL) {
		line, _, _ = strings.Cut(line, "--")
		line = strings.TrimRight(line, " \t\n")
		if line == "" {
			continue
		}
		rest, ended := strings.CutSuffix(line, ";")
		b.WriteString(rest)
		if ended {
			all = append(all, b.String())
			b.Reset()
			continue
		}
		b.WriteByte('\n')
	}
	return all
}

// Table of versions. It belongs to no account.
const (
	createVersions = `CREATE TABLE IF NOT EXISTS extflow_schema (version BIGINT NOT NULL, name TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (version))`
	latestVersion  = `SELECT COALESCE(MAX(version), 0) FROM extflow_schema`
	insertVersion  = `INSERT INTO extflow_schema (version, name, at) VALUES ($1, $2, $3)`
)

// Migrate brings the schema up to date. It must run alone, in a transaction. Now
// is written beside each step.
func Migrate(ctx context.Context, c Conn, d Dialect, now int64) error {
	if _, err := c.Exec(ctx, createVersions); err != nil {
		return err
	}
	was, err := schemaOf(ctx, c)
	if err != nil {
		return err
	}
	if was > Version() {
		return fmt.Errorf("schema %d, not %d: %w", was, Version(), storage.ErrNewer)
	}
	for _, m := range Migrations(d) {
		if m.Version <= was {
			continue
		}
		for _, statement := range m.Statements() {
			if _, err := c.Exec(ctx, statement); err != nil {
				return fmt.Errorf("migration %d (%s): %w", m.Version, m.Name, err)
			}
		}
		if _, err := c.Exec(ctx, insertVersion, m.Version, m.Name, now); err != nil {
			return err
		}
	}
	return nil
}

// Check sees that the schema is the one to work with, for a host that applies
// Migrations itself. The errors are storage.ErrNewer and storage.ErrOlder; a database
// without any schema is the store's own error.
func Check(ctx context.Context, c Conn) error {
	is, err := schemaOf(ctx, c)
	switch {
	case err != nil:
		return err
	case is > Version():
		return fmt.Errorf("schema %d, not %d: %w", is, Version(), storage.ErrNewer)
	case is < Version():
		return fmt.Errorf("schema %d, not %d: %w", is, Version(), storage.ErrOlder)
	}
	return nil
}

func schemaOf(ctx context.Context, c Conn) (version int, err error) {
	_, err = one(ctx, c, latestVersion, nil, &version)
	return version, err
}
