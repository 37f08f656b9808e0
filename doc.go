// Package extflow takes a caller to the right person by an extension.
//
// A caller dials a company number, hears a greeting, keys an extension and that
// agent rings. Seven rules decide what else happens: the agent is unavailable,
// does not answer, or is busy; the caller keys nothing, something wrong, or that
// too often, or presses *. Each leads to a queue, a mailbox, a second menu or a
// goodbye. A product embeds the package, brings a store and one or more carriers,
// and keeps its own users, numbers and pages.
//
// # How a call moves
//
// A call is a value. Something happens to it: an [flow.Event]. The account's
// [flow.Book] says what the call becomes and answers with a [flow.Move]: things to
// say, then one thing to wait on. The engine stores that [flow.Turn] before anyone
// speaks. Carriers bring events and carry out moves. That is all.
//
//	              Event                                            Turn
//	carrier  ───────────────▶  Engine.Handle  ────────────────────────────▶  carrier says it
//	                           │  1 load the call        (Store)
//	                           │  2 Book.Advance         (pure)
//	                           │  3 commit               (Store)
//	                           ▼
//	              time passes: Engine.Wake ──── Carrier.Do(turn) ────▶  same
//
// The rooms of the house, from the inside out:
//
//   - number: telephone numbers, and what answers which. Pure.
//   - extension: agents, their endpoints and presence, the directory. Pure.
//   - flow: the machine, and everything an author may write. Pure.
//   - adapter: the contract with carriers; adapter/sim is one in memory,
//     adapter/twilio and adapter/vonage are real ones.
//   - storage: the contract with memory; storage/memory is one in the process,
//     storage/sqlite one in a file, storage/postgres one for many nodes.
//   - this package: the engine, the only code that touches the world.
//   - feed and voicemail: what a product may run beside it, from the store's feed.
//
// # The laws
//
//  1. Same call, same event, same answer.
//  2. Store the turn, then speak it.
//  3. Every call waits on one thing; every leg that we place is a call.
//  4. The newest turn wins.
//  5. The same event twice is one event.
//  6. A late event is a fact of telephony, not an error.
//  7. Every caller can always get on: each step routes every outcome.
//  8. Our clocks never cut what the carrier reports alive.
//  9. Handle always has an answer: the standing turn, or a safe one when the store
//     is gone.
//  10. Nobody but an adapter knows a carrier's name.
//  11. One agent, one call; one caller, one destination.
//  12. Control requests and our own clocks move a call; facts close legs, free
//     agents, complete what the call left behind, and wake the reconciler.
//
// # The numbers of a call
//
// Rev counts a call's turns. Seq is a turn's number, the Rev after it. Standing is
// the Seq that the carrier is carrying out. Re, in an event, is the Standing that
// the carrier saw when it sent the event: an event whose Re is not the call's
// Standing comes late, and is answered with the turn that stands now.
//
// # Mounting it
//
// Make a store, publish an account's settings, and hand the engine to the
// carriers' handlers; see the example of the package. [New] starts nothing.
// [Engine.Run] does what must happen by itself, until its context ends; a host
// with a scheduler of its own calls [Engine.Wake] when [Engine.Next] says so.
//
// # Writing an adapter
//
// An adapter turns the carrier's requests into events and turns into the carrier's
// documents. It calls Handle for every control request, with Reply set and Re
// taken from the address that it put into the document before, and carries out
// the turn that comes back. Facts (status callbacks) bear an ID instead. It
// implements [adapter.Carrier]: Do carries out a turn that nobody was waiting for,
// and done twice is done once. What more it can do it says by the upgrades of
// package adapter. It decides nothing.
//
// # Testing a flow
//
// Package flow/flowtest plays stories: what happens stands at the margin, what the
// flow answers is indented beneath it. The same stories run on the pure machine,
// in microseconds, and on an engine with a store and a simulated carrier. Golden
// files, logs, timelines and bug reports use the one notation.
package extflow
