package flow

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every statement of this room runs in its tests. What here is tried by itself is
// what calls and accounts seldom come to.

func TestDigits_printMaskedUnderEveryVerb(t *testing.T) {
	t.Parallel()
	require.Equal(t, "**", fmt.Sprint(Digits("12")))
	require.Equal(t, "****", fmt.Sprintf("%v", Digits("123456")))
	require.Equal(t, "flow.Digits(****)", fmt.Sprintf("%#v", Digits("1001")))
}

func TestFaults_areNoErrorWhereThereIsNone(t *testing.T) {
	t.Parallel()
	require.NoError(t, Faults(nil).Err())
	err := Faults{{"a.b", "is wrong"}, {"c", "is missing"}}.Err()
	require.EqualError(t, err, "a.b: is wrong\nc: is missing")
	require.True(t, errors.Is(err, ErrSettings))
	require.False(t, errors.Is(err, ErrNewer))
}

func TestText_writesAlsoWhatHasNoWord(t *testing.T) {
	t.Parallel()
	require.Equal(t, "hang up as 9", Move{Do: Command{Kind: Hangup, Cause: 9}}.Text())
	require.Equal(t, "caller dials", Event{What: What{Kind: Arrived}}.Text())
	require.Equal(t, "ada is free again", Post{Kind: PostFreed, Agent: "ada"}.String())
	for _, w := range []What{{Kind: Replied}, {Kind: Replied, Yes: true}, {Kind: 99}, {Kind: Told, News: 99}, {Kind: Woke, Clock: 99}} {
		require.NotEmpty(t, Event{What: w}.Text())
	}
	require.Equal(t, "1 digit", count(1, "digit"))
}
