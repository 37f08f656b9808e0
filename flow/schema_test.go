package flow

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
)

// documents are what schema 1 is held to: calls where they wait for different
// things, the turns of calls, a release. testdata/schema/1 has them as they were
// first written, and every later version must read them.
func documents(t *testing.T) map[string]any {
	b := compiled(t, func(s *Settings) {
		m := s.Menus["main"]
		m.Back, m.Hours, m.Closed = "8", "office", ToExtension("1002", ToPersonal())
		m.Keys["3"] = *ToHandoff(extension.Endpoint{Address: "tel:+12025550199"}, nil)
		s.Menus["main"] = m
		s.Hours = map[string]Hours{"office": {Open: map[string][]Span{"mon": {{540, 1020}}}, Holidays: map[string][]Span{"2026-12-25": {}}}}
		s.Queues["support"] = Queue{Strategy: RingAll, Hold: Named("hold"), LeaveKey: "*", Announce: Announce{Wait: extension.On}}
		box := s.Mailboxes["team"]
		box.Keys = map[string]Dest{"0": *HangUp(Say("Bye."))}
		s.Mailboxes["team"] = box
	})
	voicemail := rings(t, b).happens(What{Kind: Unreachable}).after(20 * time.Second).hangsUp()
	talk := offered(t, b, "support").happens(What{Kind: Answered}).keys("1").happens(What{Kind: Replied, Yes: true})
	line := dials(t, b, theFlow).keys("1003").found(extension.ClassBusy, grace).happens(What{Kind: Opened, Yes: true}).keys("1")
	line.found(extension.ClassAvailable, nil).told(Offered, "leg1").told(Offered, "leg2")
	line.wakes(NoticeClock, What{Class: extension.ClassAvailable, Position: 2, Length: 90 * time.Second})
	ended := rings(t, b).fact(What{Kind: Answered}).happens(What{Kind: AgentHungUp}).hangsUp()
	r, err := NewRelease("acme", "r1", 1, noon, b.Settings())
	require.NoError(t, err)
	return map[string]any{
		"call-listening": dials(t, b, theFlow).c, "call-ringing": rings(t, b).c, "call-in-line": line.c,
		"call-pending": voicemail.c, "call-ended": ended.c, "leg-screening": offered(t, b, "support").happens(What{Kind: Answered}).c,
		"leg-in-talk": talk.c, "turns-of-a-caller": line.turns, "turns-of-a-leg": talk.turns, "turns-of-a-voicemail": voicemail.turns,
		"release": r,
	}
}

// TestSchema1_addsWhatIsMissing writes documents that are not there yet, with
// EXTFLOW_UPDATE=1. What is there is never written again.
func TestSchema1_addsWhatIsMissing(t *testing.T) {
	t.Parallel()
	for name, document := range documents(t) {
		file := filepath.Join("testdata", "schema", "1", name+".json")
		if _, err := os.Stat(file); err == nil {
			continue
		}
		require.Equal(t, "1", os.Getenv("EXTFLOW_UPDATE"), "%s is missing; EXTFLOW_UPDATE=1 adds it", file)
		text, err := json.MarshalIndent(document, "", "  ")
		require.NoError(t, err, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, append(text, '\n'), 0o644))
	}
}

func TestSchema1_isReadAndWrittenAsItAlwaysWas(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "schema", "1", "*.json"))
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 11)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var again any
		switch kind, _, _ := strings.Cut(strings.TrimSuffix(filepath.Base(file), ".json"), "-"); kind {
		case "call", "leg":
			var c Call
			require.NoError(t, json.Unmarshal(text, &c), file)
			require.NotZero(t, c.Turn().Move.Do.Kind, "%s: nothing stands", file)
			again = c
		case "turns":
			var turns []Turn
			require.NoError(t, json.Unmarshal(text, &turns), file)
			require.Equal(t, Arrived, turns[0].Event.Kind, file)
			again = turns
		case "release":
			var r Release
			require.NoError(t, json.Unmarshal(text, &r), file)
			b, err := r.Book()
			require.NoError(t, err, file)
			require.Equal(t, r.Steps, b.StepNames()[:len(r.Steps)], "the steps have moved")
			again = r
		default:
			t.Fatalf("%s is none of calls, legs, turns and releases", file)
		}
		if Schema == 1 {
			now, err := json.Marshal(again)
			require.NoError(t, err)
			require.JSONEq(t, string(text), string(now), file)
		}
	}
}
