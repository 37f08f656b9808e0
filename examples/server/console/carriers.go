package console

import (
	"context"
	"net/http"
	"slices"
	"strings"
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

// shownCarrier is a carrier on the page of numbers.
type shownCarrier struct {
	Carrier
	Heard   *Webhooks // nil where that is not known
	Checked *Sign     // what was just found out; nil where nothing was
}

// shownCarriers are those that are on, with what was found out about the one that a form asks
// to be checked.
func (c *Console) shownCarriers(r *http.Request) (all []shownCarrier) {
	for _, carrier := range on(c.cfg.Carriers) {
		s := shownCarrier{Carrier: carrier}
		if carrier.Webhooks != nil {
			heard := carrier.Webhooks()
			s.Heard = &heard
		}
		if carrier.Check != nil && strings.HasSuffix(r.URL.Path, "/check") && r.FormValue("carrier") == carrier.Name {
			sign := carrier.Check(r.Context())
			s.Checked = &sign
		}
		all = append(all, s)
	}
	return all
}

// checkCarrier tries whether what a carrier sends would get here, and shows what came of it.
func (c *Console) checkCarrier(w http.ResponseWriter, r *http.Request) error {
	return c.showNumbers(w, r, "", nil, nil)
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
