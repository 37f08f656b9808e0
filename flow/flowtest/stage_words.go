package flowtest

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// What messages say in words, where their carrier has put them into words.

// Words are what a message says.
type Words struct{ Mailbox, Say string }

// speaks reports whether the act is a caller who speaks.
func (a Act) speaks() bool { return a.Does == Speaks || a.Does == Tells }

// says are the messages whose words came since it was asked last.
func (st *stage) says(ctx context.Context) ([]answer, error) {
	if len(transcribing(st.script.doc.Settings)) == 0 {
		return nil, nil
	}
	if err := st.watch(ctx); err != nil {
		return nil, err
	}
	all, err := st.exchange.Words(ctx)
	var out []answer
	for _, call := range slices.Sorted(maps.Keys(all)) {
		if st.inWords[call] {
			continue
		}
		st.inWords[call] = true
		who := st.first
		if i := slices.IndexFunc(st.watched, func(w *watched) bool { return w.key.ID == call }); i >= 0 {
			who = st.watched[i].name
		}
		text := st.named(who) + "voicemail to " + all[call].Mailbox + " says " + strconv.Quote(all[call].Say)
		out = append(out, answer{st.lines.Now(), overheard, text})
	}
	return out, err
}

// transcribing are the mailboxes whose messages are put into words.
func transcribing(s flow.Settings) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(s.Mailboxes)) {
		if s.Mailboxes[name].Transcribe {
			names = append(names, name)
		}
	}
	return names
}

// Words are those that the store has.
func (e engined) Words(ctx context.Context) (map[string]Words, error) {
	return WordsIn(ctx, e.store, e.account)
}

// WordsIn are the words of messages in a store: an Exchange's Words. The error is the
// store's.
func WordsIn(ctx context.Context, store storage.Store, account string) (map[string]Words, error) {
	release, err := store.Releases().Latest(ctx, account)
	if err != nil {
		return nil, err
	}
	all := map[string]Words{}
	for _, name := range transcribing(release.Settings) {
		messages, err := store.Mailboxes().Messages(ctx, account, name)
		if err != nil {
			return nil, err
		}
		for _, m := range messages {
			if m.Words != "" {
				all[m.Call] = Words{name, m.Words}
			}
		}
	}
	return all, nil
}

// Words are those that came for messages that are there.
func (c *core) Words(context.Context) (map[string]Words, error) { return c.words, nil }

// transcribed keeps the words of a message that is there and has none.
func (c *core) transcribed(e flow.Event) {
	for name, calls := range c.boxes {
		if _, has := c.words[e.Call.ID]; calls[e.Call.ID] && !has {
			c.words[e.Call.ID] = Words{name, e.Entry}
		}
	}
}
