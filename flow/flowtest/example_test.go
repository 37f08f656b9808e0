package flowtest_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/flow/flowtest"
)

func TestNew_readsAsAStory(t *testing.T) {
	t.Parallel()
	flowtest.New(t, account.Sample()).
		Dial("+12025550100", "+14155550100").Expect(
		`say "Welcome to Acme. Please enter the extension of the person you would like to reach."`,
		`listen for 4 digits, 5s`).
		Press("1001").Expect("ring client:ada, tel:+12025550111 for 20s").
		Wait(20*time.Second).Expect(
		"hold with https://media.example.com/hold.mp3, key * leaves",
		"ada: place call to client:ada, tel:+12025550111 for 15s").
		Do("client:ada answers").Expect("join", "ada: join").
		Do("caller hangs up").Expect("ends answered", "ada: hang up", "ada talked for support, wraps up 10s")
}

func ExampleStage() {
	stage, err := flowtest.NewStage(account.Sample(), flowtest.OpenCore)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, line := range []string{"caller dials +12025550100 from +14155550100", "caller presses 1001", "...20s"} {
		act, err := flowtest.ParseAct(line)
		if err != nil {
			fmt.Println(err)
			return
		}
		answers, err := stage.Do(context.Background(), act)
		fmt.Println(line, err)
		for _, answer := range answers {
			fmt.Println("   ", answer)
		}
	}
	// Output:
	// caller dials +12025550100 from +14155550100 <nil>
	//     say "Welcome to Acme. Please enter the extension of the person you would like to reach."
	//     listen for 4 digits, 5s
	// caller presses 1001 <nil>
	//     ring client:ada, tel:+12025550111 for 20s
	// ...20s <nil>
	//     hold with https://media.example.com/hold.mp3, key * leaves
	//     ada: place call to client:ada, tel:+12025550111 for 15s
}
