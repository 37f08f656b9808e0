package api

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/number/written"
	"github.com/extflow/extflow/storage"
)

// What the account holds about people, by their telephone number. The number comes in
// the body: addresses are written down on the way.

// Subject is whose data is asked for.
type Subject struct {
	Number string `json:"number" minLength:"2" maxLength:"128" doc:"a telephone number as people write it; E.164 is best" example:"+14155550100"`
}

// Held is all that the account holds about a number.
type Held struct {
	Number   string      `json:"number" doc:"in E.164"`
	At       time.Time   `json:"at" doc:"when it was read"`
	Calls    []HeldCall  `json:"calls" doc:"that it made, or that were forwarded by it"`
	Messages []Voicemail `json:"messages" doc:"that it left; their recordings are played below /voicemail"`
	Keys     []string    `json:"keys" doc:"under which wrong entries are counted"`
}

// HeldCall is a call with all that is kept of it: in words, and as it is stored.
type HeldCall struct {
	Transcript string     `json:"transcript"`
	Call       Document   `json:"call"`
	Turns      []Document `json:"turns"`
	Entries    []Document `json:"entries" doc:"what the feed says of it"`
}

// Document is something as it is stored.
type Document map[string]any

func (a *API) subjects() {
	const tag = "people"
	add(a, operation{id: "export-subject", method: http.MethodPost, path: "/subjects/export", tag: tag,
		summary: "All that is held about a telephone number",
		about:   "Calls with their turns, messages, and counted wrong entries: for somebody who asks. That a number is an agent's, or in a flow, is the account's own affair, and not part of it."}, a.exportSubject)
	add(a, operation{id: "erase-subject", method: http.MethodPost, path: "/subjects/erase", tag: tag,
		summary: "Remove all that is held about a telephone number",
		about: "Recordings are deleted right after, here and at the carrier. 409 while a call of the number is under way: nothing is removed then. " +
			"After an error some of it may be gone; do it again. Copies of the database that were made before still have it."}, a.eraseSubject)
}

// subject is the number that is meant.
func (a *API) subject(ctx context.Context, s Subject) (number.E164, error) {
	if strings.Contains(s.Number, ":") { // a SIP address or an app's user
		return number.E164(s.Number), nil
	}
	account, err := a.cfg.Store.Accounts().Load(ctx, a.cfg.Account)
	if err != nil {
		return "", err
	}
	n, err := written.Parse(s.Number, account.Region)
	if err != nil { // what was sent is not repeated
		return "", at(http.StatusUnprocessableEntity, "body.number", "this is no telephone number; write + and the country code first, as in +14155550100")
	}
	return n, nil
}

func (a *API) exportSubject(ctx context.Context, in *struct{ Body Subject }) (*struct{ Body Held }, error) {
	n, err := a.subject(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	s, err := a.cfg.Store.Subjects().Export(ctx, a.cfg.Account, n)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body Held }{Held{Number: string(n), At: s.At, Calls: []HeldCall{}, Messages: []Voicemail{}, Keys: s.Keys}}
	for _, c := range s.Calls {
		text, err := json.Marshal(c)
		if err != nil {
			return nil, err
		}
		held := HeldCall{Turns: []Document{}, Entries: []Document{}}
		if err := json.Unmarshal(text, &held); err != nil {
			return nil, err
		}
		held.Transcript = transcript(c.Turns, false)
		out.Body.Calls = append(out.Body.Calls, held)
	}
	for _, m := range s.Messages {
		out.Body.Messages = append(out.Body.Messages, shown(m))
	}
	a.cfg.Logger.LogAttrs(ctx, slog.LevelInfo, "what is held about a number was exported", slog.String("by", by(ctx)), slog.String("number", n.String()),
		slog.Int("calls", len(s.Calls)), slog.Int("messages", len(s.Messages)))
	return out, nil
}

func (a *API) eraseSubject(ctx context.Context, in *struct{ Body Subject }) (*struct{ Body storage.Erased }, error) {
	n, err := a.subject(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	gone, err := a.cfg.Store.Subjects().Erase(ctx, a.cfg.Account, n)
	if live := new(storage.LiveError); errors.As(err, &live) {
		return nil, problem(http.StatusConflict, live.Error())
	}
	a.cfg.Logger.LogAttrs(ctx, slog.LevelInfo, "what is held about a number was erased", slog.String("by", by(ctx)), slog.String("number", n.String()),
		slog.Int("calls", gone.Calls), slog.Int("messages", gone.Messages), slog.Bool("complete", err == nil))
	if err != nil {
		return nil, err
	}
	a.settled(ctx)
	return &struct{ Body storage.Erased }{gone}, nil
}

type byKey struct{}

// By is a context for requests of somebody whom the host knows by a name: it is in the
// log beside what others may ask about.
func By(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, byKey{}, name)
}

// by is who asks; empty where the host does not say.
func by(ctx context.Context) string {
	name, _ := ctx.Value(byKey{}).(string)
	return name
}
