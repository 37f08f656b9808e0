package extflow

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
)

// safeTries is how many safe turns ask the carrier to come back before the
// number's emergency is given.
const safeTries = 2

// safe is the turn for an event that could not be stored: "one moment, please" and
// the same request again, twice; then the emergency of the number, as one turn
// that needs no further request. No step of the flow is taken that was not stored.
func (e *Engine) safe(ev flow.Event) flow.Turn {
	t := flow.Turn{Call: ev.Call, Seq: flow.SafeSeq, Info: ev.Start}
	number := e.remembered(ev)
	if ev.Try < safeTries {
		t.Move.Say = []flow.Message{flow.DefaultMessage("moment", e.languageOf(number))}
		t.Move.Do = flow.Command{Kind: flow.Again, Retry: ev.Try + 1, Time: time.Second}
		return t
	}
	emergency := number.Emergency
	if emergency.Dial != "" {
		if to, err := extension.ParseEndpoint(emergency.Dial); err == nil {
			t.Move.Do = flow.Command{
				Kind: flow.Connect, Time: time.Minute, CallerID: flow.ShowCaller,
				Party: &extension.Party{Endpoints: []extension.Endpoint{to}},
			}
			return t
		}
	}
	message := flow.Message{Say: emergency.Say, Play: emergency.Play, Language: cmp.Or(emergency.Language, flow.English)}
	if message.Say == "" && message.Play == "" {
		message = flow.DefaultMessage("emergency", e.languageOf(number))
	}
	t.Move.Say = []flow.Message{message}
	t.Move.Do = flow.Command{Kind: flow.Hangup}
	return t
}

// remembered is the number called, from this node's memory: the store is out of
// reach.
func (e *Engine) remembered(ev flow.Event) number.Assignment {
	if ev.Start == nil {
		return number.Assignment{}
	}
	if entry, ok := e.shared.numbers.Load(ev.Start.To); ok {
		return entry.(number.Assignment)
	}
	return number.Assignment{}
}

// languageOf is the language of a number's callers: its own, or its account's as this
// node last saw it.
func (e *Engine) languageOf(n number.Assignment) string {
	account, _ := e.shared.languages.Load(n.Account)
	of, _ := account.(string)
	return cmp.Or(n.Language, of)
}

// Remember reads every account's numbers into this node's memory, so that their
// emergencies are known before the first call. Numbers that calls arrive for are
// remembered anyway.
func (e *Engine) Remember(ctx context.Context) error {
	for a, err := range e.Store.Accounts().List(ctx) {
		if err != nil {
			return err
		}
		for n, err := range e.Store.Numbers().List(ctx, a.ID) {
			if err != nil {
				return err
			}
			e.shared.numbers.Store(n.Number, n)
		}
	}
	return nil
}

// hangUp is the turn for a call that the store has not: one to a number that
// nobody has, refused without a prompt, or one that it does not know.
func hangUp(ev flow.Event, why flow.Cause) flow.Turn {
	return flow.Turn{Call: ev.Call, Seq: flow.SafeSeq, Info: ev.Start, Move: flow.Move{Do: flow.Command{Kind: flow.Hangup, Cause: why}}}
}

// log writes a turn to the host's log. Numbers print masked and digits not at all.
func (e *Engine) log(ctx context.Context, o *Observed) {
	level := level(&o.Turn)
	if !e.Logger.Enabled(ctx, level) {
		return
	}
	e.Logger.LogAttrs(ctx, level, "turn",
		slog.String("account", o.Turn.Call.Account), slog.String("call", o.Turn.Call.ID),
		slog.Uint64("seq", uint64(o.Turn.Seq)), slog.String("turn", o.Turn.String()), slog.String("step", o.Step))
}

// level is at which a turn is logged: a caller's message that is lost is a warning.
func level(t *flow.Turn) slog.Level {
	switch {
	case t.Move.Ignored != 0:
		return slog.LevelDebug
	case slices.ContainsFunc(t.Posts, func(p flow.Post) bool { return p.Kind == flow.PostMessageLost }):
		return slog.LevelWarn
	}
	return slog.LevelInfo
}
