package vonage

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/extflow/extflow/adapter"
	"github.com/extflow/extflow/flow"
)

// Do carries out a turn that nobody waits for: a live call is sent to fetch what
// stands, which is this turn or a newer one; a call that only ends is ended; a leg
// is placed. A call that Vonage no longer knows is no error; for a leg that is not
// there, and that this node is not placing either, it is adapter.ErrGone. An error
// that wraps adapter.ErrRefused is final.
func (a *Adapter) Do(ctx context.Context, t flow.Turn) error {
	ctx, cancel := context.WithTimeout(ctx, a.cfg.Deadline)
	defer cancel()
	switch t.Move.Do.Kind {
	case flow.Originate:
		_, late, err := a.placeFrom(ctx, &t, offer, ringing{})
		if late {
			return errors.New("vonage: too many legs are being placed")
		}
		return err
	case flow.Listen, flow.Connect, flow.Hold, flow.Record, flow.Join, flow.Hangup:
		return a.move(ctx, &t)
	}
	return fmt.Errorf("vonage: turn %d of call %s says nothing that a carrier can do: %w", t.Seq, t.Call.ID, adapter.ErrRefused)
}

func (a *Adapter) move(ctx context.Context, t *flow.Turn) error {
	ref, err := a.refOf(ctx, t.Call, t.Info, nil)
	switch {
	case err != nil:
		return err
	case ref == "" && a.known.ref(t.Call) == "": // it was never placed, or is over
		return fmt.Errorf("vonage: no leg %s: %w", t.Call.ID, adapter.ErrGone)
	case ref == "":
		return nil
	}
	what := update{Action: "hangup"}
	if t.Move.Do.Kind != flow.Hangup || len(t.Move.Say) > 0 {
		what = transfer(a.url(t.Call, t.Seq, atNext, ""))
	}
	err = a.ask(ctx, http.MethodPut, t.Info.Region, "/"+ref, what, nil)
	if err != nil && !errors.Is(err, adapter.ErrGone) {
		return fmt.Errorf("move call %s: %w", t.Call.ID, err)
	}
	if t.Move.Do.Kind != flow.Connect {
		a.hush(ctx, t.Call, t.Info)
	}
	return nil
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

// refOf is Vonage's reference of a call: the caller's own, or that of a leg which
// was placed. It is empty where the leg is not there any more. A leg that another
// node placed is looked for among those that are live; the endpoints help to tell them
// apart.
func (a *Adapter) refOf(ctx context.Context, k flow.Key, info *flow.Info, ends []stage) (string, error) {
	if info != nil && info.Ref != "" && k == info.Key {
		return leg(info.Ref)
	}
	if ref := a.known.ref(k); ref != "" && !strings.HasPrefix(ref, leaving) {
		return leg(ref)
	}
	if info == nil {
		return "", fmt.Errorf("vonage: call %s has no reference: %w", k.ID, adapter.ErrRefused)
	}
	live, err := a.live(ctx, info)
	if err != nil {
		return "", fmt.Errorf("look for leg %s: %w", k.ID, err)
	}
	live = slices.DeleteFunc(live, func(f found) bool {
		return a.known.key(f.UUID) != (flow.Key{}) || ends != nil && !slices.ContainsFunc(ends, func(s stage) bool { return f.to(s.Endpoint) })
	})
	switch len(live) {
	case 0:
		return "", nil
	case 1:
		a.known.remember(live[0].UUID, k)
		return leg(live[0].UUID)
	}
	return "", fmt.Errorf("vonage: %d live legs could be %s; the node that placed it can tell", len(live), k.ID)
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

// parties are the endpoints of a call's party.
func parties(c *flow.Call) []stage {
	var ends []stage
	if c.Party != nil {
		for _, e := range c.Party.Endpoints {
			ends = append(ends, stage{Endpoint: e})
		}
	}
	return ends
}
