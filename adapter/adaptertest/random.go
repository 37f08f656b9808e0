package adaptertest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/flow/flowtest"
)

// RunRandom plays so many stories that are made up, each with an account that is made
// up: both come from a seed, from the first one on. They end at the carrier as they
// end on simulated telephones. What needs an ability that the carrier lacks does not
// occur in them; Trims it must have.
func RunRandom(t *testing.T, c Carrier, first, stories uint64) {
	t.Helper()
	if slices.Contains(c.Lacks, Trims) {
		t.Fatal("the length of recordings could not be compared; test the carrier in a way in which it trims them")
	}
	c = c.withDefaults()
	dir := t.TempDir()
	for seed := first; seed < first+stories; seed++ {
		document, story := madeUp(t, seed, c.Lacks)
		name := fmt.Sprintf("seed %d", seed)
		for file, text := range map[string]string{name + ".yaml": document, name + ".call": "account: " + name + ".yaml\n\n" + story} {
			if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	flowtest.RunOutcomes(t, filepath.Join(dir, "*.call"), nil, flowtest.Outcomes{Lay: c.Lay, Open: c.Open, Late: c.Late})
}

// Many is how many stories a test makes up: 100, 1,000 with EXTFLOW_LONG set, and 20
// with -short.
func Many() uint64 {
	switch {
	case os.Getenv("EXTFLOW_LONG") != "":
		return 1000
	case testing.Short():
		return 20
	}
	return 100
}

// madeUp is an account, and a story in which everything can happen that does.
func madeUp(t *testing.T, seed uint64, lacks []Ability) (document, story string) {
	t.Helper()
	for try := uint64(0); ; try++ {
		r := dice{Rand: rand.New(rand.NewPCG(seed, try)), lacks: lacks}
		r.alone = r.IntN(2) == 0
		document = r.account()
		if _, err := account.Parse([]byte(document)); err != nil {
			if try > 100 {
				t.Fatalf("no account can be made up: %v", err)
			}
			continue
		}
		stage, err := flowtest.NewStage([]byte(document), flowtest.OpenCore)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for range 4 + r.IntN(8) {
			for _, line := range r.acts(b.Len() == 0) {
				act, err := flowtest.ParseAct(line)
				if err != nil {
					t.Fatal(err)
				}
				switch _, err := stage.Do(context.Background(), act); {
				case errors.Is(err, flowtest.ErrImpossible):
					continue
				case err != nil:
					t.Fatalf("seed %d: %s: %v", seed, line, err)
				}
				b.WriteString(line + "\n")
			}
		}
		return document, b.String()
	}
}

// dice make things up.
type dice struct {
	*rand.Rand
	lacks []Ability
	alone bool // there is one caller: a second would grow impatient while a carrier takes its time over a * of the first
}

func (d dice) of(some ...string) string { return some[d.IntN(len(some))] }

var staff = []string{"ada", "grace", "linus", "mary"}

// account is a document: four agents, a queue that may call back, a menu, a mailbox, a
// question to the product, a directory, and a flow whose rules lead anywhere.
func (d dice) account() string {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	say("account: acme")
	say("settings: {extension_length: 4, extension_range: [1001, 9999], default_region: US, timezone: America/New_York, default_queue: support, default_mailbox: team}")
	say("agents:")
	for i, name := range staff {
		say("  - {id: %s, name: %s, extension: \"%d\", endpoints: [%s], presence: %s, screening: %s, listed: %s}",
			name, name, 1001+i, d.endpoints(name, i), d.of("available", "available", "available", "busy", "away", "offline"), d.of("default", "on", "off"), d.of("on", "on", "off"))
	}
	members := slices.Clone(staff)
	d.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	say("queues:")
	say("  support: {members: [%s], ring: 20s, max_wait: %ds, on_max_wait: %s, callback: %s, %s}", strings.Join(members[:1+d.IntN(3)], ", "), 50+d.IntN(100), d.leaf(),
		d.of("on", "off"), d.of("leave_key: \"*\", on_leave: {voicemail: team}", "on_no_members: {voicemail: team}", "strategy: in-order"))
	say("mailboxes: {team: {greeting: {say: \"Please leave a message after the tone.\"}}}")
	say("menus:")
	say("  main: {prompt: {say: \"For support press 1. To leave a message press 2.\"}, keys: {\"1\": {queue: support}, \"2\": {voicemail: team}, \"9\": repeat}, repeats: %d, after_repeats: %s}", d.IntN(3), d.leaf())
	say("questions:")
	say("  tier: {limit: 5s, answers: {gold: %s, silver: %s}, otherwise: %s}", d.rung(), d.of("{queue: support}", "{menu: main}"), d.leaf())
	say("directories:")
	say("  people: {%skeys: {\"0\": {queue: support}}, repeats: %d, after_repeats: %s}", d.of("", "flow: front-desk, "), d.IntN(3), d.leaf())
	say("flows:")
	say("  front-desk: {repeats: %d, ring: {time: %ds}, unavailable: %s, no_answer: %s, busy: %s, star: %s, after_repeats: %s}",
		d.IntN(4), 20+10*d.IntN(3), d.dest(), d.dest(), d.dest(), d.dest(), d.dest())
	say("numbers: {\"+1 202-555-0100\": %s}", d.of("{flow: front-desk}", "{flow: front-desk}", "{flow: front-desk}", "{ask: tier}", "{directory: people}"))
	return b.String()
}

// endpoints are where an agent is rung: at two telephones only where they ring
// together, since of those that ring one after the other it is a matter of seconds
// which one is picked up.
func (d dice) endpoints(name string, i int) string {
	tel, client, sip := fmt.Sprintf("\"tel:+1202555011%d\"", 1+i), "\"client:"+name+"\"", "\"sip:"+name+"@pbx.example.com\""
	if slices.Contains(d.lacks, RingOn) {
		return d.of(tel, tel, client, sip)
	}
	return d.of(tel, client, sip, client+", "+tel)
}

func (d dice) leaf() string {
	return d.of("{voicemail: team}", "voicemail", `{hangup: {say: "Goodbye."}}`)
}

func (d dice) dest() string {
	return d.of(d.leaf(), "{menu: main}", "{queue: support}", "{queue: support}", "{ask: tier}", "{directory: people}", d.rung())
}

func (d dice) rung() string {
	return fmt.Sprintf(`{extension: "%d", otherwise: %s}`, 1001+d.IntN(4), d.leaf())
}

// acts are some acts that belong together.
func (d dice) acts(first bool) []string {
	agent, caller := d.of(staff...), d.of("caller", "caller", "second caller")
	if d.alone {
		caller = "caller"
	}
	switch n := d.IntN(26); {
	case first:
		return []string{"caller dials +12025550100 from +14155550100"}
	case n < 5:
		return []string{fmt.Sprintf("%s presses %d", caller, 1001+d.IntN(4))}
	case n < 7:
		keys := []string{"7777", "12#", "1", "2", "9"}
		if d.alone || !slices.Contains(d.lacks, Star) {
			keys = append(keys, "*#")
		}
		return []string{caller + " presses " + d.of(keys...)}
	case n < 8:
		return []string{caller + " presses 1", caller + " presses " + d.of("1", "1", "2")} // to be called back, confirmed
	case n < 11:
		return []string{agent + " answers", agent + d.of(" presses 1", " presses 1", " presses 2", " hangs up")}
	case n < 12 && !slices.Contains(d.lacks, Declined):
		return []string{agent + " declines"}
	case n < 13:
		return []string{agent + " hangs up"}
	case n < 15:
		return []string{agent + d.of("'s line is busy", " cannot be reached", " lets it ring")}
	case n < 16:
		return []string{agent + " is " + d.of("available", "busy", "away")}
	case n < 17:
		return []string{caller + " speaks for 12s"}
	case n < 18:
		return []string{caller + d.of(" hangs up", " answers")}
	case n < 19 && !d.alone:
		return []string{"second caller dials +12025550100 from +14155550101"}
	case n < 20:
		return []string{d.of("the product says "+d.of("gold", "silver", "platinum")+" to ", "the product has no answer for ") + caller}
	case n < 21:
		return d.outbound(agent)
	case n < 23:
		return []string{caller + " presses " + d.of(d.spelled(agent), d.spelled(agent), "99#", "0#"), caller + " presses " + d.of("1", "1", "2", "*")}
	}
	return []string{d.of("...7s", "...47s", "...3m13s")}
}

// spelled are the first letters of a name: one, which several may have, or all.
func (d dice) spelled(name string) string {
	keys := extension.Spellings(name)[0]
	return d.of(keys[:1], keys) + "#"
}

// outbound is a call with somebody outside that the product asks for.
func (d dice) outbound(agent string) []string {
	const outside = "tel:+14155550199"
	acts := []string{
		outside + d.of("'s line is busy", " cannot be reached", " lets it ring", " lets it ring", " lets it ring"),
		"the product has " + agent + " call +14155550199 from +12025550100",
		agent + " answers", agent + " presses 1",
	}
	return append(acts, d.of(outside+" answers", "...47s"), d.of(outside, agent)+" hangs up")
}
