package storagetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

func mailboxes() []promise {
	return []promise{
		{"a message is pending from the moment its recording starts", func(h *house) {
			h.records("c1")
			h.same([]storage.Message{{
				Mailbox: "team", Call: "c1", From: caller, To: line, At: h.at, Carrier: "sim", State: storage.Pending,
			}}, h.messages("team"))
		}},
		{"a recording completes its message", func(h *house) {
			h.leaves("c1")
			m := h.messages("team")[0]
			require.Equal(h, storage.Left, m.State)
			require.Equal(h, "REc1", m.Ref)
			require.Equal(h, 7*time.Second, m.Length)
			require.False(h, m.Read)
		}},
		{"a recording that comes after the call completes its message", func(h *house) {
			c := h.records("c1")
			h.happens(&c, hungUp)
			require.Equal(h, storage.Pending, h.messages("team")[0].State)
			h.happens(&c, flow.What{Kind: flow.Recorded, Ref: "RE1", Length: 7 * time.Second})
			require.Equal(h, storage.Left, h.messages("team")[0].State)
			require.Len(h, h.messages("team"), 1)
		}},
		{"a recording that is too short is no message", func(h *house) {
			c := h.records("c1")
			h.happens(&c, flow.What{Kind: flow.Recorded, Ref: "RE1", Length: time.Second})
			require.Empty(h, h.messages("team"))
		}},
		{"a recording that never comes is lost, and stays to be seen", func(h *house) {
			h.ago(time.Hour)
			c := h.records("c1")
			h.happens(&c, hungUp)
			h.at = h.at.Add(20 * time.Minute)
			h.happens(&c, flow.What{Kind: flow.Woke, Clock: flow.LifeClock})
			require.Equal(h, storage.Lost, h.messages("team")[0].State)
		}},
		{"messages are listed, the newest first, each in its own mailbox", func(h *house) {
			h.leaves("c2")
			h.leaves("c1")
			h.records("c3")
			require.Equal(h, []string{"c3", "c1", "c2"}, h.from("team"))
			require.Empty(h, h.from("ada"))
		}},
		{"a message is marked as read, and as unread", func(h *house) {
			h.leaves("c1")
			for _, read := range []bool{true, false} {
				require.NoError(h, h.store.Mailboxes().Mark(h.ctx, acme, "team", "c1", read))
				require.Equal(h, read, h.messages("team")[0].Read)
			}
		}},
		{"a message that is forwarded is in the other mailbox, unread", func(h *house) {
			h.leaves("c1")
			require.NoError(h, h.store.Mailboxes().Mark(h.ctx, acme, "team", "c1", true))
			require.NoError(h, h.store.Mailboxes().Forward(h.ctx, acme, "team", "c1", "ada"))
			require.Empty(h, h.messages("team"))
			m := h.messages("ada")
			require.Len(h, m, 1)
			require.Equal(h, "ada", m[0].Mailbox)
			require.False(h, m[0].Read)
		}},
		{"a recording finds its message where it was forwarded to", func(h *house) {
			c := h.records("c1")
			require.NoError(h, h.store.Mailboxes().Forward(h.ctx, acme, "team", "c1", "ada"))
			h.happens(&c, flow.What{Kind: flow.Recorded, Ref: "RE1", Length: 7 * time.Second})
			require.Empty(h, h.messages("team"))
			require.Equal(h, storage.Left, h.messages("ada")[0].State)
		}},
		{"a message that is deleted is gone", func(h *house) {
			h.leaves("c1")
			h.leaves("c2")
			require.NoError(h, h.store.Mailboxes().Delete(h.ctx, acme, "team", "c1"))
			require.Equal(h, []string{"c2"}, h.from("team"))
		}},
		{"a mailbox knows how many messages it has, and how many are unread", func(h *house) {
			require.Zero(h, h.count("team"))
			h.leaves("c1")
			h.leaves("c2")
			h.records("c3") // pending
			require.Equal(h, storage.Count{Messages: 3, Unread: 2}, h.count("team"))
			boxes := h.store.Mailboxes()
			for range 2 {
				require.NoError(h, boxes.Mark(h.ctx, acme, "team", "c1", true))
			}
			require.Equal(h, storage.Count{Messages: 3, Unread: 1}, h.count("team"))
			require.NoError(h, boxes.Forward(h.ctx, acme, "team", "c1", "ada"))
			require.NoError(h, boxes.Delete(h.ctx, acme, "team", "c2"))
			require.Equal(h, storage.Count{Messages: 1}, h.count("team"))
			require.Equal(h, storage.Count{Messages: 1, Unread: 1}, h.count("ada"))
		}},
		{"what people do with a message is in the feed", func(h *house) {
			h.leaves("c1")
			boxes := h.store.Mailboxes()
			for range 2 { // read twice is read once
				require.NoError(h, boxes.Mark(h.ctx, acme, "team", "c1", true))
			}
			require.NoError(h, boxes.Forward(h.ctx, acme, "team", "c1", "ada"))
			require.NoError(h, boxes.Delete(h.ctx, acme, "ada", "c1"))
			feed, err := h.store.Feed().After(h.ctx, acme, 0, 1000)
			require.NoError(h, err)
			var posts []flow.Post
			for _, e := range feed {
				if e.Seq == 0 {
					require.Equal(h, h.key("c1"), e.Call)
					posts = append(posts, e.Post)
				}
			}
			require.Equal(h, []flow.Post{
				{Kind: flow.PostMessageMarked, Mailbox: "team"},
				{Kind: flow.PostMessageForwarded, Mailbox: "ada"},
				{Kind: flow.PostMessageDeleted, Mailbox: "ada", Ref: "REc1", Carrier: "sim", Length: 7 * time.Second},
			}, posts)
		}},
		{"a recording that was taken from the carrier stays so, wherever its message goes", func(h *house) {
			h.leaves("c1")
			boxes := h.store.Mailboxes()
			require.NoError(h, boxes.Keep(h.ctx, acme, "c1"))
			require.NoError(h, boxes.Forward(h.ctx, acme, "team", "c1", "ada"))
			require.True(h, h.messages("ada")[0].Kept)
			require.ErrorIs(h, boxes.Keep(h.ctx, acme, "c2"), storage.ErrNotFound)
			require.ErrorIs(h, boxes.Keep(h.ctx, globex, "c1"), storage.ErrNotFound)
		}},
		{"a message is found by its account, mailbox and call", func(h *house) {
			h.leaves("c1")
			boxes := h.store.Mailboxes()
			m, err := boxes.Message(h.ctx, acme, "team", "c1")
			require.NoError(h, err)
			h.same(h.messages("team")[0], m)
			for _, k := range []struct{ account, box, call string }{
				{acme, "ada", "c1"}, {acme, "team", "c2"}, {globex, "team", "c1"}, {globex, "ada", "c3"},
			} {
				_, err := boxes.Message(h.ctx, k.account, k.box, k.call)
				require.ErrorIs(h, err, storage.ErrNotFound, "%v", k)
				require.ErrorIs(h, boxes.Mark(h.ctx, k.account, k.box, k.call, true), storage.ErrNotFound, "%v", k)
				require.ErrorIs(h, boxes.Forward(h.ctx, k.account, k.box, k.call, "grace"), storage.ErrNotFound, "%v", k)
				require.ErrorIs(h, boxes.Delete(h.ctx, k.account, k.box, k.call), storage.ErrNotFound, "%v", k)
			}
			require.Len(h, h.messages("team"), 1)
		}},
	}
}

// wording are the promises about messages that are put into words.
func wording() []promise {
	const words = "Please call me back. – Café, 3 o'clock"
	posted := func(h *house) (kinds []flow.PostKind) {
		entries, err := h.store.Feed().After(h.ctx, h.account, 0, 1000)
		require.NoError(h, err)
		for _, e := range entries {
			if e.Post.Kind == flow.PostMessageTranscribed {
				require.Equal(h, "c1", e.Call.ID)
				kinds = append(kinds, e.Post.Kind)
			}
		}
		return kinds
	}
	transcribe := func(h *house, ref, words string) error {
		return h.store.Mailboxes().Transcribe(h.ctx, h.account, "c1", ref, words)
	}
	return []promise{
		{"a message is put into words, once, wherever it was forwarded to", func(h *house) {
			h.leaves("c1")
			require.NoError(h, h.store.Mailboxes().Forward(h.ctx, acme, "team", "c1", "ada"))
			for _, said := range []string{"", words, words, "Something else."} {
				require.NoError(h, transcribe(h, "REc1", said))
			}
			require.Equal(h, words, h.messages("ada")[0].Words)
			require.Len(h, posted(h), 1)
		}},
		{"words that come before the recording stay, and those of another recording are not the message's", func(h *house) {
			c := h.records("c1")
			require.NoError(h, transcribe(h, "RE1", words))
			h.happens(&c, flow.What{Kind: flow.Recorded, Ref: "RE1", Length: 7 * time.Second})
			require.Equal(h, words, h.messages("team")[0].Words)
			require.Equal(h, storage.Left, h.messages("team")[0].State)
			h.leaves("c2")
			require.NoError(h, h.store.Mailboxes().Transcribe(h.ctx, acme, "c2", "REc1", words))
			m, err := h.store.Mailboxes().Message(h.ctx, acme, "team", "c2")
			require.NoError(h, err)
			require.Empty(h, m.Words)
		}},
		{"words of a message that is not there make none, nor do they reach another account's", func(h *house) {
			require.ErrorIs(h, transcribe(h, "REc1", words), storage.ErrNotFound)
			h.leaves("c1")
			require.ErrorIs(h, h.store.Mailboxes().Transcribe(h.ctx, "globex", "c1", "REc1", words), storage.ErrNotFound)
			require.NoError(h, h.store.Mailboxes().Delete(h.ctx, acme, "team", "c1"))
			require.ErrorIs(h, transcribe(h, "REc1", words), storage.ErrNotFound)
			require.Empty(h, h.messages("team"))
			require.Empty(h, posted(h))
		}},
	}
}

// leaves is a new call that leaves a message of seven seconds in the mailbox team.
func (h *house) leaves(id string) {
	h.Helper()
	c := h.records(id)
	h.happens(&c, flow.What{Kind: flow.Recorded, Ref: "RE" + id, Length: 7 * time.Second})
}

func (h *house) messages(box string) []storage.Message {
	h.Helper()
	m, err := h.store.Mailboxes().Messages(h.ctx, h.account, box)
	require.NoError(h, err)
	return m
}

// from are the calls whose messages are in a mailbox.
func (h *house) from(box string) (calls []string) {
	h.Helper()
	for _, m := range h.messages(box) {
		calls = append(calls, m.Call)
	}
	return calls
}

func (h *house) count(box string) storage.Count {
	h.Helper()
	c, err := h.store.Mailboxes().Count(h.ctx, h.account, box)
	require.NoError(h, err)
	return c
}
