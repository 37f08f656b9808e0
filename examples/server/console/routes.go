package console

import "net/http"

// routes are all pages, and what their forms do.
func (c *Console) routes() {
	c.handle("GET /{$}", Agent, c.home)
	c.mux.HandleFunc("GET /assets/{file}", func(w http.ResponseWriter, r *http.Request) { // also before anybody has signed in
		if err := c.asset(w, r); err != nil {
			c.fail(w, r, err)
		}
	})
	c.handle("/", Agent, func(http.ResponseWriter, *http.Request) error {
		return notFound("There is no such page.")
	})

	c.handle("GET /phone", Supervisor, c.phonePage)
	c.handle("GET /phone/live", Supervisor, c.phoneLive)
	for act, do := range c.phoneActs() {
		c.handle("POST /phone/"+act, Supervisor, do)
		c.handle("POST /draft/phone/"+act, Administrator, do)
	}
	c.handle("POST /draft/phone", Administrator, c.callDraft)
	c.handle("GET /draft/phone", Administrator, c.phonePage)
	c.handle("GET /draft/phone/live", Administrator, c.phoneLive)

	c.handle("GET /calls", Supervisor, c.callsPage)
	c.handle("GET /calls/live", Supervisor, c.callsLive)
	c.handle("GET /calls.csv", Administrator, c.callsCSV)
	c.handle("GET /calls/{call}", Supervisor, c.callPage)
	c.handle("GET /calls/{call}/live", Supervisor, c.callLive)
	c.handle("GET /calls/{call}/story", Supervisor, c.callStory)
	c.handle("POST /calls/{call}/end", Supervisor, c.endCall)
	c.handle("POST /calls/{call}/move", Supervisor, c.moveCall)
	c.handle("POST /calls/{call}/pick", Supervisor, c.pickCall)
	c.handle("POST /calls/{call}/test", Supervisor, c.saveTest)
	c.handle("GET /health", Supervisor, c.healthPage)

	c.settingsRoutes()
	c.editRoutes()
	c.publishRoutes()
	c.testRoutes()
	c.houseRoutes()
	c.audioRoutes()
	c.agentRoutes()
	c.numberRoutes()
	c.signInRoutes()
}

// home is the page that a person most likely wants first.
func (c *Console) home(w http.ResponseWriter, r *http.Request) error {
	to := "calls"
	switch {
	case !person(r).Role.may(Supervisor):
		to = "me"
	case c.sim() != nil:
		to = "phone"
	}
	return c.next(w, r, to)
}
