package console

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// What the list of flows says beside their settings: since which version each is as it is,
// which numbers lead to it in which version, and the last call.

// since is the version in which each flow got to be as it is live. It is looked up once for
// each version; a flow that is older than the versions that are looked at has none.
func (c *Console) since(ctx context.Context) (map[string]uint32, error) {
	latest, err := c.cfg.Store.Releases().Latest(ctx, c.cfg.Account)
	if err != nil {
		return nil, err
	}
	if all, ok := c.sinces.Load(latest.ID); ok {
		return all.(map[string]uint32), nil
	}
	open, out, looked := maps.Clone(latest.Settings.Flows), map[string]uint32{}, 0
	for name := range open {
		out[name] = latest.Version
	}
	for rel, err := range c.cfg.Store.Releases().List(ctx, c.cfg.Account) {
		if err != nil {
			return nil, err
		}
		for name, is := range open {
			if was, had := rel.Settings.Flows[name]; !had || !reflect.DeepEqual(was, is) {
				delete(open, name)
			} else {
				out[name] = rel.Version
			}
		}
		if looked++; len(open) == 0 || looked == mostVersions {
			break
		}
	}
	for name := range open {
		if looked == mostVersions {
			delete(out, name)
		}
	}
	c.sinces.Clear()
	c.sinces.Store(latest.ID, out)
	return out, nil
}

// pins are the versions that numbers are pinned to, by number.
func (c *Console) pins(ctx context.Context) (map[string]string, error) {
	ids := map[string]string{}
	for n, err := range c.cfg.Store.Numbers().List(ctx, c.cfg.Account) {
		if err != nil {
			return nil, err
		}
		if n.Release != "" {
			ids[string(n.Number)] = n.Release
		}
	}
	for number, id := range ids {
		ids[number] = "an earlier version"
		if b, err := c.book(ctx, c.cfg.Store, id); err == nil {
			ids[number] = "version " + strconv.FormatUint(uint64(b.Version), 10)
		}
	}
	return ids, nil
}

// lastCall is a call in a list of what calls lead to.
type lastCall struct {
	ID string
	At time.Time
}

// How many of the numbers that lead to a flow, and of the newest calls to each, are looked at
// for its last call.
const (
	mostNumbers = 20
	mostLegs    = 8
)

// lastOf is the newest call to any of some numbers; nil where there is none.
func (c *Console) lastOf(ctx context.Context, numbers []string) (*lastCall, error) {
	var last *lastCall
	for _, n := range numbers[:min(len(numbers), mostNumbers)] {
		for call, err := range c.cfg.Store.Calls().List(ctx, c.cfg.Account, storage.Query{To: c.number(ctx, n), Limit: mostLegs}) {
			if err != nil {
				return nil, err
			}
			if call.IsLeg() {
				continue
			}
			if at := began(call); last == nil || at.After(last.At) {
				last = &lastCall{call.ID, at}
			}
			break
		}
	}
	return last, nil
}

// began is when a call came, or was last heard of where that is not known.
func began(call flow.Call) time.Time {
	if call.Began != 0 {
		return time.Unix(0, call.Began)
	}
	return time.Unix(0, call.Last)
}

// flowRows adds to a list of flows what is so of each.
func (c *Console) flowRows(ctx context.Context, l *listData) (err error) {
	if l.Archived, err = c.archive(ctx); err != nil {
		return err
	}
	since, err := c.since(ctx)
	if err != nil {
		return err
	}
	for i, row := range l.Rows {
		l.Rows[i].Version = since[row.Name]
		if l.Rows[i].Last, err = c.lastOf(ctx, row.Numbers); err != nil {
			return err
		}
	}
	slices.SortFunc(l.Archived, func(a, b archived) int { return b.At.Compare(a.At) })
	return nil
}
