package api_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/examples/server/api"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/storage"
	"github.com/extflow/extflow/storage/memory"
)

func office(t *testing.T, wrap func(storage.Store) storage.Store, prefix string) *api.API {
	t.Helper()
	store := memory.New(memory.Config{})
	doc, err := account.Parse(account.Sample())
	require.NoError(t, err)
	_, err = extflow.Install(t.Context(), store, extflow.Setup(*doc), time.Now())
	require.NoError(t, err)
	var used storage.Store = store
	if wrap != nil {
		used = wrap(store)
	}
	engine, err := extflow.New(extflow.Config{Store: used})
	require.NoError(t, err)
	a, err := api.New(api.Config{Account: "acme", Store: used, Engine: engine, Prefix: prefix})
	require.NoError(t, err)
	return a
}

func send(h http.Handler, method, path, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	h.ServeHTTP(w, r)
	return w
}

func TestAPI_canBeMountedInAnotherProgramUnderAnyPrefix(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.Handle("/telephone/admin/", office(t, nil, "/telephone/admin"))
	require.Contains(t, send(mux, "GET", "/telephone/admin/agents/ada", "").Body.String(), "Ada Lovelace")
	require.Equal(t, 404, send(mux, "GET", "/api/v1/agents/ada", "").Code)
	require.Equal(t, 404, send(mux, "GET", "/telephone/admin/simulator", "").Code, "there is none unless the host gives one")
}

func TestNew_saysWhatIsMissing(t *testing.T) {
	t.Parallel()
	_, err := api.New(api.Config{})
	require.ErrorContains(t, err, "Account, Store and Engine are required")
}

// broken is a store whose releases cannot be read, or only come second.
type broken struct {
	storage.Store
	latest, publish error
}

func (b *broken) Releases() storage.Releases { return brokenReleases{b.Store.Releases(), b} }

type brokenReleases struct {
	storage.Releases
	b *broken
}

func (r brokenReleases) Latest(ctx context.Context, id string) (flow.Release, error) {
	if r.b.latest != nil {
		return flow.Release{}, r.b.latest
	}
	return r.Releases.Latest(ctx, id)
}

func (r brokenReleases) Publish(ctx context.Context, next flow.Release) error {
	if r.b.publish != nil {
		return r.b.publish
	}
	return r.Releases.Publish(ctx, next)
}

func TestAPI_aStoreThatFailsIsNoSecretAndSaysNothingOfItself(t *testing.T) {
	t.Parallel()
	b := &broken{latest: errors.New("password of the database")}
	a := office(t, func(s storage.Store) storage.Store { b.Store = s; return b }, "")
	got := send(a, "GET", "/api/v1/document", "")
	require.Equal(t, http.StatusInternalServerError, got.Code)
	require.NotContains(t, got.Body.String(), "password")
	b.latest = context.DeadlineExceeded
	require.Equal(t, http.StatusServiceUnavailable, send(a, "GET", "/api/v1/document", "").Code)
}

func TestSections_whoAlwaysComesSecondIsToldSo(t *testing.T) {
	t.Parallel()
	b := &broken{publish: storage.ErrConflict}
	a := office(t, func(s storage.Store) storage.Store { b.Store = s; return b }, "")
	got := send(a, "PUT", "/api/v1/messages/new", `{"say": "New."}`)
	require.Equal(t, http.StatusConflict, got.Code)
	require.Contains(t, got.Body.String(), "read it again and repeat the change")
	b.publish = nil
	require.Equal(t, http.StatusOK, send(a, "PUT", "/api/v1/messages/new", `{"say": "New."}`).Code)
}
