package extflow

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// place has the carrier place a leg. That it is told so is stored first: whatever
// happens to this node then, no leg is placed twice, and one that was never placed
// is over as soon as nobody wants it.
func (e *Engine) place(ctx context.Context, carrier adapter.Carrier, c flow.Call) error {
	turn, first, err := e.placing(ctx, c)
	if err != nil || !first {
		return err
	}
	wait, err := e.turnOf(ctx, c, adapter.AbilitiesOf(carrier).Pace)
	if err != nil {
		return err
	}
	var ref string
	if wait == 0 {
		ref, err = adapter.Place(ctx, carrier, turn)
	}
	what := flow.What{Kind: flow.Began, Ref: ref}
	switch {
	case wait > 0:
		what = flow.What{Kind: flow.NotPlaced, Length: wait, Cause: "the carrier's pace"}
	case err == nil && ref == "": // its callbacks tell
		return nil
	case err == nil:
	case errors.Is(err, adapter.ErrNext):
		what = flow.What{Kind: flow.Unreachable, Yes: true, Cause: err.Error()}
	case errors.Is(err, adapter.ErrRefused):
		what = flow.What{Kind: flow.Failed, Cause: err.Error()}
	default:
		e.Logger.LogAttrs(ctx, slog.LevelWarn, "leg not placed; it is tried again", slog.String("call", c.ID), slog.Any("error", err))
		what = flow.What{Kind: flow.NotPlaced, Cause: err.Error()}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.Deadline) // it has happened, also where this node stops
	defer cancel()
	now, err := e.happen(ctx, flow.Event{Call: c.Key, Re: turn.Seq, What: what})
	if err != nil || what.Kind != flow.Began || now.Move.Do.Kind != flow.Hangup {
		return err
	}
	return e.dismiss(ctx, carrier, now, ref)
}

// turnOf is how long a leg has to wait for the carrier's pace that no token was taken
// for before: the leg of an offer was given one.
func (e *Engine) turnOf(ctx context.Context, c flow.Call, pace time.Duration) (time.Duration, error) {
	if !c.Outbound || c.IsLeg() && c.Queue != "" || pace <= 0 {
		return 0, nil
	}
	now, err := e.Store.Agenda().Now(ctx)
	if err != nil {
		return 0, err
	}
	return e.paced(ctx, c.Carrier, pace, now)
}

// placing stores that a leg is placed now. It reports false where that is not to
// be, or no longer: another node does it, or nobody waits for the leg any more.
func (e *Engine) placing(ctx context.Context, c flow.Call) (turn flow.Turn, first bool, err error) {
	now, err := e.Store.Agenda().Now(ctx)
	if err != nil {
		return turn, false, err
	}
	w := e.begin(ctx, c.Account, now, nil)
	m, err := w.happen(c.ID, flow.Event{Call: c.Key, Re: c.Standing, At: now, What: flow.What{Kind: flow.Placing}})
	if err != nil || m.Ignored != 0 {
		return turn, false, err
	}
	if err := w.commit(); err != nil {
		if errors.Is(err, storage.ErrConflict) { // it is owed still, if it is
			err = nil
		}
		return turn, false, err
	}
	return w.turn(c.ID), true, nil
}

// dismiss hangs up on a leg that turned up when its call was over.
func (e *Engine) dismiss(ctx context.Context, carrier adapter.Carrier, t flow.Turn, ref string) error {
	info := *t.Info
	info.Ref, t.Info = ref, &info
	if err := carrier.Do(ctx, t); err != nil && !errors.Is(err, adapter.ErrGone) {
		return err
	}
	return nil
}
