package account

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/extflow/extflow/flow"
)

// lasting is a time such as "15s".
type lasting struct {
	into *time.Duration
	none bool // no time at all may be meant
}

func (v lasting) read(r *reader, n *node, at string) {
	s, ok := r.line(n, at, "a time such as 15s, 5m, 2h or 30d")
	if !ok {
		return
	}
	d, ok := parseLasting(s)
	switch {
	case !ok:
		r.fault(n.line, at, "%.64q is no time; write one such as 15s, 5m, 2h or 30d", s)
	case d == 0 && v.none:
		*v.into = flow.None
	case d == 0:
		r.fault(n.line, at, "%s is too short; write more, or leave the key out for the default", s)
	default:
		*v.into = d
	}
}

func (v lasting) write() *node {
	if *v.into == 0 {
		return nil
	}
	return &node{kind: scalar, text: formatLasting(*v.into), tidy: true}
}

func (v lasting) schema() schema { return reference("time") }

const day = 24 * time.Hour

// parseLasting reads "15s", "1h30m", "30d", "1d12h", or whole seconds.
func parseLasting(s string) (time.Duration, bool) {
	if seconds, err := strconv.ParseInt(s, 10, 64); err == nil {
		return time.Duration(seconds) * time.Second, seconds >= 0 && seconds <= int64(maxLasting/time.Second)
	}
	var whole time.Duration
	if before, rest, ok := strings.Cut(s, "d"); ok {
		n, err := strconv.ParseUint(before, 10, 16)
		if err != nil {
			return 0, false
		}
		if whole, s = time.Duration(n)*day, rest; s == "" {
			return whole, whole <= maxLasting
		}
	}
	d, err := time.ParseDuration(s)
	return whole + d, err == nil && !strings.ContainsAny(s, "+-") && whole <= maxLasting && d <= maxLasting-whole
}

// maxLasting is longer than anything here lasts.
const maxLasting = 36500 * day

// formatLasting writes a time as people do, in days where it is whole days.
func formatLasting(d time.Duration) string {
	if d <= time.Nanosecond { // which stood for none in releases of before
		return "0s"
	}
	if d%day == 0 {
		return fmt.Sprintf("%dd", d/day)
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
