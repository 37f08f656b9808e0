package adaptertest

import (
	"testing"
	"time"
)

// inSilence is an account whose callers hear nothing until the product has answered.
const inSilence = `
account: acme
settings: {extension_length: 4, extension_range: [1001, 9999], default_region: US}
questions:
  tier: {limit: 10s, answers: {gold: {hangup: {say: "You are golden."}}}, otherwise: {hangup: {say: "Goodbye."}}}
numbers: {"+12025550100": {ask: tier}}
`

// silent is a caller of whom the product is asked first, and who hears nothing
// meanwhile. There are carriers that have not answered such a call yet, and cannot move
// one that is not answered.
func silent(t *testing.T, c Carrier) {
	o := openFor(t, c, []byte(inSilence))
	o.dial()
	o.wait(2 * time.Second)
	if len(o.heard) > 0 {
		t.Fatalf("the caller hears %q before the product has answered", o.heard)
	}
	asked := o.call()
	o.must(o.exchange.Answer(t.Context(), asked.Key, asked.Standing, "gold"))
	o.wait(time.Second)
	o.hears("You are golden.")
}
