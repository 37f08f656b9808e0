package storagetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
)

func subjects() []promise {
	return []promise{
		{"all that an account holds about a number is exported, and nothing of others", func(h *house) {
			h.someoneElse("other")
			h.subject()
			s, err := h.store.Subjects().Export(h.ctx, acme, caller)
			require.NoError(h, err)
			require.Equal(h, caller, s.Number)
			require.Len(h, s.Calls, 2)
			for i, id := range []string{"c1", "c3"} {
				require.Equal(h, h.key(id), s.Calls[i].Call.Key)
				require.Equal(h, h.turns(id), s.Calls[i].Turns)
				require.NotEmpty(h, s.Calls[i].Entries)
			}
			require.Len(h, s.Messages, 1)
			require.Equal(h, "RE3", s.Messages[0].Ref)
			require.Equal(h, []string{"guess " + string(caller)}, s.Keys)
			text, err := json.Marshal(s)
			require.NoError(h, err)
			require.NotContains(h, string(text), string(somebody))
		}},
		{"what is erased is gone everywhere, and its messages are posted as deleted", func(h *house) {
			h.someoneElse("other")
			h.subject()
			gone, err := h.store.Subjects().Erase(h.ctx, acme, caller)
			require.NoError(h, err)
			require.Equal(h, storage.Erased{Calls: 2, Messages: 1, Keys: 1}, gone)
			require.NotContains(h, h.snapshot(), string(caller))
			require.Equal(h, []string{"other"}, h.list(storage.Query{}))
			require.Empty(h, h.turns("c1"))
			entries := h.feed(0, 100)
			last := entries[len(entries)-1]
			require.Equal(h, []any{"c3", flow.PostMessageDeleted, "RE3", "sim"}, []any{last.Call.ID, last.Post.Kind, last.Post.Ref, last.Post.Carrier})
			s, err := h.store.Subjects().Export(h.ctx, acme, caller)
			require.NoError(h, err)
			require.Empty(h, s.Calls)
			require.Empty(h, s.Messages)
			require.Empty(h, s.Keys)
			again, err := h.store.Subjects().Erase(h.ctx, acme, caller)
			require.NoError(h, err)
			require.Zero(h, again)
		}},
		{"a recording that was no message is posted as deleted too: whoever deletes those may not have come to it", func(h *house) {
			c := h.records("c1")
			h.happens(&c, flow.What{Kind: flow.Recorded, Ref: "RE1", Length: time.Second})
			h.happens(&c, hungUp)
			gone, err := h.store.Subjects().Erase(h.ctx, acme, caller)
			require.NoError(h, err)
			require.Equal(h, storage.Erased{Calls: 1}, gone)
			entries := h.feed(0, 100)
			require.Len(h, entries, 1)
			require.Equal(h, flow.Post{Kind: flow.PostMessageDeleted, Mailbox: "team", Ref: "RE1", Carrier: "sim"}, entries[0].Post)
		}},
		{"a number whose call is under way is not erased, nor half of it", func(h *house) {
			h.subject()
			h.arrives("live")
			before := h.snapshot()
			_, err := h.store.Subjects().Erase(h.ctx, acme, caller)
			var live *storage.LiveError
			require.ErrorAs(h, err, &live)
			require.Equal(h, []string{"live"}, live.Calls)
			require.Equal(h, before, h.snapshot())
		}},
		{"others who call and hang up meanwhile lose nothing by it", func(h *house) {
			h.subject()
			arrive, leave := make([]storage.Change, 16), make([]storage.Change, 16)
			for i := range arrive {
				start := h.start(fmt.Sprint("other", i), "flow desk")
				start.From = somebody
				arrive[i] = h.draft(flow.Call{}, flow.What{Kind: flow.Arrived, Start: start})
				leave[i] = h.draft(arrive[i].Now, hungUp)
			}
			var all sync.WaitGroup
			errs := make([]error, len(arrive))
			for i := range arrive {
				all.Go(func() { errs[i] = errors.Join(h.try(arrive[i]), h.try(leave[i])) })
			}
			_, exported := h.store.Subjects().Export(h.ctx, acme, caller)
			gone, err := h.store.Subjects().Erase(h.ctx, acme, caller)
			all.Wait()
			require.NoError(h, errors.Join(append(errs, exported, err)...))
			require.Equal(h, storage.Erased{Calls: 2, Messages: 1, Keys: 1}, gone)
			require.Len(h, h.list(storage.Query{}), len(arrive))
			for i, entry := range h.feed(0, 100) {
				require.NotEqual(h, "c1", entry.Call.ID, i)
			}
			require.Len(h, h.turns("other3"), 2)
		}},
		{"whoever forwarded a call is found in it", func(h *house) {
			start := h.start("f1", "flow desk")
			start.From, start.ForwardedFrom = somebody, caller
			change := h.draft(flow.Call{}, flow.What{Kind: flow.Arrived, Start: start})
			h.stores(change)
			c := change.Now
			h.happens(&c, hungUp)
			gone, err := h.store.Subjects().Erase(h.ctx, acme, caller)
			require.NoError(h, err)
			require.Equal(h, storage.Erased{Calls: 1}, gone)
			require.Empty(h, h.list(storage.Query{}))
		}},
		{"a carrier that repeats the number called forwarded nothing", func(h *house) {
			start := h.start("f1", "flow desk")
			start.ForwardedFrom = line
			h.stores(h.draft(flow.Call{}, flow.What{Kind: flow.Arrived, Start: start}))
			gone, err := h.store.Subjects().Erase(h.ctx, acme, line)
			require.NoError(h, err)
			require.Zero(h, gone)
		}},
		{"an account that is not there, and no number, hold nothing", func(h *house) {
			h.subject()
			for account, n := range map[string]number.E164{"initech": caller, acme: ""} {
				s, err := h.store.Subjects().Export(h.ctx, account, n)
				require.NoError(h, err)
				require.Empty(h, s.Calls)
				gone, err := h.store.Subjects().Erase(h.ctx, account, n)
				require.NoError(h, err)
				require.Zero(h, gone)
			}
		}},
	}
}

// somebody is another caller.
const somebody = number.E164("+14155550177")

// subject is a caller's two finished calls, one with a message, and a wrong entry.
func (h *house) subject() {
	h.Helper()
	c1 := h.arrives("c1")
	h.happens(&c1, hungUp)
	c3 := h.records("c3")
	h.happens(&c3, flow.What{Kind: flow.Recorded, Ref: "RE3", Length: 5 * time.Second})
	h.happens(&c3, hungUp)
	h.spend("guess "+string(caller), 1, 3, time.Hour)
	h.spend("guess "+string(caller)+"0", 1, 3, time.Hour) // another's
}

func (h *house) someoneElse(id string) {
	h.Helper()
	start := h.start(id, "flow desk")
	start.From = somebody
	change := h.draft(flow.Call{}, flow.What{Kind: flow.Arrived, Start: start})
	h.stores(change)
	c := change.Now
	h.happens(&c, hungUp)
	h.spend("guess "+string(somebody), 1, 3, time.Hour)
}
