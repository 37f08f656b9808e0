package main

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/adapter/twilio/twiliotest"
	"github.com/extflow/extflow/storage/postgres/postgrestest"
)

// Three servers, each a process of its own, with one PostgreSQL. Before them stands
// a proxy that sends every request to another one than the request before.

// rounds is the proxy: what reaches a server that is gone is sent to the next.
type rounds struct {
	http.RoundTripper
	count   atomic.Int64
	mu      sync.Mutex
	servers []string
	served  map[string]int
}

func (r *rounds) RoundTrip(q *http.Request) (res *http.Response, err error) {
	var body []byte
	if q.Body != nil {
		if body, err = io.ReadAll(q.Body); err != nil {
			return nil, err
		}
		q.Body.Close()
	}
	n, servers := int(r.count.Add(1)), r.all()
	for try := range len(servers) {
		at := servers[(n+try)%len(servers)]
		next := q.Clone(q.Context())
		next.URL.Host, next.Body = at, io.NopCloser(strings.NewReader(string(body)))
		next.Header.Set("X-Forwarded-For", "54.172.60.0")
		if res, err = r.RoundTripper.RoundTrip(next); err == nil {
			r.mu.Lock()
			r.served[at]++
			r.mu.Unlock()
			return res, nil
		}
	}
	return nil, err
}

// company is the servers, and a small Twilio that calls them.
type company struct {
	*process // requests to the API go round too
	carrier  *twiliotest.Carrier
	rounds   *rounds
	servers  []*exec.Cmd
	url      string
	env      []string
}

const administrator = "an administrator's token"

func founded(t *testing.T, servers int) *company {
	t.Helper()
	c := &company{url: postgrestest.Database(t), rounds: &rounds{RoundTripper: &http.Transport{}, served: map[string]int{}}}
	c.carrier = twiliotest.Start(t, twiliotest.Config{Client: &http.Client{Transport: c.rounds}})
	c.env = append(os.Environ(), asServer+"=1",
		"TWILIO_ACCOUNT_SID="+c.carrier.AccountSID(), "TWILIO_AUTH_TOKEN="+c.carrier.AuthToken(), "TWILIO_API_URL="+c.carrier.URL(),
		"EXTFLOW_PUBLIC_URL=http://calls.example.com", "EXTFLOW_ADMIN_TOKEN="+administrator)
	c.process = &process{t: t, base: "http://calls.example.com", client: &http.Client{Transport: c.rounds}, token: administrator}
	t.Cleanup(c.rounds.RoundTripper.(*http.Transport).CloseIdleConnections)
	for range servers {
		at := c.serve()
		c.rounds.servers = append(c.rounds.servers, at)
	}
	c.carrier.Assign("+12025550100", twiliotest.Number{
		VoiceURL: "http://calls.example.com/twilio/voice", FallbackURL: "http://calls.example.com/twilio/voice", StatusURL: "http://calls.example.com/twilio/status",
	})
	return c
}

// serve starts a server and returns where it listens.
func (c *company) serve() (at string) {
	c.t.Helper()
	self, err := os.Executable()
	require.NoError(c.t, err)
	server := exec.Command(self, "-addr", "127.0.0.1:0", "-db", c.url)
	server.Env = c.env
	said, err := server.StdoutPipe()
	require.NoError(c.t, err)
	require.NoError(c.t, server.Start())
	lines := bufio.NewScanner(said)
	for at == "" && lines.Scan() {
		if _, rest, ok := strings.Cut(lines.Text(), "exposed: "); ok {
			at, _, _ = strings.Cut(rest, ",")
		}
	}
	c.servers = append(c.servers, server)
	c.t.Cleanup(func() { _ = server.Process.Kill(); _ = server.Wait() })
	require.NotEmpty(c.t, at, "the server did not start")
	go func() { _, _ = io.Copy(io.Discard, said) }()
	return at
}

func (c *company) dial(from string) *twiliotest.Phone {
	c.t.Helper()
	phone, err := c.carrier.Dial(c.t.Context(), from, "+12025550100", twiliotest.Options{})
	require.NoError(c.t, err)
	return phone
}

// becomes waits until what the servers do by themselves has happened.
func (c *company) becomes(want twiliotest.State, state func() twiliotest.State) {
	c.t.Helper()
	require.Eventually(c.t, func() bool {
		require.NoError(c.t, c.carrier.Wait(c.t.Context(), 0))
		return state() == want
	}, 60*time.Second, 10*time.Millisecond, "it does not become %s", want)
}

func TestNodes_threeServersAreOneCompany(t *testing.T) {
	t.Parallel()
	c := founded(t, 3)
	c.put("/api/v1/queues/support/members", object{"members": []string{"ada"}}).is(200)

	first := c.dial(alice) // each of the caller's requests goes to another server
	require.NoError(t, first.Press(t.Context(), "9999"))
	require.Equal(t, twiliotest.Listening, first.View().State)
	require.NoError(t, first.Press(t.Context(), "1001"))
	ada := c.carrier.Agent("client:ada")
	require.Equal(t, twiliotest.Ringing, ada.View().State)
	require.NoError(t, ada.Answer(t.Context()))
	require.Equal(t, twiliotest.Talking, first.View().State)

	second := c.dial(bob) // waits for her, whoever frees her
	require.NoError(t, second.Press(t.Context(), "*"))
	require.NoError(t, c.carrier.Wait(t.Context(), 10*time.Second))
	require.Equal(t, bob, c.get("/api/v1/queues/support/waiting").is(200).word("waiting", 0, "from"))
	require.NoError(t, ada.HangUp(t.Context()))
	c.becomes(twiliotest.Ringing, func() twiliotest.State { return ada.View().State })
	require.NoError(t, ada.Answer(t.Context()))
	c.becomes(twiliotest.Talking, func() twiliotest.State { return second.View().State })
	require.NoError(t, second.HangUp(t.Context()))
	c.becomes(twiliotest.Idle, func() twiliotest.State { return ada.View().State })

	third := c.dial(alice) // leaves a message; its recording is told to another server
	require.NoError(t, third.Press(t.Context(), "1002"))
	require.Equal(t, twiliotest.Recording, third.View().State)
	require.NoError(t, third.Speak(t.Context(), 9*time.Second))
	require.NoError(t, c.carrier.Wait(t.Context(), 9*time.Second))
	require.NoError(t, third.HangUp(t.Context()))
	require.NoError(t, c.carrier.Wait(t.Context(), time.Minute))
	require.Equal(t, "left", c.get("/api/v1/voicemail/team").is(200).word("messages", 0, "state"))

	for _, call := range c.get("/api/v1/calls").is(200).at("calls").([]any) {
		require.Equal(t, true, call.(object)["closed"], "%v", call)
	}
	require.Empty(t, c.carrier.Errors(), "Twilio would have complained")
	require.Len(t, c.rounds.served, 3, "every server had its share: %v", c.rounds.served)
}

func TestNodes_theOthersCarryOnWhenAServerIsKilled(t *testing.T) {
	t.Parallel()
	c := founded(t, 3)
	phones := []*twiliotest.Phone{}
	for i := range 6 {
		phones = append(phones, c.dial(fmt.Sprintf("+1415555%04d", i)))
	}
	require.NoError(t, c.servers[0].Process.Kill())
	require.NoError(t, phones[0].Press(t.Context(), "1001"))
	require.Equal(t, twiliotest.Ringing, c.carrier.Agent("client:ada").View().State)
	for _, phone := range phones[1:] {
		require.NoError(t, phone.Press(t.Context(), "1002"))
		require.Equal(t, twiliotest.Recording, phone.View().State)
	}
	require.NoError(t, c.servers[1].Process.Kill())
	for _, phone := range phones {
		require.NoError(t, phone.HangUp(t.Context()))
	}
	require.NoError(t, c.carrier.Wait(t.Context(), time.Minute))
	require.Eventually(t, func() bool { return len(c.get("/api/v1/calls?live=true").is(200).at("calls").([]any)) == 0 },
		60*time.Second, 20*time.Millisecond, "no call stays open")
	require.Nil(t, c.get("/api/v1/agents/ada").is(200).at("call"), "and nobody reserved")
}

// Callers dial, key and hang up while one server after another is killed and
// started again. Nobody is asked to call back, nothing is left open.
func TestNodes_anyServerMayBeKilledAtAnyInstant(t *testing.T) {
	t.Parallel()
	kills := 4
	if os.Getenv("EXTFLOW_LONG") != "" {
		kills = 120
	}
	c := founded(t, 3)
	stop := make(chan struct{})
	var callers sync.WaitGroup
	var calls atomic.Int64
	for w := range 3 {
		callers.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				phone, err := c.carrier.Dial(t.Context(), fmt.Sprintf("+1415%d%06d", w, i), "+12025550100", twiliotest.Options{})
				if err == nil {
					err = phone.Press(t.Context(), []string{"1001", "1002", "9999"}[i%3])
				}
				if err == nil {
					err = phone.HangUp(t.Context())
				}
				if err != nil {
					t.Error(err)
					return
				}
				calls.Add(1)
			}
		})
	}
	for k := range kills {
		had := calls.Load()
		require.Eventually(t, func() bool { return calls.Load() > had }, 60*time.Second, time.Millisecond)
		<-time.After(time.Duration(50+rand.IntN(200)) * time.Millisecond) // at any instant
		c.restart(k % 3)
	}
	close(stop)
	callers.Wait()
	require.NoError(t, c.carrier.Wait(t.Context(), time.Minute))
	require.Eventually(t, func() bool {
		live := c.get("/api/v1/calls?live=true").is(200).at("calls").([]any)
		for _, call := range live {
			if call.(object)["phase"] != "pending" { // a recording may be to come
				return false
			}
		}
		return true
	}, 60*time.Second, 20*time.Millisecond, "no call is stuck")
	require.Eventually(t, func() bool { return c.get("/api/v1/agents/ada").is(200).at("call") == nil }, 60*time.Second, 20*time.Millisecond, "and nobody reserved")
}

// restart kills a server and starts another in its place.
func (c *company) restart(i int) {
	c.t.Helper()
	_ = c.servers[i].Process.Kill()
	_ = c.servers[i].Wait()
	at := c.serve()
	last := len(c.servers) - 1
	c.servers[i], c.servers = c.servers[last], c.servers[:last]
	c.rounds.replace(i, at)
}

func (r *rounds) replace(i int, at string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	servers := append([]string(nil), r.servers...)
	servers[i] = at
	r.servers = servers
}

// all are the servers as they are now.
func (r *rounds) all() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.servers
}
