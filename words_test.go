package extflow_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
)

// scribe is an account whose mailbox is put into words, on a simulated carrier, and one
// with the same that is another's.
func scribe(t *testing.T, log *slog.Logger) (*sim.Carrier, *extflow.Engine, storage.Store) {
	carrier := sim.New(sim.Config{})
	store := memory.New(memory.Config{Now: carrier.Now})
	engine, err := extflow.New(extflow.Config{Store: store, Carriers: map[string]adapter.Carrier{"sim": carrier}, Logger: log, Deadline: time.Minute})
	require.NoError(t, err)
	carrier.Attach(engine)
	carrier.Drive(engine)
	for account, line := range map[string]number.E164{"acme": mainLine, "globex": "+12025550200"} {
		_, err := extflow.Install(t.Context(), store, extflow.Setup{
			Account: account, Settings: flow.Settings{Mailboxes: map[string]flow.Mailbox{"team": {Transcribe: true}}},
			Numbers: []number.Assignment{{Number: line, Entry: "voicemail team"}},
		}, carrier.Now())
		require.NoError(t, err)
	}
	return carrier, engine, store
}

// leaves is a caller who says something for three seconds, and the call.
func leaves(t *testing.T, carrier *sim.Carrier, words string) flow.Key {
	phone, err := carrier.Dial(t.Context(), string(alice), string(mainLine), sim.Options{})
	require.NoError(t, err)
	require.NoError(t, phone.Say(t.Context(), words, 3*time.Second))
	require.NoError(t, carrier.Wait(t.Context(), 3*time.Second))
	require.NoError(t, phone.HangUp(t.Context()))
	require.NoError(t, carrier.Wait(t.Context(), 3*time.Second))
	return phone.View().Call
}

func TestWords_areKeptWithTheMessageAndInNoLogAndNoTurn(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	carrier, _, store := scribe(t, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	call := leaves(t, carrier, "My card is 4929 1234.")
	require.NoError(t, carrier.Wait(t.Context(), time.Minute))
	m, err := store.Mailboxes().Message(t.Context(), "acme", "team", call.ID)
	require.NoError(t, err)
	require.Equal(t, "My card is 4929 1234.", m.Words)
	turns, err := store.Calls().Turns(t.Context(), call, 0)
	require.NoError(t, err)
	for _, turn := range turns {
		require.NotContains(t, turn.Event.Entry, "card")
	}
	require.NotEmpty(t, log.String())
	require.NotContains(t, log.String(), "4929")
	entries, err := store.Feed().After(t.Context(), "acme", 0, 100)
	require.NoError(t, err)
	require.Equal(t, flow.PostMessageTranscribed, entries[len(entries)-1].Post.Kind)
}

func TestWords_thatComeWhenTheMessageIsGoneMakeNone(t *testing.T) {
	t.Parallel()
	carrier, engine, store := scribe(t, nil)
	call := leaves(t, carrier, "Never mind.")
	require.NoError(t, store.Mailboxes().Delete(t.Context(), "acme", "team", call.ID))
	require.NoError(t, carrier.Wait(t.Context(), time.Minute))
	for _, k := range []flow.Key{call, {Account: "globex", ID: call.ID}, {Account: "nobody", ID: call.ID}} {
		turn, err := engine.Handle(t.Context(), flow.Event{Call: k, What: flow.What{Kind: flow.Transcribed, Entry: "Never mind."}})
		require.NoError(t, err, "the carrier is not to tell it again")
		require.NotEqual(t, flow.SafeSeq, turn.Seq)
	}
	for _, account := range []string{"acme", "globex"} {
		messages, err := store.Mailboxes().Messages(t.Context(), account, "team")
		require.NoError(t, err)
		require.Empty(t, messages)
	}
}

func TestWords_areOnOneLineAndNoMoreThanIsKept(t *testing.T) {
	t.Parallel()
	carrier, engine, store := scribe(t, nil)
	call := leaves(t, carrier, "")
	said := " Hello,\r\n\x1b[31m there\xff. " + strings.Repeat("é", 100_000)
	_, err := engine.Handle(t.Context(), flow.Event{Call: call, What: flow.What{Kind: flow.Transcribed, Entry: said}})
	require.NoError(t, err)
	m, err := store.Mailboxes().Message(t.Context(), "acme", "team", call.ID)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(m.Words, "Hello, [31m there. é"), m.Words[:40])
	require.Less(t, len(m.Words), 100_001)
}

func TestWords_thatCannotBeStoredAreAskedForAgain(t *testing.T) {
	t.Parallel()
	carrier, _, store := scribe(t, nil)
	call := leaves(t, carrier, "")
	broken := &flaky{Store: store}
	broken.fails.Store(1)
	engine, err := extflow.New(extflow.Config{Store: broken, Carriers: map[string]adapter.Carrier{"sim": carrier}, Deadline: time.Minute})
	require.NoError(t, err)
	turn, err := engine.Handle(t.Context(), flow.Event{Call: call, What: flow.What{Kind: flow.Transcribed, Entry: "Hello."}})
	require.Error(t, err)
	require.Equal(t, flow.SafeSeq, turn.Seq)
}
