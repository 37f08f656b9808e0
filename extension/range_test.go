package extension_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/extension"
)

func TestRange_Check_takesDigitsOfTheRangeThatAreNotReserved(t *testing.T) {
	t.Parallel()
	acme := extension.Range{Length: 4, First: 1001, Last: 9999}
	for ext, want := range map[string]error{
		"1001": nil, "9999": nil, "9110": nil, "1120": nil,
		"":          extension.ErrNotDigits,
		"10a1":      extension.ErrNotDigits,
		"10*1":      extension.ErrNotDigits,
		"١٠٠١":      extension.ErrNotDigits,
		" 1001":     extension.ErrNotDigits,
		"-100":      extension.ErrNotDigits,
		"911":       extension.ErrLength,
		"10010":     extension.ErrLength,
		"123456789": extension.ErrLength,
		"1000":      extension.ErrOutside,
		"0999":      extension.ErrOutside,
	} {
		require.ErrorIs(t, acme.Check(ext), want, ext)
	}
	require.EqualError(t, acme.Check("10a1"), `extension is not digits: "10a1"; use 0 to 9 only, as in 1001`)
	require.EqualError(t, acme.Check("911"), "extension has the wrong length: 911 has 3 digits; extensions here have 4, as in 1001")
	require.ErrorContains(t, extension.Range{Length: 2, First: 10, Last: 19, Reserved: []string{"1*"}}.Check("1"), "as in 19", "though nobody can have it")
	require.EqualError(t, acme.Check("1000"), "extension outside the range: 1000 is not within 1001 to 9999")
}

func TestRange_zeroIsFourDigitsWithoutTheReservedOnes(t *testing.T) {
	t.Parallel()
	var r extension.Range
	require.NoError(t, r.Validate())
	require.NoError(t, r.Check("1000"))
	require.NoError(t, r.Check("9999"))
	require.EqualError(t, r.Check("0100"), "extension reserved: 0100 is kept free (0*)")
	first, ok := r.After("")
	require.True(t, ok)
	require.Equal(t, "1000", first)
}

func TestRange_Reserved_keepsEmergencyNumbersFreeByDefault(t *testing.T) {
	t.Parallel()
	three := extension.Range{Length: 3}
	for _, ext := range []string{"911", "112", "999", "000", "012"} {
		require.ErrorIs(t, three.Check(ext), extension.ErrReserved, ext)
	}
	require.NoError(t, three.Check("910"))

	three.Reserved = []string{"42*"} // an account's own list takes the default's place
	require.ErrorIs(t, three.Check("420"), extension.ErrReserved)
	require.NoError(t, three.Check("911"))
	require.NoError(t, three.Check("012"))

	three.Reserved = []string{"42*", "default", "777"} // unless it keeps it
	for _, ext := range []string{"420", "777", "911", "012"} {
		require.ErrorIs(t, three.Check(ext), extension.ErrReserved, ext)
	}

	three.Reserved = []string{} // nothing at all
	require.NoError(t, three.Check("000"))
}

func TestRange_Reserved_survivesJSONAlsoWhenEmpty(t *testing.T) {
	t.Parallel()
	for _, r := range []extension.Range{{}, {Reserved: []string{}}, {Length: 3, First: 100, Last: 899, Reserved: []string{"1*"}, TerminatorRequired: true}} {
		b, err := json.Marshal(r)
		require.NoError(t, err)
		var back extension.Range
		require.NoError(t, json.Unmarshal(b, &back))
		require.Equal(t, r, back, string(b))
	}
}

func TestRange_Validate_namesEveryFault(t *testing.T) {
	t.Parallel()
	for _, r := range []extension.Range{
		{Length: 1}, {Length: 9}, {Length: -1}, {First: -1}, {First: 2000, Last: 1000}, {Last: 10000}, {First: 10000}, {Length: 2, First: 100},
		{Last: -5}, {Reserved: []string{"*"}}, {Reserved: []string{""}}, {Reserved: []string{"91x"}}, {Reserved: []string{"123456789"}},
	} {
		require.ErrorIs(t, r.Validate(), extension.ErrRange, "%+v", r)
		require.ErrorIs(t, r.Check("1001"), extension.ErrRange, "%+v", r)
		_, err := extension.New(extension.Config{Range: r})
		require.ErrorIs(t, err, extension.ErrRange, "%+v", r)
	}
	err := extension.Range{First: 2000, Last: 1000, Reserved: []string{"x", "1*", "y"}}.Validate()
	require.ErrorContains(t, err, "2000 to 1000; with 4 digits it lies between 0 and 9999, the lower end first")
	require.ErrorContains(t, err, `reserved "x"`)
	require.ErrorContains(t, err, `reserved "y"`)
	require.NotContains(t, err.Error(), `"1*"`)
}

func TestRange_After_walksTheRangeOnceAndSkipsReserved(t *testing.T) {
	t.Parallel()
	r := extension.Range{Length: 2, First: 5, Last: 35, Reserved: []string{"0*", "12", "13", "2*", "991"}}
	var walked []string
	for ext, ok := r.After(""); ok; ext, ok = r.After(ext) {
		require.NoError(t, r.Check(ext))
		walked = append(walked, ext)
	}
	require.Equal(t, []string{"10", "11", "14", "15", "16", "17", "18", "19", "30", "31", "32", "33", "34", "35"}, walked)

	ext, ok := r.After("991") // of another length: from the start
	require.True(t, ok)
	require.Equal(t, "10", ext)
	ext, ok = extension.Range{Length: 2, First: 50}.After("20") // below the range: from the start
	require.True(t, ok)
	require.Equal(t, "50", ext)
	ext, ok = extension.Range{Length: 2, First: 10, Last: 99, Reserved: []string{"30", "2*", "1*"}}.After("")
	require.True(t, ok)
	require.Equal(t, "31", ext, "whatever the order of the list")
	_, ok = extension.Range{Length: 2, First: 10, Last: 19, Reserved: []string{"1*"}}.After("")
	require.False(t, ok)
}

func TestRange_After_writesTheZerosInFront(t *testing.T) {
	t.Parallel()
	r := extension.Range{Length: 8, First: 42, Last: 43, Reserved: []string{}}
	ext, ok := r.After("")
	require.True(t, ok)
	require.Equal(t, "00000042", ext)
}

func TestRange_Conflict_isOneBeginningTheOther(t *testing.T) {
	t.Parallel()
	var r extension.Range
	require.True(t, r.Conflict("10", "1001"))
	require.True(t, r.Conflict("1001", "10"))
	require.False(t, r.Conflict("1001", "1001"))
	require.False(t, r.Conflict("1001", "1002"))
	r.TerminatorRequired = true
	require.False(t, r.Conflict("10", "1001"))
}

func TestRange_Admits_tellsWhoIsInTheWay(t *testing.T) {
	t.Parallel()
	var r extension.Range
	held := extension.Claim{Extension: "1002", Agent: "grace", Name: "Grace Hopper"}
	resting := extension.Claim{Extension: "1002", Agent: "grace", Until: noon}

	require.EqualError(t, r.Admits("1002", "ada", held, noon), "extension taken: 1002 is held by Grace Hopper")
	require.NoError(t, r.Admits("1002", "grace", held, noon), "nobody is in their own way")
	require.NoError(t, r.Admits("1003", "ada", held, noon))

	err := r.Admits("1002", "ada", resting, noon.Add(-1))
	require.ErrorIs(t, err, extension.ErrQuarantined)
	require.EqualError(t, err, "extension quarantined: 1002 was grace's and rests until 2026-03-02")
	require.NoError(t, r.Admits("1002", "ada", resting, noon), "the quarantine is over")
	require.NoError(t, r.Admits("1002", "grace", resting, noon.Add(-1)), "it may go back to the same agent")

	err = r.Admits("10021", "ada", held, noon)
	require.EqualError(t, err, "extension begins like another: 10021 and 1002, which is held by Grace Hopper")
	err = r.Admits("100", "ada", resting, noon.Add(-1))
	require.True(t, errors.Is(err, extension.ErrPrefix) && !errors.Is(err, extension.ErrQuarantined))
	require.EqualError(t, err, "extension begins like another: 100 and 1002, which was grace's and rests until 2026-03-02")
	r.TerminatorRequired = true
	require.NoError(t, r.Admits("10021", "ada", held, noon))
}
