package vonage

import (
	"context"
	"fmt"
	"net/http"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/flow"
)

// Do carries out a turn that nobody waits for: a live call is sent to fetch what
// stands, which is this turn or a newer one; a call that only ends is ended; a leg
// is placed. A call that Vonage no longer knows is adapter.ErrGone. An error that
// wraps adapter.ErrRefused is final.
func (a *Adapter) Do(ctx context.Context, t flow.Turn) error {
	ctx, cancel := context.WithTimeout(ctx, a.cfg.Deadline)
	defer cancel()
	switch t.Move.Do.Kind {
	case flow.Originate:
		_, err := a.Place(ctx, t)
		return err
	case flow.Listen, flow.Connect, flow.Hold, flow.Record, flow.Join, flow.Hangup:
		return a.move(ctx, &t)
	}
	return fmt.Errorf("vonage: turn %d of call %s says nothing that a carrier can do: %w", t.Seq, t.Call.ID, adapter.ErrRefused)
}

func (a *Adapter) move(ctx context.Context, t *flow.Turn) error {
	ref, err := reference(t.Info)
	if err != nil || ref == "" { // a leg that may have been placed, or not: it is hung up as soon as it begins
		return err
	}
	what := update{Action: "hangup"}
	if t.Move.Do.Kind != flow.Hangup || len(t.Move.Say) > 0 {
		what = transfer(a.url(t.Call, t.Seq, atNext, ""))
	}
	err = a.ask(ctx, http.MethodPut, t.Info.Region, "/"+ref, what, nil)
	if t.Move.Do.Kind != flow.Connect {
		a.hush(ctx, t.Call, t.Info)
	}
	if err != nil {
		return fmt.Errorf("move call %s: %w", t.Call.ID, err)
	}
	return nil
}

// reference is Vonage's reference of a call. It is empty for a leg that is not known
// to have begun.
func reference(info *flow.Info) (string, error) {
	switch {
	case info == nil, info.Ref == "" && !info.IsPlaced():
		return "", fmt.Errorf("vonage: a call without a reference: %w", adapter.ErrRefused)
	case info.Ref == "":
		return "", nil
	}
	return leg(info.Ref)
}

// update is the body of a request that moves or ends a call.
type update struct {
	Action      string       `json:"action"`
	Destination *destination `json:"destination,omitempty"`
}

type destination struct {
	Type string   `json:"type"`
	URL  []string `json:"url"`
}

func transfer(address string) update {
	return update{Action: "transfer", Destination: &destination{Type: "ncco", URL: []string{address}}}
}

// send has a caller fetch a document.
func (a *Adapter) send(ctx context.Context, info *flow.Info, address string) error {
	if info == nil {
		return adapter.ErrGone
	}
	ref, err := leg(info.Ref)
	if err == nil {
		err = a.ask(ctx, http.MethodPut, info.Region, "/"+ref, transfer(address), nil)
	}
	return err
}

// leg is a reference that may be part of an address.
func leg(ref string) (string, error) {
	for i := range len(ref) {
		if c := ref[i]; (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' && c != '_' {
			return "", fmt.Errorf("vonage: %q is no reference of a call: %w", ref, adapter.ErrRefused)
		}
	}
	if ref == "" {
		return "", fmt.Errorf("vonage: a call without a reference: %w", adapter.ErrRefused)
	}
	return ref, nil
}
