package tables

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/extflow/extflow/extension"
)

// SpelledSQL reads a page of those whose spelling begins with some keys: after $3 and $4,
// the last of the page before.
const SpelledSQL = `SELECT s.spelled, s.agent, a.extension, a.doc FROM extflow_spellings s
	JOIN extflow_agents a ON a.account = s.account AND a.agent = s.agent
	WHERE s.account = $1 AND s.spelled <= $2 AND (s.spelled, s.agent) > ($3, $4) ORDER BY s.spelled, s.agent LIMIT $5`

const (
	deleteSpellings = `DELETE FROM extflow_spellings WHERE account = $1 AND agent = $2`
	insertSpelling  = `INSERT INTO extflow_spellings (account, agent, spelled) VALUES ($1, $2, $3)`
)

// furthest makes of keys the last of all spellings that begin with them.
var furthest = strings.Repeat("9", extension.MaxSpelling)

// Spelled reads no more than it needs: an agent may be there by several spellings, so a
// page has room for twice as many as are wanted, and mostly it is one page.
func (s *directory) Spelled(ctx context.Context, account, keys string, n int) (found []extension.Listing, err error) {
	err = s.View(ctx, func(c Conn) error {
		found = nil
		if err := (*Store)(s).exists(ctx, c, account); err != nil || n <= 0 || !extension.IsSpelling(keys) {
			return err
		}
		seen := map[string]bool{}
		after, at := keys, ""
		for rows, most := 0, min(2*n, page); len(found) < n; rows = 0 {
			err := each(ctx, c, SpelledSQL, []any{account, keys + furthest, after, at, most}, func(scan func(...any) error) error {
				var ext, doc string
				rows++
				if err := scan(&after, &at, &ext, &doc); err != nil || seen[at] || len(found) == n {
					return err
				}
				a, err := listed(at, ext, doc, after)
				if seen[at] = a != nil; a != nil {
					found = append(found, *a)
				}
				return err
			})
			if err != nil || rows < most {
				return err
			}
		}
		return nil
	})
	return found, err
}

// listed is the agent of a row, or nil where it is spelled so no more.
func listed(id, ext, doc, spelled string) (*extension.Listing, error) {
	var a extension.Agent
	if err := json.Unmarshal([]byte(doc), &a); err != nil {
		return nil, err
	}
	if _, is := slices.BinarySearch(a.Spellings(), spelled); !is {
		return nil, nil
	}
	a.ID, a.Extension = id, ext
	l := a.Listing()
	return &l, nil
}

// spell writes how the name of an agent is keyed who is listed. Who stays listed is
// written anew in any case: an older version may have changed the name.
func (s *staff) spell(ctx context.Context, was, a extension.Agent, there bool) error {
	if there && !was.Listed && !a.Listed {
		return nil
	}
	if _, err := s.Exec(ctx, deleteSpellings, s.account, a.ID); err != nil {
		return err
	}
	for _, keys := range a.Spellings() {
		if _, err := s.Exec(ctx, insertSpelling, s.account, a.ID, keys); err != nil {
			return err
		}
	}
	return nil
}
