package console_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/examples/server/console"
)

// names are whom callers find who spell "ada" or "king".
func (s *site) names() (found []string) {
	s.Helper()
	for _, keys := range []string{"232", "5464"} {
		listings, err := s.sim.Store.Directory().Spelled(s.Context(), "acme", keys, 8)
		require.NoError(s, err)
		for _, l := range listings {
			found = append(found, l.Agent+" as "+l.Name)
		}
	}
	return found
}

// posted is the status and the page that come back for a form.
func (s *site) posted(address, kind string, body io.Reader) (int, string) {
	s.Helper()
	res, err := http.Post(address, kind, body)
	require.NoError(s, err)
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	require.NoError(s, err)
	return res.StatusCode, string(page)
}

func (s *site) form(address string, fields url.Values) (int, string) {
	s.Helper()
	return s.posted(address, "application/x-www-form-urlencoded", bytes.NewBufferString(fields.Encode()))
}

// Who may be found by name is said on the page of an agent, and by the agents themselves;
// a form that says nothing of it leaves it as it is.
func TestAgents_areListedByAFormAndByThemselves(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	own := s.another(func(c *console.Config) {
		c.Who = whoIs(console.Person{ID: "a", Role: console.Agent, Agent: "ada"})
	})
	require.Empty(t, s.names())
	status, _ := s.form(s.base+"agents/ada", url.Values{"name": {"Ada King"}, "rev": {"1"}, "listed": {"off", "on"}})
	require.Equal(t, 200, status)
	require.Equal(t, []string{"ada as Ada King", "ada as Ada King"}, s.names())
	status, _ = s.form(s.base+"agents/ada", url.Values{"name": {"Ada Lovelace"}, "rev": {"2"}})
	require.Equal(t, 200, status)
	require.Equal(t, []string{"ada as Ada Lovelace"}, s.names())

	status, _ = s.form(own+"me", url.Values{"name": {"Ada"}, "rev": {"3"}, "listed": {"off"}})
	require.Equal(t, 200, status)
	require.Empty(t, s.names())
	status, _ = s.form(own+"me", url.Values{"name": {"Ada"}, "rev": {"4"}, "listed": {"off", "on"}})
	require.Equal(t, 200, status)
	require.Equal(t, []string{"ada as Ada"}, s.names())
	status, _ = s.form(own+"me", url.Values{"name": {"Ада"}, "rev": {"5"}})
	require.Equal(t, 422, status, "nobody could spell that")
	status, _ = s.form(own+"agents/mary", url.Values{"name": {"Ada"}, "rev": {"1"}, "listed": {"on"}})
	require.Equal(t, 403, status, "nor do agents list each other")
	status, _ = s.form(own+"agents/mary/listed", url.Values{"listed": {"off", "on"}})
	require.Equal(t, 403, status, "nor in the list")
	require.Equal(t, []string{"ada as Ada"}, s.names())
}

// In the list of agents it is a box to tick, and what cannot be spelled is said.
func TestAgents_areListedInTheList(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	status, page := s.form(s.base+"agents/ada/listed", url.Values{"listed": {"off", "on"}})
	require.Equal(t, 200, status)
	require.Contains(t, page, `value="on" checked aria-label="Callers may find Ada Lovelace by name"`)
	require.Equal(t, []string{"ada as Ada Lovelace"}, s.names())
	status, page = s.form(s.base+"agents", url.Values{"name": {"王伟"}, "id": {"wang"}, "listed": {"on"}})
	require.Equal(t, 422, status)
	require.Contains(t, page, `id="agent-listed" name="listed" value="on" checked aria-invalid="true"`)
	status, _ = s.form(s.base+"agents", url.Values{"name": {"王伟"}, "id": {"wang"}})
	require.Equal(t, 200, status)
	status, page = s.form(s.base+"agents/wang/listed", url.Values{"listed": {"off", "on"}})
	require.Equal(t, 409, status)
	require.Contains(t, page, "has no letter from A to Z")
	status, _ = s.form(s.base+"agents/ada/listed", url.Values{"listed": {"off"}})
	require.Equal(t, 200, status)
	require.Empty(t, s.names())
}

// A file of agents says who is listed, and leaves it where it has no such column.
func TestAgents_areListedByAFile(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	upload := func(table string) (int, string) {
		var b bytes.Buffer
		form := multipart.NewWriter(&b)
		file, err := form.CreateFormFile("agents", "agents.csv")
		require.NoError(t, err)
		_, _ = io.WriteString(file, table)
		require.NoError(t, form.Close())
		return s.posted(s.base+"agents.csv", form.FormDataContentType(), &b)
	}
	status, page := upload("id,name,listed\nada,Ada King,on\nmary,Мария,on\nlinus,Linus,perhaps\n")
	require.Equal(t, 422, status)
	require.Contains(t, page, "line 3: name cannot be spelled")
	require.Contains(t, page, "line 4: listed &#34;perhaps&#34;; write on or off")
	require.Empty(t, s.names())
	status, _ = upload("id,name,listed\nada,Ada King,on\nmary,Mary,\n")
	require.Equal(t, 200, status)
	require.Equal(t, []string{"ada as Ada King", "ada as Ada King"}, s.names())
	res, err := http.Get(s.base + "agents.csv")
	require.NoError(t, err)
	defer res.Body.Close()
	table, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Contains(t, string(table), "language,listed,successor\n")
	require.Contains(t, string(table), "ada,Ada King,1001,client:ada; tel:+12025550111,available,,,,,on,\n")
	require.Contains(t, string(table), "mary,Mary,1004,tel:+12025550114,available,,,,,off,\n")
	status, _ = upload("id,name\nada,Ada\n")
	require.Equal(t, 200, status)
	require.Equal(t, []string{"ada as Ada"}, s.names())
}
