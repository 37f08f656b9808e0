package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/extflow/extflow/examples/server/setup"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/storage"
)

// How agents change.

func (a *API) addAgent(ctx context.Context, in *struct{ Body Agent }) (*agentBody, error) {
	if _, err := a.cfg.Store.Directory().Agent(ctx, a.cfg.Account, in.Body.ID); err == nil {
		return nil, at(http.StatusConflict, "body.id", "there is an agent %q; take another id, or change that agent with PUT", in.Body.ID)
	} else if !errors.Is(err, storage.ErrNotFound) {
		return nil, err
	}
	in.Body.Rev = 0
	return a.put(ctx, in.Body)
}

func (a *API) changeAgent(ctx context.Context, in *struct {
	AgentPath
	Condition
	Body Agent
}) (*agentBody, error) {
	was, err := a.cfg.Store.Directory().Agent(ctx, a.cfg.Account, in.Agent)
	if err != nil {
		return nil, err
	}
	if in.Body.ID != in.Agent {
		return nil, at(http.StatusUnprocessableEntity, "body.id", "an agent keeps its id: write %q, or add another agent", in.Agent)
	}
	if err := matches(in.IfMatch, revTag(was.Rev)); err != nil {
		return nil, err
	}
	if in.Body.Rev == 0 {
		if in.IfMatch == "" {
			return nil, at(http.StatusUnprocessableEntity, "body.rev", "say which agent is changed: the rev that it had when it was read, or its ETag as If-Match")
		}
		in.Body.Rev = was.Rev
	}
	return a.put(ctx, in.Body)
}

// put stores an agent once all that is wrong with it is known.
func (a *API) put(ctx context.Context, in Agent) (*agentBody, error) {
	checked, err := a.check(ctx, in)
	if err != nil {
		return nil, err
	}
	put, err := a.cfg.Store.Directory().Put(ctx, a.cfg.Account, checked)
	if err != nil {
		return nil, err
	}
	if in.Presence != "" && string(put.Presence) != in.Presence {
		if err := a.cfg.Engine.SetPresence(ctx, a.cfg.Account, put.ID, extension.Presence(in.Presence), ""); err != nil {
			return nil, err
		}
		if put, err = a.cfg.Store.Directory().Agent(ctx, a.cfg.Account, put.ID); err != nil {
			return nil, err
		}
	}
	if err := a.cfg.Engine.Freed(ctx, a.cfg.Account, put.ID); err != nil {
		return nil, err
	}
	a.settled(ctx)
	return a.answer(ctx, put)
}

func (a *API) setPresence(ctx context.Context, in *struct {
	AgentPath
	Body struct {
		Presence string `json:"presence" enum:"available,busy,away,offline"`
		Reason   string `json:"reason,omitempty" maxLength:"200" doc:"why, for people who read it"`
	}
}) (*agentBody, error) {
	err := a.cfg.Engine.SetPresence(ctx, a.cfg.Account, in.Agent, extension.Presence(in.Body.Presence), in.Body.Reason)
	if err != nil {
		return nil, err
	}
	a.settled(ctx)
	return a.readAgent(ctx, &in.AgentPath)
}

func (a *API) changeExtension(ctx context.Context, in *struct {
	AgentPath
	Condition
	Body struct {
		Extension string `json:"extension" minLength:"1" maxLength:"8" doc:"digits, or the word next for the next free one" example:"1010"`
	}
}) (*agentBody, error) {
	g, err := a.cfg.Store.Directory().Agent(ctx, a.cfg.Account, in.Agent)
	if err != nil {
		return nil, err
	}
	if err := matches(in.IfMatch, revTag(g.Rev)); err != nil {
		return nil, err
	}
	if in.Body.Extension == "next" {
		g, err = a.nextFree(ctx, g)
	} else {
		g.Extension = in.Body.Extension
		g, err = a.cfg.Store.Directory().Put(ctx, a.cfg.Account, g)
	}
	if err != nil {
		return nil, err
	}
	return a.answer(ctx, g)
}

// nextFree gives an agent who has an extension the next free one.
func (a *API) nextFree(ctx context.Context, g extension.Agent) (extension.Agent, error) {
	acct, err := a.cfg.Store.Accounts().Load(ctx, a.cfg.Account)
	if err != nil {
		return g, err
	}
	held := map[string]bool{}
	for other, err := range a.cfg.Store.Directory().Agents(ctx, a.cfg.Account) {
		if err != nil {
			return g, err
		}
		held[other.Extension] = true
	}
	for ext, ok := acct.Range.After(""); ok; ext, ok = acct.Range.After(ext) {
		if held[ext] {
			continue
		}
		g.Extension = ext
		put, err := a.cfg.Store.Directory().Put(ctx, a.cfg.Account, g)
		if !is(err, extension.ErrTaken, extension.ErrQuarantined, extension.ErrPrefix) {
			return put, err
		}
	}
	return g, at(http.StatusConflict, "body.extension", "%v: every extension is held, resting or reserved; widen extension_range in the settings", extension.ErrFull)
}

func (a *API) removeAgent(ctx context.Context, in *struct {
	AgentPath
	Condition
}) (*none, error) {
	st, err := setup.Read(ctx, a.cfg.Store, a.cfg.Account)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(st.Document.Agents, func(g extension.Agent) bool { return g.ID == in.Agent })
	if i < 0 {
		_, err := a.cfg.Store.Directory().Agent(ctx, a.cfg.Account, in.Agent)
		return nil, err
	}
	agent := st.Document.Agents[i]
	if err := matches(in.IfMatch, revTag(agent.Rev)); err != nil {
		return nil, err
	}
	if named := setup.NamedBy(st, agent); len(named) > 0 {
		return nil, at(http.StatusConflict, "path.agent", "agent %s is named by %s; change them first", in.Agent, strings.Join(named, ", "))
	}
	if err := a.cfg.Store.Directory().Remove(ctx, a.cfg.Account, in.Agent); err != nil {
		return nil, err
	}
	a.settled(ctx)
	return nil, nil
}
