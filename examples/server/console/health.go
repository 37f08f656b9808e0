package console

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// Health: whether calls are taken and answered, in lines that say what to do.

type healthData struct {
	Signs []Sign
	Bad   int // of them, those to look at
	Text  string
}

// personal is what a report to others has no business to hold: addresses and numbers.
var personal = regexp.MustCompile(`[a-z]+://\S+|\S+@\S+|\+?\d[\d ()-]{6,}\d`)

// discreet is a line without what is personal.
func discreet(line string) string {
	return personal.ReplaceAllStringFunc(line, func(is string) string {
		if strings.ContainsAny(is, "@/") {
			return "(address)"
		}
		return "(number)"
	})
}

func (c *Console) healthPage(w http.ResponseWriter, r *http.Request) error {
	signs := c.signs(r.Context())
	data := healthData{Signs: signs}
	for _, s := range signs {
		state := "ok"
		if !s.Good {
			state = "LOOK"
			data.Bad++
		}
		data.Text += fmt.Sprintf("%-5s %s\n", state, discreet(cmp.Or(s.Told, s.Name)+": "+s.Text))
	}
	return c.show(w, "health", http.StatusOK, c.view(r, "health", "Health", data))
}

// What a healthy console shows at most.
const (
	slowStore = 200 * time.Millisecond
	lateCall  = 5 * time.Second
)

func (c *Console) signs(ctx context.Context) []Sign {
	var out []Sign
	add := func(name string, good bool, format string, args ...any) {
		out = append(out, Sign{Name: name, Good: good, Text: fmt.Sprintf(format, args...)})
	}
	began := time.Now()
	latest, err := c.cfg.Store.Releases().Latest(ctx, c.cfg.Account)
	took := time.Since(began)
	switch {
	case err != nil:
		add("Store", false, "it does not answer. Calls get “one moment please”, then each number's emergency. See that the database runs and can be reached.")
		return out
	case took > slowStore:
		add("Store", false, "it took %v to answer. Look for long queries and full disks.", took.Round(time.Millisecond))
	default:
		add("Store", true, "answers in %v", took.Round(10*time.Microsecond))
	}
	c.agenda(ctx, add)
	live, owed := 0, 0
	for call, err := range c.cfg.Store.Calls().List(ctx, c.cfg.Account, storage.Query{Live: true, Limit: 10_000}) {
		if err != nil {
			break
		}
		live++
		if call.Owed {
			owed++
		}
	}
	add("Calls under way", true, "%d", live)
	add("Commands to deliver", owed < 100, "%d wait for the carrier to take them%s", owed, map[bool]string{true: ". See whether the carrier can be reached."}[owed >= 100])
	c.serves(ctx, latest.Settings, add)
	for i, sign := range out { // a mailbox may have the name of whose it is
		if name, is := strings.CutPrefix(sign.Name, "Mailbox "); is && latest.Settings.Mailboxes[name].Owner != "" {
			out[i].Told = "Mailbox of an agent"
		}
	}
	add("Version", true, "%d is live, since %s", latest.Version, latest.At.UTC().Format(time.RFC3339))
	add("Schema", latest.Schema <= flow.Schema, "%d, this program reads up to %d%s", latest.Schema, flow.Schema,
		map[bool]string{true: ". A newer program published it: start that one here, too."}[latest.Schema > flow.Schema])
	add("Program", true, "%s", program())
	if c.cfg.Health != nil {
		out = append(out, c.cfg.Health(ctx)...)
	}
	return out
}

// agenda is whether timers go off in time, and whether clocks agree.
func (c *Console) agenda(ctx context.Context, add func(string, bool, string, ...any)) {
	now, err := c.cfg.Store.Agenda().Now(ctx)
	if err != nil {
		add("Timers", false, "the store's clock cannot be read: %v. See that the database runs and can be reached.", err)
		return
	}
	at, some, err := c.cfg.Store.Agenda().Next(ctx)
	switch lag := now.Sub(at); {
	case err != nil:
		add("Timers", false, "the store does not say when the next one is due: %v. See that the database runs and can be reached.", err)
	case some && lag > lateCall:
		add("Timers", false, "the oldest is %v late. See that the engine runs (Engine.Run), and that the machine is not overloaded.", lag.Round(time.Second))
	case some:
		add("Timers", true, "in time; the next is due at %s", at.UTC().Format(time.RFC3339))
	default:
		add("Timers", true, "none is armed")
	}
	skew := time.Since(now).Round(time.Second)
	if c.sim() != nil && c.sim().Store == c.cfg.Store {
		add("Clock", true, "the simulator's; %v from this machine's", -skew)
		return
	}
	add("Clock", skew.Abs() < 2*time.Second, "the store's is %v from this machine's%s", -skew, map[bool]string{true: ". Set both by NTP."}[skew.Abs() >= 2*time.Second])
}

func program() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return info.Main.Path + " " + info.Main.Version + ", " + info.GoVersion
}

// serves is whether callers of queues can be served, and mailboxes take messages.
func (c *Console) serves(ctx context.Context, s flow.Settings, add func(string, bool, string, ...any)) {
	good := true
	look := func(name, format string, args ...any) {
		good = false
		add(name, false, format, args...)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Queues)) {
		line, err := c.cfg.Store.Queues().Waiting(ctx, c.cfg.Account, name, 0, nil)
		switch {
		case err != nil:
			look("Queue "+name, "it cannot be read: %v. See that the database runs and can be reached.", err)
		case len(line.Members) == 0:
			look("Queue "+name, "nobody serves it: its callers are led on at once. Add members on its page.")
		case !slices.ContainsFunc(line.Members, func(m flow.Member) bool { return len(m.Party.Endpoints) > 0 }):
			look("Queue "+name, "none of its members has a telephone: its callers are led on at once. Add endpoints on the agents' pages.")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Mailboxes)) {
		most := s.Mailboxes[name].MaxMessages
		if most == 0 {
			continue
		}
		if n, err := c.cfg.Store.Mailboxes().Count(ctx, c.cfg.Account, name); err == nil && n.Messages >= most {
			look("Mailbox "+name, "it is full: %d messages, and it holds %d. Its callers are told so. Delete some, or raise max_messages.", n.Messages, most)
		}
	}
	if good {
		add("Queues and mailboxes", true, "somebody serves every queue, and every mailbox has room")
	}
}
