package voicemail_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/feed"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
	"github.com/extflow/extflow/voicemail"
)

const line = "+12025550100"

// office is an account with a mailbox, on a simulated carrier.
type office struct {
	*testing.T
	carrier  *sim.Carrier
	store    storage.Store
	carriers map[string]adapter.Carrier
	files    voicemail.Files
	keeper   *voicemail.Keeper
	follower *feed.Follower
}

func newOffice(t *testing.T) *office {
	o := &office{T: t, carrier: sim.New(sim.Config{}), files: voicemail.Files{Dir: t.TempDir()}}
	o.store = memory.New(memory.Config{Now: o.carrier.Now})
	o.carriers = map[string]adapter.Carrier{"sim": o.carrier}
	engine, err := extflow.New(extflow.Config{Store: o.store, Carriers: o.carriers, Deadline: time.Minute})
	require.NoError(t, err)
	o.carrier.Attach(engine)
	o.carrier.Drive(engine)
	_, err = extflow.Install(t.Context(), o.store, extflow.Setup{
		Account: "acme", Settings: flow.Settings{Mailboxes: map[string]flow.Mailbox{"team": {}, "other": {}}},
		Numbers: []number.Assignment{{Number: line, Entry: "voicemail team"}},
	}, o.carrier.Now())
	require.NoError(t, err)
	o.keeper = &voicemail.Keeper{Store: o.store, Carriers: o.carriers, Keep: o.files}
	o.follower = &feed.Follower{Store: o.store, Account: "acme", Name: "recordings", Take: o.keeper.Take}
	return o
}

// leaves is a caller who speaks for so long, and the message's call.
func (o *office) leaves(d time.Duration) string {
	o.Helper()
	phone, err := o.carrier.Dial(o.Context(), "+14155550100", line, sim.Options{})
	require.NoError(o, err)
	require.NoError(o, phone.Speak(o.Context(), d))
	require.NoError(o, o.carrier.Wait(o.Context(), d))
	require.NoError(o, phone.Press(o.Context(), "#"))
	require.NoError(o, o.carrier.Wait(o.Context(), time.Minute))
	return phone.View().Call.ID
}

func (o *office) follows() {
	o.Helper()
	_, err := o.follower.Pass(o.Context())
	require.NoError(o, err)
}

// plays asks a player for a recording.
func (o *office) plays(mailbox, call string, header ...string) *http.Response {
	o.Helper()
	p := &voicemail.Player{Store: o.store, Carriers: o.carriers, Keep: o.files}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	p.Play(w, r, "acme", mailbox, call)
	return w.Result()
}

func (o *office) atTheCarrier(call string) error {
	o.Helper()
	for _, m := range o.messages() {
		if m.Call == call {
			_, err := o.carrier.FetchRecording(o.Context(), m.Ref)
			return err
		}
	}
	return storage.ErrNotFound
}

func (o *office) messages() []storage.Message {
	o.Helper()
	all, err := o.store.Mailboxes().Messages(o.Context(), "acme", "team")
	require.NoError(o, err)
	return all
}

func TestKeeper_takesARecordingFromTheCarrierAndDeletesItThere(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	call := o.leaves(3 * time.Second)
	require.NoError(t, o.atTheCarrier(call))
	o.follows()
	require.True(t, o.messages()[0].Kept)
	require.ErrorIs(t, o.atTheCarrier(call), adapter.ErrGone)
	audio, err := o.files.Open(t.Context(), "acme", call)
	require.NoError(t, err)
	all, err := io.ReadAll(audio)
	require.NoError(t, errors.Join(err, audio.Close()))
	require.Equal(t, "audio/wav", audio.Type)
	require.Len(t, all, 44+3*8000)
}

func TestKeeper_leavesARecordingToTheCarrierUntilItIsInWords(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	r, err := flow.NewRelease("acme", "in words", 2, o.carrier.Now(), flow.Settings{Mailboxes: map[string]flow.Mailbox{"team": {Transcribe: true}, "other": {}}})
	require.NoError(t, err)
	require.NoError(t, o.store.Releases().Publish(t.Context(), r))
	for _, words := range []string{"Please call me back.", ""} { // and no longer than a minute
		phone, err := o.carrier.Dial(t.Context(), "+14155550100", line, sim.Options{})
		require.NoError(t, err)
		require.NoError(t, phone.Say(t.Context(), words, 3*time.Second))
		require.NoError(t, o.carrier.Wait(t.Context(), 3*time.Second))
		require.NoError(t, phone.Press(t.Context(), "#"))
		require.NoError(t, o.carrier.Wait(t.Context(), time.Second))
		call := phone.View().Call.ID
		o.follows()
		require.NoError(t, o.atTheCarrier(call))
		long := 10 * time.Second
		if words == "" {
			long = time.Minute
		}
		require.NoError(t, o.carrier.Wait(t.Context(), long))
		o.follows()
		require.ErrorIs(t, o.atTheCarrier(call), adapter.ErrGone)
	}
}

func TestKeeper_whatIsNoMessageAnyMoreIsDeletedEverywhere(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	short := o.leaves(time.Second)
	require.Empty(t, o.messages())
	kept := o.leaves(3 * time.Second)
	o.follows()
	require.NoError(t, o.store.Mailboxes().Delete(t.Context(), "acme", "team", kept))
	o.follows()
	_, err := o.files.Open(t.Context(), "acme", kept)
	require.ErrorIs(t, err, voicemail.ErrNone)
	for _, e := range []string{short, kept} {
		turns, err := o.store.Calls().Turns(t.Context(), flow.Key{Account: "acme", ID: e}, 0)
		require.NoError(t, err)
		for _, turn := range turns {
			if turn.Event.Ref != "" {
				_, err := o.carrier.FetchRecording(t.Context(), turn.Event.Ref)
				require.ErrorIs(t, err, adapter.ErrGone)
			}
		}
	}
}

func TestKeeper_isToldTwiceAndDoesItOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	call := o.leaves(3 * time.Second)
	entries, err := o.store.Feed().After(t.Context(), "acme", 0, 100)
	require.NoError(t, err)
	for range 2 {
		for _, e := range entries {
			require.NoError(t, o.keeper.Take(t.Context(), e))
		}
	}
	require.Equal(t, http.StatusOK, o.plays("team", call).StatusCode)
}

// full is a store of recordings that has no room for a while.
type full struct {
	voicemail.Files
	err error
}

func (f *full) Put(ctx context.Context, account, call, mediaType string, audio io.Reader) error {
	if f.err != nil {
		return f.err
	}
	return f.Files.Put(ctx, account, call, mediaType, audio)
}

func TestKeeper_aStoreThatIsFullLosesNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	f := &full{Files: o.files, err: errors.New("no space left")}
	o.keeper.Keep = f
	call := o.leaves(3 * time.Second)
	_, err := o.follower.Pass(t.Context())
	require.ErrorContains(t, err, "no space left")
	require.NoError(t, o.atTheCarrier(call), "it is not deleted before it is kept")
	require.Equal(t, http.StatusOK, o.plays("team", call).StatusCode, "and is played from there")
	f.err = nil
	require.NoError(t, o.carrier.Wait(t.Context(), time.Second))
	o.follows()
	require.True(t, o.messages()[0].Kept)
}

func TestPlayer_playsAPartToWhoAsksForOne(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	call := o.leaves(3 * time.Second)
	for _, where := range []string{"at the carrier", "kept"} {
		whole := o.plays("team", call)
		require.Equal(t, http.StatusOK, whole.StatusCode, where)
		require.Equal(t, "private, no-store", whole.Header.Get("Cache-Control"))
		require.Equal(t, "audio/wav", whole.Header.Get("Content-Type"))
		all, _ := io.ReadAll(whole.Body)
		part := o.plays("team", call, "Range", "bytes=40-47")
		require.Equal(t, http.StatusPartialContent, part.StatusCode, where)
		some, _ := io.ReadAll(part.Body)
		require.Equal(t, all[40:48], some)
		require.Equal(t, http.StatusRequestedRangeNotSatisfiable, o.plays("team", call, "Range", "bytes=99999999-").StatusCode)
		o.follows()
	}
}

// Parts as RFC 9110 (14) has them: from a place on, the last so many bytes, and none of
// another version of the recording.
func TestPlayer_playsTheLastPartAndNoPartOfAnotherVersion(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	call := o.leaves(3 * time.Second)
	const size = 44 + 3*8000
	for _, where := range []string{"at the carrier", "kept"} {
		whole := o.plays("team", call)
		all, _ := io.ReadAll(whole.Body)
		require.Len(t, all, size)
		require.Equal(t, "bytes", whole.Header.Get("Accept-Ranges"))
		at := whole.Header.Get("Last-Modified")
		require.NotEmpty(t, at)
		for asked, is := range map[string]struct {
			status int
			says   string
			body   string
		}{
			"bytes=40-47":   {206, "bytes 40-47/24044", string(all[40:48])},
			"bytes=24000-":  {206, "bytes 24000-24043/24044", string(all[24000:])},
			"bytes=-8":      {206, "bytes 24036-24043/24044", string(all[size-8:])},
			"bytes=0-99999": {206, "bytes 0-24043/24044", string(all)},
			"bytes=24044-":  {416, "bytes */24044", ""},
			"bytes=x":       {416, "", ""},
			"seconds=1-2":   {416, "", ""},
		} {
			part := o.plays("team", call, "Range", asked)
			require.Equal(t, is.status, part.StatusCode, "%s, %s", where, asked)
			require.Equal(t, is.says, part.Header.Get("Content-Range"), "%s, %s", where, asked)
			if is.status == http.StatusPartialContent {
				require.Equal(t, "private, no-store", part.Header.Get("Cache-Control"))
				body, _ := io.ReadAll(part.Body)
				require.Equal(t, is.body, string(body), "%s, %s", where, asked)
			}
		}
		same := o.plays("team", call, "Range", "bytes=0-3", "If-Range", at)
		require.Equal(t, http.StatusPartialContent, same.StatusCode, where)
		for _, other := range []string{"Mon, 02 Jan 2006 15:04:05 GMT", `"another"`} {
			old := o.plays("team", call, "Range", "bytes=0-3", "If-Range", other)
			require.Equal(t, http.StatusOK, old.StatusCode, "%s: the whole of it, for who has another version", where)
		}
		o.follows()
	}
}

// racing is a carrier whose recording is taken and deleted by the Keeper in the very
// moment in which somebody wants to hear it.
type racing struct {
	*sim.Carrier
	first func()
}

func (c *racing) FetchRecording(ctx context.Context, ref string) (adapter.Recording, error) {
	if first := c.first; first != nil {
		c.first = nil
		first()
	}
	return c.Carrier.FetchRecording(ctx, ref)
}

func TestPlayer_aRecordingIsHeardWhileItIsTakenFromTheCarrier(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	call := o.leaves(3 * time.Second)
	c := &racing{Carrier: o.carrier}
	o.carriers["sim"], c.first = c, o.follows
	require.Equal(t, http.StatusOK, o.plays("team", call).StatusCode)
	require.True(t, o.messages()[0].Kept)
	require.ErrorIs(t, o.atTheCarrier(call), adapter.ErrGone)
}

// hanging is a carrier that never answers.
type hanging struct{ *sim.Carrier }

func (hanging) FetchRecording(ctx context.Context, _ string) (adapter.Recording, error) {
	<-ctx.Done()
	return adapter.Recording{}, ctx.Err()
}

func TestPlayer_aCarrierThatHangsIsToldOfInTime(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	call := o.leaves(3 * time.Second)
	synctest.Test(t, func(t *testing.T) {
		began, w := time.Now(), httptest.NewRecorder()
		p := &voicemail.Player{Store: o.store, Carriers: map[string]adapter.Carrier{"sim": hanging{o.carrier}}, Keep: o.files}
		p.Play(w, httptest.NewRequest(http.MethodGet, "/", nil), "acme", "team", call)
		require.Equal(t, http.StatusBadGateway, w.Code)
		require.Equal(t, time.Minute, time.Since(began))
	})
}

func TestPlayer_whatIsNotInThatMailboxIsNotFound(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	call := o.leaves(3 * time.Second)
	other := httptest.NewRecorder()
	(&voicemail.Player{Store: o.store, Carriers: o.carriers, Keep: o.files}).Play(other, httptest.NewRequest(http.MethodGet, "/", nil), "globex", "team", call)
	require.Equal(t, http.StatusNotFound, other.Code, "another account's")
	for _, k := range [][2]string{{"other", call}, {"team", "guessed"}, {"team", "../" + call}, {"", ""}} {
		resp := o.plays(k[0], k[1])
		require.Equal(t, http.StatusNotFound, resp.StatusCode, "%v", k)
		require.Equal(t, "private, no-store", resp.Header.Get("Cache-Control"))
	}
	o.carriers["sim"] = nil
	require.Equal(t, http.StatusNotFound, o.plays("team", call).StatusCode, "a carrier that is not switched on")
}

func TestFiles_keepARecordingWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	f := voicemail.Files{Dir: t.TempDir(), Max: 10}
	ctx := t.Context()
	require.ErrorIs(t, f.Put(ctx, "acme", "c1", "audio/wav", strings.NewReader("more than ten bytes")), voicemail.ErrTooLarge)
	require.ErrorContains(t, f.Put(ctx, "acme", "c1", "audio/wav", io.MultiReader(strings.NewReader("abc"), broken{})), "broke off")
	_, err := f.Open(ctx, "acme", "c1")
	require.ErrorIs(t, err, voicemail.ErrNone)
	require.NoError(t, f.Delete(ctx, "acme", "c1"))
	for _, text := range []string{"one", "another"} { // a second one takes its place
		require.NoError(t, f.Put(ctx, "acme", "../../c1", "audio/wav", bytes.NewBufferString(text)))
		a, err := f.Open(ctx, "acme", "../../c1")
		require.NoError(t, err)
		all, _ := io.ReadAll(a)
		require.Equal(t, text, string(all))
		require.NoError(t, a.Close())
	}
	_, err = f.Open(ctx, "globex", "../../c1")
	require.ErrorIs(t, err, voicemail.ErrNone, "another account's")
	var names []string
	require.NoError(t, filepath.WalkDir(f.Dir, func(path string, d os.DirEntry, err error) error {
		if info, _ := d.Info(); !d.IsDir() {
			names = append(names, path)
			require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "nobody else reads it")
		}
		return err
	}))
	require.Len(t, names, 1, "nothing is left lying about, and nothing lies elsewhere")
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("it broke off") }
