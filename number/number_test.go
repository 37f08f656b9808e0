package number_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/number"
)

func TestParse_takesStrictE164AndNothingElse(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"+12025550100", "+12", "+442079460958", "+123456789012345", "+80012345678"} {
		n, err := number.Parse(s)
		require.NoError(t, err, s)
		require.Equal(t, s, string(n))
		require.True(t, n.Valid(), s)
	}
	for s, advice := range map[string]string{
		"":                  "it is empty; write + and the country code first",
		"12025550100":       "does not begin with +",
		"tel:+12025550100":  "does not begin with +",
		" +12025550100":     "does not begin with +",
		"+":                 "something other than digits",
		"+1 202-555-0100":   "something other than digits",
		"+1202555010x":      "something other than digits",
		"+１２０２５５５":          "something other than digits",
		"+1٣":               "something other than digits",
		"+1":                "has 1 digits; E.164 allows 2 to 15",
		"+1234567890123456": "has 16 digits; E.164 allows 2 to 15",
		"+0442079460958":    "no country code begins with 0",
		"+12025550100\n":    "something other than digits",
	} {
		n, err := number.Parse(s)
		require.ErrorIs(t, err, number.ErrNotE164, s)
		require.ErrorContains(t, err, advice, s)
		require.Empty(t, string(n))
		require.False(t, number.E164(s).Valid(), s)
	}
}

func TestCaller_makesEveryWayOfWithholdingOneValue(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "  ", "anonymous", "Anonymous", "unknown", "Restricted", "RESTRICTED", "+266696687", "266696687", "null", "private", " blocked ", "Unavailable"} {
		require.Equal(t, number.E164(""), number.Caller(s), "%q", s)
		require.True(t, number.E164(s).Withheld(), "%q", s)
	}
	for _, s := range []string{"+14155550100", "sip:anonymous@anonymous.invalid.example", "client:ada", "4155550100"} {
		require.Equal(t, s, string(number.Caller(" "+s+" ")))
		require.False(t, number.E164(s).Withheld(), s)
	}
}

func TestE164_printsMaskedUnderEveryVerb(t *testing.T) {
	t.Parallel()
	n := number.E164("+12025550100")
	for format, want := range map[string]string{
		"%v":   "+120*****100",
		"%s":   "+120*****100",
		"%q":   `"+120*****100"`,
		"%14s": "  +120*****100",
		"%+v":  "+120*****100",
		"%#v":  `number.E164("+120*****100")`,
		"%d":   "%!d(string=+120*****100)",
	} {
		require.Equal(t, want, fmt.Sprintf(format, n), format)
	}
	require.Equal(t, "{+120*****100}", fmt.Sprint(struct{ From number.E164 }{n}))
	require.NotContains(t, fmt.Sprintf("%x", n), fmt.Sprintf("%x", "2025550100"))
}

func TestE164_masksWhatIsNoNumberAltogether(t *testing.T) {
	t.Parallel()
	for n, want := range map[number.E164]string{
		"":                      "withheld",
		"+1234567":              "****",
		"+12345678":             "+123**678",
		"sip:ada@example.com":   "sip:****",
		"client:ada":            "client:****",
		"tel:+12025550100":      "tel:****",
		"12025550100":           "****",
		"12025550100:5060":      "****",
		"ääääääääääää":          "****",
		"+12025550100;ext=1234": "****",
	} {
		require.Equal(t, want, n.String())
	}
}

func TestE164_travelsWholeInJSON(t *testing.T) {
	t.Parallel()
	b, err := json.Marshal(number.E164("+12025550100"))
	require.NoError(t, err)
	require.Equal(t, `"+12025550100"`, string(b))
	var n number.E164
	require.NoError(t, json.Unmarshal(b, &n))
	require.Equal(t, "+12025550100", string(n))
}

// A number is accepted exactly when it is "+" and 2 to 15 digits without a
// leading 0, a refusal says why, and nothing prints it whole.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"+12025550100", "+1", "+0", "", "+", "(202) 555-0100", "+1234567890123456", "+１２", "0044", "+12\x00", "sip:a@b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := number.Parse(s)
		digits, plus := strings.CutPrefix(s, "+")
		want := plus && len(digits) >= 2 && len(digits) <= 15 && digits[0] != '0' && strings.Trim(digits, "0123456789") == ""
		if want != (err == nil) {
			t.Fatalf("Parse(%q) = %v", s, err)
		}
		if err != nil {
			if !errors.Is(err, number.ErrNotE164) || n != "" {
				t.Fatalf("Parse(%q) = %q, %v", s, string(n), err)
			}
			return
		}
		if string(n) != s || fmt.Sprint(n) == s {
			t.Fatalf("Parse(%q) = %q, printed %v", s, string(n), n)
		}
	})
}
