// Package flow is the heart: what an account's calls can do, and what a call
// becomes when something happens to it. It is pure. Time, chance and the world come
// in with events; nothing is read, written, started or waited for.
//
// An author writes [Settings]: flows, menus, queues, mailboxes, hours, messages, and
// destinations that lead from one to the other. [Compile] checks them, reports every
// fault at once, and makes a [Book]: steps, and for each step a table of where every
// outcome leads. [NewRelease] makes the immutable form that is stored, and that a
// call keeps for life.
//
// A [Call] is a value. [Book.Advance] takes a call and an [Event] and returns the call
// as it is then, and a [Move]: messages to say, and one [Command] to wait on. The two
// together are a [Turn]. Advance is total: it never fails, and an event that means
// nothing comes back as a move that says why it was ignored.
//
//	var call flow.Call
//	call, move := book.Advance(call, flow.Event{At: now, Reply: true, What: flow.What{
//		Kind: flow.Arrived, Start: &flow.Info{Key: flow.Key{Account: "acme", ID: "1"}, Entry: "flow front-desk"}}})
//	// move.Do.Kind is flow.Listen
//
// Commands from [Find] on are questions to whoever runs the machine, which answers
// with the next event ([Found], [Opened], [Replied]) before anything is stored.
//
// All that decides is in the call's [State], which is small, comparable and bounded:
// every state that a book can reach can be visited, and the tests do. What a call
// holds besides (its clocks' instants, the agent it reserves, the offers that are
// out) only travels with it. Legs that we place are calls of their own, and calls
// speak to each other by [Told] and [Replied].
//
// Where things are: settings.go and dest.go are what authors write; check*.go finds
// faults and compile*.go makes steps; event.go, move.go, state.go and call.go are the
// values; book.go, collect.go, ring.go, queue.go, record.go, hours.go, end.go and
// leg.go are the machine, one file for each action; advance.go is the way in; post.go
// derives what a product wants to know, offers.go who is offered to whom; text*.go is
// the one notation, json*.go what is stored, draw.go the picture.
package flow
