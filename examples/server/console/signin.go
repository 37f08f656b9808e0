package console

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// The pages of Accounts: signing in and out, the first administrator, and who may
// sign in.

func (c *Console) signInRoutes() {
	if c.cfg.Accounts == nil {
		return
	}
	open := func(pattern string, h handler) {
		c.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if err := h(w, r); err != nil {
				c.fail(w, r, err)
			}
		})
	}
	open("GET /signin", c.signInPage)
	open("POST /signin", c.signIn)
	open("POST /signout", c.signOut)
	open("GET /first", c.firstPage)
	open("POST /first", c.firstAdmin)
	c.handle("GET /people", Administrator, c.peoplePage)
	c.handle("POST /people", Administrator, c.savePerson)
	c.handle("POST /people/remove", Administrator, c.removePerson)
	c.handle("GET /password", Agent, c.passwordPage)
	c.handle("POST /password", Agent, c.savePassword)
}

type signInData struct {
	Login, To, Key string
	Elsewhere      []Link
	Here           bool // somebody may sign in with a password
}

// Within is a page of ours to go on to, whatever the address says.
func Within(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.IsAbs() || u.Host != "" || strings.HasPrefix(to, "/") || strings.Contains(to, "\\") || strings.Contains(u.Path, "..") || strings.Contains(u.Path, ":") {
		return ""
	}
	return to
}

// signInWith adds the ways in which people may sign in.
func (c *Console) signInWith(r *http.Request, d signInData) signInData {
	a := c.cfg.Accounts
	d.Elsewhere = a.Elsewhere
	all, err := a.all(r.Context())
	d.Here = err != nil || len(all) > 0 || len(a.Elsewhere) == 0
	return d
}

func (c *Console) signInPage(w http.ResponseWriter, r *http.Request) error {
	return c.show(w, "signin", http.StatusOK, c.view(r, "signin", "Sign in", c.signInWith(r, signInData{To: Within(r.URL.Query().Get("to"))})))
}

func (c *Console) signIn(w http.ResponseWriter, r *http.Request) error {
	key, err := c.cfg.Accounts.SignIn(r.Context(), r.FormValue("login"), r.FormValue("password"), from(r))
	var p *problem
	if errors.As(err, &p) {
		c.cfg.Logger.WarnContext(r.Context(), "somebody could not sign in", "why", p.text)
		v := c.view(r, "signin", "Sign in", c.signInWith(r, signInData{Login: r.FormValue("login"), To: Within(r.FormValue("to"))}))
		v.Error = p.text
		return c.show(w, "signin", p.status, v)
	}
	if err != nil {
		return err
	}
	c.cfg.Accounts.set(w, key, int(sessionTime.Seconds()))
	return c.next(w, r, Within(r.FormValue("to")))
}

func (c *Console) signOut(w http.ResponseWriter, r *http.Request) error {
	a := c.cfg.Accounts
	s, _ := a.session(r)
	if cookie, err := r.Cookie(a.cookie()); err == nil {
		_ = a.Store.Notes().Delete(r.Context(), a.Account, sessionKind, sessionName(cookie.Value)) // gone already is as good
	}
	a.set(w, "", -1)
	if s.Out != "" { // a form may not lead to another site, so that it takes a link
		return c.show(w, "signedout", http.StatusOK, c.view(r, "signin", "Signed out", s.Out))
	}
	return c.next(w, r, "signin")
}

func (c *Console) firstPage(w http.ResponseWriter, r *http.Request) error {
	if !c.cfg.Accounts.IsFirst(r) {
		return notFound("This link has been used, or is not from the newest start of the server.")
	}
	return c.show(w, "first", http.StatusOK, c.view(r, "signin", "The first administrator", signInData{Key: r.FormValue("key")}))
}

func (c *Console) firstAdmin(w http.ResponseWriter, r *http.Request) error {
	if !c.cfg.Accounts.IsFirst(r) {
		return notFound("This link has been used, or is not from the newest start of the server.")
	}
	login := r.FormValue("login")
	err := c.cfg.Accounts.Add(r.Context(), login, r.FormValue("password"), Person{Name: strings.TrimSpace(r.FormValue("name")), Role: Administrator})
	var p *problem
	if errors.As(err, &p) {
		v := c.view(r, "signin", "The first administrator", signInData{Login: login, Key: r.FormValue("key")})
		v.Error = p.text
		return c.show(w, "first", p.status, v)
	}
	if err != nil {
		return err
	}
	key, err := c.cfg.Accounts.begin(r.Context(), loginOf(login))
	if err != nil {
		return err
	}
	c.cfg.Accounts.set(w, key, int(sessionTime.Seconds()))
	return c.next(w, r, "")
}

type peopleData struct {
	People []struct {
		Login, Name, Role, Agent string
		You                      bool
	}
	Agents []option
	Roles  []Role

	Elsewhere bool
	Form      struct{ Login, Name, Role, Agent string }
	Errors    map[string]string
}

func (c *Console) peoplePage(w http.ResponseWriter, r *http.Request) error {
	return c.showPeople(w, r, nil)
}

func (c *Console) showPeople(w http.ResponseWriter, r *http.Request, p *problem) error {
	all, err := c.cfg.Accounts.all(r.Context())
	if err != nil {
		return err
	}
	data := peopleData{Roles: Roles(), Elsewhere: len(c.cfg.Accounts.Elsewhere) > 0}
	for _, u := range all {
		data.People = append(data.People, struct {
			Login, Name, Role, Agent string
			You                      bool
		}{u.login, u.Name, string(u.Role), u.Agent, u.login == person(r).ID})
	}
	if data.Agents, err = c.agentOptions(r.Context()); err != nil {
		return err
	}
	v, status := c.view(r, "people", "People", nil), http.StatusOK
	data.Form.Role = string(Agent)
	if p != nil {
		status, data.Errors = p.status, p.fields
		data.Form.Login, data.Form.Name, data.Form.Role, data.Form.Agent = r.FormValue("login"), r.FormValue("name"), r.FormValue("role"), r.FormValue("agent")
		if p.fields == nil {
			v.Error = p.text
		}
	}
	v.Data = data
	return c.show(w, "people", status, v)
}

func (c *Console) savePerson(w http.ResponseWriter, r *http.Request) error {
	err := c.cfg.Accounts.Add(r.Context(), r.FormValue("login"), r.FormValue("password"), Person{
		Name: strings.TrimSpace(r.FormValue("name")), Role: Role(r.FormValue("role")), Agent: r.FormValue("agent"),
	})
	var p *problem
	if errors.As(err, &p) {
		return c.showPeople(w, r, p)
	}
	if err != nil {
		return err
	}
	c.note(r, "changed who may sign in", "who", loginOf(r.FormValue("login")))
	return c.next(w, r, "people?done=saved")
}

func (c *Console) removePerson(w http.ResponseWriter, r *http.Request) error {
	err := c.cfg.Accounts.Remove(r.Context(), r.FormValue("login"))
	var p *problem
	if errors.As(err, &p) {
		return c.showPeople(w, r, p)
	}
	if err != nil {
		return err
	}
	c.note(r, "removed who might sign in", "who", r.FormValue("login"))
	return c.next(w, r, "people?done=removed")
}

func (c *Console) passwordPage(w http.ResponseWriter, r *http.Request) error {
	return c.show(w, "password", http.StatusOK, c.view(r, "", "Password", nil))
}

// savePassword changes a person's own password; they are signed out elsewhere.
func (c *Console) savePassword(w http.ResponseWriter, r *http.Request) error {
	who, a := person(r), c.cfg.Accounts
	_, err := a.SignIn(r.Context(), who.ID, r.FormValue("old"), from(r))
	if err == nil && r.FormValue("password") == "" {
		err = wrong("Password: take 10 letters at least; a few words that nobody would guess are best.")
	}
	if err == nil {
		err = a.Add(r.Context(), who.ID, r.FormValue("password"), who)
	}
	var p *problem
	if errors.As(err, &p) {
		v := c.view(r, "", "Password", nil)
		v.Error = strings.Replace(p.text, "The name or the password is not right. Look at both, and try again.", "The old password is not right.", 1)
		return c.show(w, "password", p.status, v)
	}
	if err != nil {
		return err
	}
	key, err := a.begin(r.Context(), who.ID)
	if err != nil {
		return err
	}
	a.set(w, key, int(sessionTime.Seconds()))
	return c.next(w, r, "?done=saved")
}
