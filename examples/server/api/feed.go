package api

import (
	"context"
	"net/http"
	"time"
)

// News is one line of the feed.
type News struct {
	Cursor  uint64    `json:"cursor"`
	Call    string    `json:"call"`
	Seq     uint32    `json:"seq" doc:"the call's turn"`
	At      time.Time `json:"at"`
	Kind    string    `json:"kind" enum:"message_pending,message_left,message_dropped,message_lost,missed,freed,talked,waiting,served,ended,away,message_marked,message_forwarded,message_deleted,callback_wanted,callback_given_up,capped,message_transcribed"`
	Text    string    `json:"text" doc:"the same in words"`
	Agent   string    `json:"agent,omitempty"`
	Queue   string    `json:"queue,omitempty"`
	Mailbox string    `json:"mailbox,omitempty"`
	Ref     string    `json:"ref,omitempty" doc:"the carrier's reference of the recording"`
	Length  string    `json:"length,omitempty" doc:"of the message, or the rest"`
	Result  string    `json:"result,omitempty"`
}

func (a *API) feed() {
	add(a, operation{id: "read-feed", method: http.MethodGet, path: "/feed", tag: "feed", summary: "What happened, in order",
		about: "Keep next, and give it as after the next time: every entry comes at least once."}, a.readFeed)
}

func (a *API) readFeed(ctx context.Context, in *struct {
	After uint64 `query:"after" doc:"the cursor of the last entry that you have"`
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}) (*struct {
	Body struct {
		Entries []News `json:"entries"`
		Next    uint64 `json:"next"`
	}
}, error) {
	entries, err := a.cfg.Store.Feed().After(ctx, a.cfg.Account, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	out := new(struct {
		Body struct {
			Entries []News `json:"entries"`
			Next    uint64 `json:"next"`
		}
	})
	out.Body.Entries, out.Body.Next = []News{}, in.After
	for _, e := range entries {
		n := News{
			Cursor: e.Cursor, Call: e.Call.ID, Seq: e.Seq, At: e.At, Kind: e.Post.Kind.String(), Text: e.Post.String(),
			Agent: e.Post.Agent, Queue: e.Post.Queue, Mailbox: e.Post.Mailbox, Ref: e.Post.Ref, Result: result(e.Post.Result),
		}
		if e.Post.Length > 0 {
			n.Length = e.Post.Length.String()
		}
		out.Body.Entries = append(out.Body.Entries, n)
		out.Body.Next = e.Cursor
	}
	return out, nil
}
