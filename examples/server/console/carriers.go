package console

import (
	"context"
	"slices"
	"time"

	"github.com/extflow/extflow/storage"
)

// The carriers: whether they are on, and what they brought lately.

// carrierState is how a carrier is.
type carrierState struct {
	Carrier
	Live int       // calls under way
	Last time.Time // when something was last heard of a call; zero where nothing was lately
}

// on are the carriers that are switched on.
func on(all []Carrier) []Carrier {
	return slices.DeleteFunc(slices.Clone(all), func(c Carrier) bool { return c.Off != "" })
}

// lately is how many of the newest calls are looked at for when a carrier was last heard.
const lately = 500

func (c *Console) carrierStates(ctx context.Context) ([]carrierState, error) {
	all := make([]carrierState, len(c.cfg.Carriers))
	at := map[string]*carrierState{}
	for i, carrier := range c.cfg.Carriers {
		all[i].Carrier = carrier
		at[carrier.Name] = &all[i]
	}
	if len(all) == 0 {
		return nil, nil
	}
	for _, q := range []storage.Query{{Live: true, Limit: 10_000}, {Limit: lately}} {
		for call, err := range c.cfg.Store.Calls().List(ctx, c.cfg.Account, q) {
			if err != nil {
				return nil, err
			}
			s := at[call.Carrier]
			if s == nil {
				continue
			}
			if q.Live {
				s.Live++
			}
			if heard := time.Unix(0, call.Last); heard.After(s.Last) {
				s.Last = heard
			}
		}
	}
	return all, nil
}
