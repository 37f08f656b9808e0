package number_test

import (
	"fmt"

	"github.com/extflow/extflow/number"
)

func ExampleParse() {
	n, err := number.Parse("+12025550100")
	fmt.Println(n, err)
	fmt.Println(string(n)) // whole, where it must be

	_, err = number.Parse("(202) 555-0100")
	fmt.Println(err)
	// Output:
	// +120*****100 <nil>
	// +12025550100
	// not an E.164 number: "(202) 555-0100" does not begin with +; write the country code first, as in +12025550100
}

func ExampleCaller() {
	for _, from := range []string{"+14155550100", "Restricted", "+266696687", "sip:ada@pbx.example.com"} {
		fmt.Println(number.Caller(from))
	}
	// Output:
	// +141*****100
	// withheld
	// withheld
	// sip:****
}

func ExampleAssignment_Serves() {
	a := number.Assignment{Number: "+12025550100", Entry: "flow front-desk", Carriers: []string{"twilio"}}
	fmt.Println(a.Serves("twilio"), a.Serves("vonage"))
	// Output: true false
}
