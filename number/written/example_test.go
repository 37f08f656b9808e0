package written_test

import (
	"fmt"

	"github.com/extflow/extflow/number/written"
)

func ExampleParse() {
	for _, s := range []string{"+1 202-555-0100", "(202) 555-0100", "0044 20 7946 0958", "202-555-0100 x12"} {
		n, err := written.Parse(s, "US")
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(string(n), written.Format(n, written.International), written.Region(n))
	}
	// Output:
	// +12025550100 +1 202-555-0100 US
	// +12025550100 +1 202-555-0100 US
	// +442079460958 +44 20 7946 0958 GB
	// a telephone number with an extension: "202-555-0100 x12" ends with extension 12; write the number alone
}

func ExampleDialable() {
	fmt.Println(written.Dialable("+12025550100", []string{"US"}))
	fmt.Println(written.Dialable("+19005550100", []string{"US"}))
	// Output:
	// <nil>
	// not to be dialled: +190*****100 is a premium-rate number
}
