package console_test

import (
	"context"
	"errors"
	"html"
	"iter"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/examples/server/console"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/storage"
)

// ill is a store that ails of one thing.
type ill struct {
	storage.Store
	latest func(flow.Release, error) (flow.Release, error)
	now    func(time.Time) (time.Time, error)
	next   func(time.Time) (time.Time, bool, error)
	call   func(*flow.Call)
	full   bool

	publish error // of every release
}

func (s *ill) Releases() storage.Releases   { return illReleases{s.Store.Releases(), s} }
func (s *ill) Agenda() storage.Agenda       { return illAgenda{s.Store.Agenda(), s} }
func (s *ill) Calls() storage.Calls         { return illCalls{s.Store.Calls(), s} }
func (s *ill) Mailboxes() storage.Mailboxes { return illMailboxes{s.Store.Mailboxes(), s} }

type illReleases struct {
	storage.Releases
	*ill
}

func (r illReleases) Latest(ctx context.Context, account string) (flow.Release, error) {
	rel, err := r.Releases.Latest(ctx, account)
	if r.latest != nil {
		return r.latest(rel, err)
	}
	return rel, err
}

func (r illReleases) Publish(ctx context.Context, rel flow.Release) error {
	if r.publish != nil {
		return r.publish
	}
	return r.Releases.Publish(ctx, rel)
}

type illAgenda struct {
	storage.Agenda
	*ill
}

func (a illAgenda) Now(ctx context.Context) (time.Time, error) {
	now, err := a.Agenda.Now(ctx)
	if a.now != nil {
		return a.now(now)
	}
	return now, err
}

func (a illAgenda) Next(ctx context.Context) (time.Time, bool, error) {
	if a.next != nil {
		now, _ := a.Agenda.Now(ctx)
		return a.next(now)
	}
	return a.Agenda.Next(ctx)
}

type illCalls struct {
	storage.Calls
	*ill
}

func (c illCalls) List(ctx context.Context, account string, q storage.Query) iter.Seq2[flow.Call, error] {
	return func(yield func(flow.Call, error) bool) {
		for call, err := range c.Calls.List(ctx, account, q) {
			for range 200 {
				if c.ill.call == nil {
					break
				}
				if c.ill.call(&call); !yield(call, err) {
					return
				}
			}
			if c.ill.call == nil && !yield(call, err) {
				return
			}
		}
	}
}

type illMailboxes struct {
	storage.Mailboxes
	*ill
}

func (m illMailboxes) Count(ctx context.Context, account, mailbox string) (storage.Count, error) {
	if m.full {
		return storage.Count{Messages: 1000}, nil
	}
	return m.Mailboxes.Count(ctx, account, mailbox)
}

var signs = regexp.MustCompile(`<span class="tag (good|bad)">[^<]*</span></span><span><strong>([^<]*)</strong> ([^<]*)</span>`)

// Whatever ails is a red line that says what to do, and the lines beside it stay green; what is
// copied into a report names nobody.
func TestPages_healthSaysWhatToDoAboutEachThingThatAils(t *testing.T) {
	t.Parallel()
	s := newSite(t, strings.Replace(string(account.Sample()), "mailboxes:\n", "mailboxes:\n  max.mustermann: {owner: linus, max_messages: 5}\n", 1))
	require.NoError(t, s.sim.Store.Queues().SetMembers(t.Context(), "acme", "support", nil))
	_, err := s.sim.Carrier.Dial(t.Context(), "+14155550100", "+12025550100", sim.Options{}) // under way
	require.NoError(t, err)
	shown := func(change func(*console.Config)) (page, report string, red map[string]string) {
		other := &site{TB: t, sim: s.sim, base: s.another(func(c *console.Config) { change(c) })}
		page = html.UnescapeString(string(other.fetch("health")))
		red = map[string]string{}
		for _, m := range signs.FindAllStringSubmatch(page, -1) {
			if m[1] == "bad" {
				if m[2] == "Store" && strings.Contains(m[3], "Look for long queries") {
					continue // this machine is busy
				}
				red[m[2]] = m[3]
			}
		}
		return page, page[strings.Index(page, `id="report"`):], red
	}
	with := func(is *ill) func(*console.Config) {
		return func(c *console.Config) { is.Store, c.Store = c.Store, is }
	}
	_, _, red := shown(func(*console.Config) {})
	require.Len(t, red, 1)
	require.Contains(t, red["Queue support"], "Add members on its page.")
	require.NoError(t, s.sim.Store.Queues().SetMembers(t.Context(), "acme", "support", []string{"ada"}))
	page, _, red := shown(func(*console.Config) {})
	require.Empty(t, red)
	require.Contains(t, page, "All is well.")

	down := errors.New("dial tcp 10.0.0.7: connection refused")
	for _, one := range []struct {
		name, says string
		change     func(*console.Config)
	}{
		{"Store", "See that the database runs and can be reached.", with(&ill{latest: func(flow.Release, error) (flow.Release, error) { return flow.Release{}, down }})},
		{"Timers", "See that the database runs", with(&ill{now: func(time.Time) (time.Time, error) { return time.Time{}, down }})},
		{"Timers", "See that the engine runs (Engine.Run)", with(&ill{next: func(now time.Time) (time.Time, bool, error) { return now.Add(-time.Minute), true, nil }})},
		{"Timers", "See that the database runs", with(&ill{next: func(time.Time) (time.Time, bool, error) { return time.Time{}, false, down }})},
		{"Clock", "Set both by NTP.", with(&ill{now: func(now time.Time) (time.Time, error) { return now.Add(-time.Hour), nil }})},
		{"Commands to deliver", "See whether the carrier can be reached.", with(&ill{call: func(c *flow.Call) { c.Owed = true }})},
		{"Schema", "start that one here, too.", with(&ill{latest: func(r flow.Release, err error) (flow.Release, error) { r.Schema = flow.Schema + 1; return r, err }})},
		{"Mailbox max.mustermann", "Delete some, or raise max_messages.", with(&ill{full: true})},
		{"Feed to webhook", "See that it answers.", func(c *console.Config) {
			c.Health = func(context.Context) []console.Sign {
				return []console.Sign{{Name: "Feed to webhook", Text: `nothing is taken: Post "https://crm.example.com/?key=secret": 502 for ada@example.com and +1 (415) 555-0100. See that it answers.`}}
			}
		}},
	} {
		page, report, red := shown(one.change)
		require.Contains(t, red[one.name], one.says, "%v", red)
		require.Len(t, red, 1, "nothing else ails: %v", red)
		require.Contains(t, page, "to look at: each says what to do.")
		for _, private := range []string{"mustermann", "secret", "crm.example", "ada@", "555"} {
			require.NotContains(t, report, private)
		}
		require.Contains(t, report, "LOOK")
	}
}
