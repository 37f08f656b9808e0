package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/examples/server/setup"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/storage"
)

// document reads the account document that the server is started with.
func (s *settings) document() (text []byte, doc *account.Document, from string, err error) {
	from = "the sample account"
	text = account.Sample()
	if s.config != "" {
		from = s.config
		if text, err = os.ReadFile(s.config); err != nil {
			return nil, nil, from, fmt.Errorf("-config: %w", err)
		}
	}
	if doc, err = account.Parse(text); err != nil {
		return nil, nil, from, fmt.Errorf("%s has faults:\n%w", from, err)
	}
	return text, doc, from, nil
}

// seed puts the document's account into a store that does not have it. One that
// has it already is compared, and changed only where apply says so.
func (s *settings) seed(ctx context.Context, store storage.Store, out io.Writer) (id string, err error) {
	text, doc, from, err := s.document()
	if err != nil {
		return "", err
	}
	now, err := store.Agenda().Now(ctx)
	if err != nil {
		return "", err
	}
	if files := doc.Settings.Files(); len(files) > 0 {
		if _, err := store.Accounts().Load(ctx, doc.Account); errors.Is(err, storage.ErrNotFound) {
			return "", fmt.Errorf("%s plays uploaded audio (%s), and a new account has none; start without it, upload it, then apply the document", from, strings.Join(files, ", "))
		}
	}
	_, err = extflow.Install(ctx, store, extflow.Setup(*doc), now)
	switch {
	case err == nil:
		fmt.Fprintf(out, "account %s: made from %s, with %s and %s\n", doc.Account, from, counted(len(doc.Agents), "agent"), counted(len(doc.Numbers), "number"))
		return doc.Account, nil
	case !errors.Is(err, extflow.ErrExists):
		return "", err
	}
	return doc.Account, s.compare(ctx, store, text, doc, from, out)
}

// compare tells how a store and the document differ, and applies the document
// where that is asked for.
func (s *settings) compare(ctx context.Context, store storage.Store, text []byte, doc *account.Document, from string, out io.Writer) error {
	st, err := setup.Read(ctx, store, doc.Account)
	if err != nil {
		return err
	}
	open := setup.Open(text)
	differences, err := setup.Compare(st.Document, *doc, open)
	if err != nil {
		return err
	}
	switch {
	case len(differences) == 0:
		fmt.Fprintf(out, "account %s: as %s says\n", doc.Account, from)
		return nil
	case !s.apply:
		fmt.Fprintf(out, "account %s: differs from %s; nothing was changed, -apply makes it what the document says. POST the document to /api/v1/document/check to see both sides of:\n", doc.Account, from)
		for _, d := range differences {
			fmt.Fprintf(out, "  %s\n", d.Path)
		}
		return nil
	}
	done, err := setup.Apply(ctx, store, st, *doc, open, "applied at start")
	for _, line := range done {
		fmt.Fprintf(out, "account %s: %s\n", doc.Account, line)
	}
	return err
}

// notice says what goes otherwise than the account says, with these carriers.
func (s *server) notice(ctx context.Context, carriers map[string]adapter.Carrier) error {
	st, err := setup.Read(ctx, s.store, s.account)
	if err != nil {
		return err
	}
	for _, n := range extflow.Notices(extflow.Setup(st.Document), carriers) {
		fmt.Fprintf(s.out, "account %s: note: %s\n", s.account, n)
	}
	return nil
}

// counted is so many of a thing, in words.
func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
