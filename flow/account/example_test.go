package account_test

import (
	"fmt"

	"github.com/extflow/extflow/flow/account"
)

func ExampleParse() {
	doc, err := account.Parse([]byte(`
account: acme
settings: {default_region: US}
agents:
  - {id: ada, name: Ada Lovelace, endpoints: ["tel:(202) 555-0111"]}
flows:
  front-desk: {busy: voicemail}
numbers:
  "+1 202-555-0100": {flow: front-desk}
`))
	fmt.Println(err)
	fmt.Println(doc.Agents[0].Extension, doc.Agents[0].Endpoints[0].Address)
	fmt.Println(doc.Settings.Entries["+12025550100"].Dest.Name)
	// Output:
	// <nil>
	// 1000 tel:+12025550111
	// front-desk
}

func ExampleParse_faults() {
	_, err := account.Parse([]byte(`
account: acme
menus:
  main: {prompt: welcome, keys: {"1": hangup}}
flows:
  front-desk:
    ring: {time: 5s}
    busy: {menu: mian}
`))
	fmt.Println(err)
	// Output:
	// line 7: flows.front-desk.ring.time: 5s is out of range; write 10s to 2m
	// line 8: flows.front-desk.busy.menu: no menu "mian"; did you mean "main"?
}
