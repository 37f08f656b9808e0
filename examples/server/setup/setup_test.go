package setup_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/examples/server/setup"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
)

// installed is a store with the sample account, and that account as a document.
func installed(t *testing.T) (*memory.Store, account.Document) {
	t.Helper()
	s := memory.New(memory.Config{})
	doc := parsed(t, string(account.Sample()))
	_, err := extflow.Install(t.Context(), s, extflow.Setup(doc), time.Now())
	require.NoError(t, err)
	return s, doc
}

func parsed(t *testing.T, text string) account.Document {
	t.Helper()
	doc, err := account.Parse([]byte(text))
	require.NoError(t, err)
	return *doc
}

func read(t *testing.T, s storage.Store) setup.State {
	t.Helper()
	st, err := setup.Read(t.Context(), s, "acme")
	require.NoError(t, err)
	return st
}

func TestRead_isWhatWasInstalled(t *testing.T) {
	t.Parallel()
	s, doc := installed(t)
	differences, err := setup.Compare(read(t, s).Document, doc, nil)
	require.NoError(t, err)
	require.Empty(t, differences)
	_, err = setup.Read(t.Context(), s, "nobody")
	require.ErrorIs(t, err, storage.ErrNotFound)
}

func TestCompare_namesEveryPlaceAndBothSides(t *testing.T) {
	t.Parallel()
	s, _ := installed(t)
	text := strings.NewReplacer(
		`extension: "1002"`, `extension: "1020"`, "presence: offline", "presence: away", "name: Linus Pauling", "name: Linus C. Pauling",
		"ring: 15s", "ring: 20s", "members: [ada, mary]", "members: [mary, ada]", "repeats: 2", "repeats: 1",
	).Replace(string(account.Sample()))
	text += "hours:\n  office: {open: {mon: [\"09:00-17:00\"]}}\n"
	differences, err := setup.Compare(read(t, s).Document, parsed(t, text), setup.Open([]byte(text)))
	require.NoError(t, err)
	require.Equal(t, []setup.Difference{
		{Path: "agents.grace.extension", Stored: `"1002"`, Document: `"1020"`},
		{Path: "agents.linus.name", Stored: `"Linus Pauling"`, Document: `"Linus C. Pauling"`},
		{Path: "hours", Document: `{"office":{"open":{"mon":["09:00-17:00"]}}}`},
		{Path: "menus.main.repeats", Stored: `2`, Document: `1`},
		{Path: "queues.support.members", Stored: `["ada","mary"]`, Document: `["mary","ada"]`},
		{Path: "queues.support.ring", Stored: `"15s"`, Document: `"20s"`},
	}, differences)
	require.Equal(t, `hours: the store has nothing, the document says {"office":{"open":{"mon":["09:00-17:00"]}}}`, differences[2].String())
}

func TestOpen_namesTheAgentsWhoseExtensionIsLeftOpen(t *testing.T) {
	t.Parallel()
	require.Equal(t, map[string]bool{"mary": true}, setup.Open(account.Sample()))
	require.Equal(t, map[string]bool{"b": true}, setup.Open([]byte(`{"agents": [{"id": "a", "extension": "1001"}, {"id": "b"}]}`)))
	require.Empty(t, setup.Open([]byte("{{{")))
}

func TestApply_makesTheStoreWhatTheDocumentSaysAndNoMore(t *testing.T) {
	t.Parallel()
	s, _ := installed(t)
	require.NoError(t, s.Directory().SetPresence(t.Context(), "acme", "grace", extension.Available, "here"))
	text := strings.NewReplacer(
		"name: Linus Pauling", "name: Linus C. Pauling", "members: [ada, mary]", "members: [grace]", "repeats: 2", "repeats: 1",
		`  - {id: mary,`, `  - {id: nina, name: Nina Simone}`+"\n"+`  - {id: otto, extension: "1030"}`+"\n#", "[1001, 9999]", "[1001, 1999]",
	).Replace(string(account.Sample()))
	text += "  \"+12025550101\": {queue: support}\n"
	doc := parsed(t, text)
	done, err := setup.Apply(t.Context(), s, read(t, s), doc, setup.Open([]byte(text)), "test")
	require.NoError(t, err)
	require.Equal(t, []string{
		"changed the settings of the account", "changed agent linus", "added agent otto with extension 1030", "added agent nina with extension 1005",
		"changed the members of queue support", "published version 2", "assigned number +12025550101", "removed agent mary",
	}, done)
	st := read(t, s)
	differences, err := setup.Compare(st.Document, doc, setup.Open([]byte(text)))
	require.NoError(t, err)
	require.Empty(t, differences)
	grace, err := s.Directory().Agent(t.Context(), "acme", "grace")
	require.NoError(t, err)
	require.Equal(t, extension.Available, grace.Presence, "a presence is an initial value")
	require.Equal(t, "test", st.Release.Note)

	done, err = setup.Apply(t.Context(), s, st, doc, setup.Open([]byte(text)), "again")
	require.NoError(t, err)
	require.Empty(t, done)
}

// What numbers have that do not say it themselves is kept with the account, so that a
// change of it is one change.
func TestApply_anAccountsEmergencyIsThatOfItsNumbers(t *testing.T) {
	t.Parallel()
	s, _ := installed(t)
	text := strings.NewReplacer(
		"default_queue: support", "default_queue: support, emergency: {hangup: {say: Later.}}",
		"numbers:", "numbers:\n  \"+12025550101\": {queue: support}",
	).Replace(string(account.Sample()))
	_, err := setup.Apply(t.Context(), s, read(t, s), parsed(t, text), setup.Open([]byte(text)), "test")
	require.NoError(t, err)
	_, err = setup.Edit(t.Context(), s, "acme", "later", func(d *setup.Draft) error {
		require.Equal(t, map[string]any{"queue": "support"}, d.Section("numbers")["+12025550101"], "it is not said twice")
		d.Section("settings")["emergency"] = map[string]any{"dial": "tel:+12025550177"}
		return nil
	})
	require.NoError(t, err)
	n, err := s.Numbers().Entry(t.Context(), "+12025550101")
	require.NoError(t, err)
	require.Equal(t, "tel:+12025550177", n.Emergency.Dial)
	main, err := s.Numbers().Entry(t.Context(), "+12025550100")
	require.NoError(t, err)
	require.Empty(t, main.Emergency.Dial, "it says its own")
}

func TestApply_findsEveryFaultBeforeAnythingIsChanged(t *testing.T) {
	t.Parallel()
	s, _ := installed(t)
	other := account.Document{Account: "other", Agents: []extension.Agent{{ID: "x", Extension: "1001"}}}
	_, err := extflow.Install(t.Context(), s, extflow.Setup(other), time.Now())
	require.NoError(t, err)
	require.NoError(t, s.Numbers().Assign(t.Context(), number.Assignment{Account: "other", Number: "+12025550101", Entry: "hangup"}))
	was := read(t, s)
	want := parsed(t, strings.Replace(string(account.Sample()), "Linus Pauling", "Linus C. Pauling", 1)+"  \"+12025550101\": {queue: support}\n")
	want.Agents = append(want.Agents, extension.Agent{ID: "y", Extension: "1001"}, extension.Agent{ID: "z", Extension: "1002"})
	done, err := setup.Apply(t.Context(), s, was, want, nil, "test")
	require.ErrorContains(t, err, "nothing was changed")
	for _, fault := range []string{"agents.y: ", "agents.z: ", "numbers.+12025550101: it belongs to another account"} {
		require.ErrorContains(t, err, fault)
	}
	require.Empty(t, done)
	require.Equal(t, was, read(t, s))
}

func TestApply_tellsHowFarItCameAndIsCompletedByDoingItAgain(t *testing.T) {
	t.Parallel()
	s, _ := installed(t)
	was := read(t, s)
	ada := was.Document.Agents[0]
	ada.Name = "Changed meanwhile"
	_, err := s.Directory().Put(t.Context(), "acme", ada)
	require.NoError(t, err)
	text := strings.NewReplacer("[1001, 9999]", "[1001, 1999]", "Ada Lovelace", "Augusta King").Replace(string(account.Sample()))
	done, err := setup.Apply(t.Context(), s, was, parsed(t, text), nil, "test")
	require.ErrorIs(t, err, storage.ErrConflict)
	require.ErrorContains(t, err, "agents.ada")
	require.ErrorContains(t, err, "already changed the settings of the account; apply the document again for the rest")
	require.Equal(t, []string{"changed the settings of the account"}, done)

	done, err = setup.Apply(t.Context(), s, read(t, s), parsed(t, text), nil, "test")
	require.NoError(t, err)
	require.Equal(t, []string{"changed agent ada"}, done)
	differences, err := setup.Compare(read(t, s).Document, parsed(t, text), nil)
	require.NoError(t, err)
	require.Empty(t, differences)
}

func TestPublish_refusesWhatComesSecond(t *testing.T) {
	t.Parallel()
	s, doc := installed(t)
	_, err := setup.Publish(t.Context(), s, "acme", 1, doc.Settings, "first")
	require.NoError(t, err)
	_, err = setup.Publish(t.Context(), s, "acme", 1, doc.Settings, "second")
	require.ErrorIs(t, err, storage.ErrConflict)
	require.False(t, errors.Is(err, storage.ErrNotFound))
}
