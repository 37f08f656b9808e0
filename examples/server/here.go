package main

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/extflow/extflow/examples/server/console"
	"github.com/extflow/extflow/examples/server/meter"
	"github.com/extflow/extflow/storage"
)

// Whether what carriers request leads here: the server asks itself at the public URL, below
// the address of a carrier's webhooks, and knows its own answer by a secret that all servers
// of a store share.

const (
	herePath = "here" // below a carrier's webhooks
	hereTime = 5 * time.Second
	hereKind = "server"
	hereName = "here"
)

// hereKey is the secret, made by whoever needs it first. It is for nothing else.
func (s *server) hereKey(ctx context.Context) ([]byte, error) {
	if key := s.hereSecret.Load(); key != nil { // strangers may ask, and the store is not for them
		return *key, nil
	}
	notes := s.store.Notes()
	for {
		n, err := notes.Load(ctx, s.account, hereKind, hereName)
		if err == nil {
			s.hereSecret.Store(&n.Body)
			return n.Body, nil
		}
		if !errors.Is(err, storage.ErrNotFound) {
			return nil, err
		}
		err = notes.Put(ctx, s.account, storage.Note{Kind: hereKind, Name: hereName, Body: []byte(rand.Text() + rand.Text())})
		if err != nil && !errors.Is(err, storage.ErrConflict) {
			return nil, err
		}
	}
}

func proof(key []byte, nonce string) string {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(nonce))
	return hex.EncodeToString(h.Sum(nil))
}

// here answers that this is the server that asks, whoever asks: what it says of a nonce is of
// use to nobody else.
func (s *server) here(w http.ResponseWriter, r *http.Request) {
	nonce := r.URL.Query().Get("nonce")
	if len(nonce) < 16 || len(nonce) > 64 {
		http.NotFound(w, r)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), readyTime)
	defer cancel()
	key, err := s.hereKey(ctx)
	if err != nil {
		http.Error(w, "the store does not answer", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, proof(key, nonce)) // whoever asked may be gone
}

// reaches asks at the public URL whether what a carrier requests there leads to this server.
func (s *server) reaches(ctx context.Context, c carrier) console.Sign {
	sign := console.Sign{Name: c.Name}
	key, err := s.hereKey(ctx)
	if err != nil {
		sign.Text = "The store does not answer, so nothing could be tried."
		return sign
	}
	at, nonce, began := s.set.publicURL+c.pattern, rand.Text(), time.Now()
	ctx, cancel := context.WithTimeout(ctx, hereTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, at+herePath+"?nonce="+nonce, nil)
	if err != nil {
		sign.Text = "EXTFLOW_PUBLIC_URL is no address: " + err.Error()
		return sign
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	if err != nil {
		sign.Text = fmt.Sprintf("Nothing answers at %s within %v: %v. Start the tunnel or proxy; and is EXTFLOW_PUBLIC_URL what it says now?", at, hereTime, errors.Unwrap(err))
		return sign
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<10))
	switch took := time.Since(began).Round(time.Millisecond); {
	case err == nil && answer.StatusCode == http.StatusOK && hmac.Equal([]byte(strings.TrimSpace(string(body))), []byte(proof(key, nonce))):
		sign.Good, sign.Text = true, fmt.Sprintf("What is sent to %s reaches this server (%v). Whether the carrier has that address is told by its webhooks.", at, took)
	case answer.StatusCode >= 300 && answer.StatusCode < 400:
		sign.Text = fmt.Sprintf("%s is sent on to %s, where carriers do not follow. Set EXTFLOW_PUBLIC_URL to the address that answers.", at, answer.Header.Get("Location"))
	default:
		sign.Text = fmt.Sprintf("Something else answers at %s (%s). Does the tunnel or proxy lead to this server, with %s passed on?", at, answer.Status, c.pattern)
	}
	return sign
}

// shown is a carrier as the console shows it.
func (s *server) shown(c carrier) console.Carrier {
	return console.Carrier{
		Name: c.Name, Fields: c.Fields,
		Webhooks: func() console.Webhooks {
			is := s.meter.Webhooks(c.Name).State(time.Now())
			return console.Webhooks{Last: is.Last, Refused: is.Failed, Good: is.Good, Bad: is.Bad}
		},
		Check: func(ctx context.Context) console.Sign { return s.reaches(ctx, c) },
	}
}

// carrierSigns are how it goes with the carriers, both ways.
func (s *server) carrierSigns(now time.Time) (all []console.Sign) {
	for _, c := range s.carriers {
		all = append(all, requestSign(c.Name, s.meter.Requests(c.Name).State(now)), webhookSign(c.Name, s.meter.Webhooks(c.Name).State(now)))
	}
	return all
}

// What a healthy exchange with a carrier has at most: one in twenty goes wrong, and of few
// requests a few.
const (
	someFaults = 3
	oneIn      = 20
)

func requestSign(name string, is meter.Recent) console.Sign {
	n := is.Good + is.Bad
	sign := console.Sign{Name: "Requests to " + name, Good: is.Bad < someFaults || is.Bad*oneIn < n}
	switch {
	case n == 0:
		sign.Text = "none in the last 10 minutes"
	case is.Bad == 0:
		sign.Text = fmt.Sprintf("all %d of the last 10 minutes were answered", n)
	default:
		sign.Text = fmt.Sprintf("%d of %d in the last 10 minutes went wrong, the newest at %s: %s", is.Bad, n, is.Failed.UTC().Format(time.TimeOnly), is.Fault)
	}
	if !sign.Good {
		sign.Text += ". They are tried again. See that the carrier's API can be reached from here, whether the secrets are still right, and what its status page says."
	}
	return sign
}

func webhookSign(name string, is meter.Recent) console.Sign {
	sign := console.Sign{Name: "Webhooks of " + name, Good: is.Bad == 0 || is.Bad <= is.Good}
	switch {
	case is.Good+is.Bad == 0:
		sign.Text = "none in the last 10 minutes"
	case is.Bad == 0:
		sign.Text = fmt.Sprintf("all %d of the last 10 minutes were signed as they should be", is.Good)
	default:
		sign.Text = fmt.Sprintf("%d of %d in the last 10 minutes were refused because of their signature, the newest at %s", is.Bad, is.Good+is.Bad, is.Failed.UTC().Format(time.TimeOnly))
	}
	if !sign.Good {
		sign.Text += ". If they are the carrier's: EXTFLOW_PUBLIC_URL must be letter for letter what it requests, the secret that of the same account, and this machine's clock right."
	}
	return sign
}
