package written_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/number"
	"github.com/extflow/extflow/number/written"
)

func TestParse_readsWhatPeopleWriteInManyCountries(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, region, want string }{
		{"+12025550100", "", "+12025550100"},
		{"+1 202-555-0100", "", "+12025550100"},
		{"+1 (202) 555.0100", "FR", "+12025550100"},
		{"(202) 555-0100", "US", "+12025550100"},
		{"202.555.0100", "us", "+12025550100"},
		{"202 555 0100", "CA", "+12025550100"},
		{"1-202-555-0100", "US", "+12025550100"},
		{"12025550100", "US", "+12025550100"},
		{"  202\u00a0555\u20110100\t", "US", "+12025550100"},
		{"[202] 555 / 0100", "US", "+12025550100"},
		{"1-800-FLOWERS", "US", "+18003569377"},
		{"tel:+1-202-555-0100", "", "+12025550100"},
		{"Tel: (202) 555-0100", "US", "+12025550100"},
		{"tel:202-555-0100;phone-context=+1", "", "+12025550100"},
		{"tel:+12025550100;isub=12345", "", "+12025550100"},
		{"011 44 20 7946 0958", "US", "+442079460958"},
		{"0044 20 7946 0958", "GB", "+442079460958"},
		{"0044 20 7946 0958", "DE", "+442079460958"},
		{"0044 20 7946 0958", "US", "+442079460958"},
		{"0044 20 7946 0958", "", "+442079460958"},
		{"0011 44 20 7946 0958", "AU", "+442079460958"},
		{"+44 (0)20 7946 0958", "", "+442079460958"},
		{"020 7946 0958", "GB", "+442079460958"},
		{"(0161) 496 0000", "GB", "+441614960000"},
		{"447700 900123", "GB", "+447700900123"},
		{"030 901820", "DE", "+4930901820"},
		{"+49 (0) 30 / 90 18 20", "", "+4930901820"},
		{"01 42 68 53 00", "FR", "+33142685300"},
		{"06 698 12345", "IT", "+390669812345"},
		{"+39 06 698 12345", "", "+390669812345"},
		{"91 123 45 67", "ES", "+34911234567"},
		{"020 794 6095", "NL", "+31207946095"},
		{"8 (495) 123-45-67", "RU", "+74951234567"},
		{"011 15 2345-6789", "AR", "+5491123456789"},
		{"(11) 2345-6789", "BR", "+551123456789"},
		{"55 1234 5678", "MX", "+525512345678"},
		{"(02) 9374 4000", "AU", "+61293744000"},
		{"03-3224-9999", "JP", "+81332249999"},
		{"02-312-3456", "KR", "+8223123456"},
		{"010 1234 5678", "CN", "+861012345678"},
		{"022 2345 6789", "IN", "+912223456789"},
		{"6521 8000", "SG", "+6565218000"},
		{"011 234 5678", "ZA", "+27112345678"},
		{"٠٢٠٧٩٤٦٠٩٥٨", "GB", "+442079460958"},
		{"＋１ ２０２ ５５５ ０１００", "", "+12025550100"},
		{"+800 1234 5678", "", "+80012345678"},
		{"+1 555 123 4567", "", "+15551234567"}, // a range that no plan has yet, in full
		{"00 1 555 123 4567", "GB", "+15551234567"},
	} {
		n, err := written.Parse(c.text, c.region)
		require.NoError(t, err, "%q in %q", c.text, c.region)
		require.Equal(t, c.want, string(n), "%q in %q", c.text, c.region)
	}
}

func TestParse_refusesWithAdvice(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, region string
		is           error
		says         string
	}{
		{"", "US", written.ErrNotNumber, "it is empty"},
		{"tel:", "US", written.ErrNotNumber, "it is empty"},
		{"front desk", "US", written.ErrNotNumber, "write it as in +12025550100"},
		{"call 202-555-0100", "US", written.ErrNotNumber, "write it as in"},
		{"sip:2025550100@pbx.example.com", "US", written.ErrNotNumber, "write it as in"},
		{"2025550100@pbx.example.com", "US", written.ErrNotNumber, "write it as in"},
		{"*67 202-555-0100", "US", written.ErrNotNumber, "write it as in"},
		{"202*555*0100", "US", written.ErrNotNumber, "write it as in"},
		{"\xff\xfe", "US", written.ErrNotNumber, "write it as in"},
		{"+" + string(make([]byte, 200)), "US", written.ErrNotNumber, "write it as in"},
		{"(202) 555-0100", "", written.ErrNotNumber, "there is no default region; write + and the country code first"},
		{"tel:5550100;phone-context=example.com", "", written.ErrNotNumber, "there is no default region"},
		{"+999 1234 5678", "US", written.ErrNotNumber, "begins with a country code that does not exist"},
		{"00 999 1234 5678", "GB", written.ErrNotNumber, "begins with a country code that does not exist"},
		{"00", "", written.ErrNotNumber, "write it as in"},
		{"(202) 555-0100", "XX", written.ErrRegion, `"XX"; write a country's two letters, as in US`},
		{"+12025550100", "USA", written.ErrRegion, `"USA"; write a country's two letters`},
		{"020 7946 0958", "UK", written.ErrRegion, "the United Kingdom is GB"},
		{"+1 202-555-0100 x12", "", written.ErrExtension, "ends with extension 12; write the number alone"},
		{"(202) 555-0100 ext. 12", "US", written.ErrExtension, "extension 12"},
		{"202-555-0100,,12", "US", written.ErrExtension, "extension 12"},
		{"202-555-0100#12", "US", written.ErrExtension, "extension 12"},
		{"tel:+12025550100;ext=12", "", written.ErrExtension, "extension 12"},
		{"(530) 583-6985/x2303", "US", written.ErrNotNumber, "goes on after the number"},
		{"+49 30 901820 p12", "", written.ErrNotNumber, "goes on after the number"},
		{"202-555-0100 / 202-555-0101", "US", written.ErrNotNumber, "write it as in"},
		{"555-0100", "US", written.ErrNotNumber, "lacks its area code"},
		{"02025", "US", written.ErrNotNumber, "too short for a number of US"},
		{"202-555-01", "US", written.ErrNotNumber, "too short for a number of US"},
		{"+65 6521 80001", "", written.ErrNotNumber, "too many or too few digits for a number of SG"},
		{"+49 301 234 567 890 123", "", written.ErrNotNumber, "E.164 allows 2 to 15"},
		{"202-555-01000", "US", written.ErrNotNumber, "too long for a number of US"},
		{"+1 202 555 01000", "", written.ErrNotNumber, "too long for a number of US"},
		{"911", "US", written.ErrNotNumber, "is an emergency number"},
		{"+44 999", "", written.ErrNotNumber, "is an emergency number"},
		{"112", "DE", written.ErrNotNumber, "is an emergency number"},
		{"(555) 123-4567", "US", written.ErrNotNumber, "US has no number"},
		{"020 7946 0958", "US", written.ErrNotNumber, "US"},
	} {
		n, err := written.Parse(c.text, c.region)
		require.ErrorIs(t, err, c.is, "%q in %q gave %q", c.text, c.region, string(n))
		require.ErrorContains(t, err, c.says, "%q in %q", c.text, c.region)
		require.Empty(t, string(n))
	}
}

func TestFormat_writesANumberForPeople(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		n                            number.E164
		international, national, uri string
	}{
		{"+12025550100", "+1 202-555-0100", "(202) 555-0100", "tel:+1-202-555-0100"},
		{"+442079460958", "+44 20 7946 0958", "020 7946 0958", "tel:+44-20-7946-0958"},
		{"+390669812345", "+39 06 6981 2345", "06 6981 2345", "tel:+39-06-6981-2345"},
		{"+5491123456789", "+54 9 11 2345-6789", "+54 9 11 2345-6789", "tel:+54-9-11-2345-6789"}, // the library's "09 15-2345-6789" is no number
		{"+80012345678", "+800 1234 5678", "+800 1234 5678", "tel:+800-1234-5678"},
		{"+99912345678", "+99912345678", "+99912345678", "+99912345678"},
		{"sip:ada@pbx.example.com", "sip:ada@pbx.example.com", "sip:ada@pbx.example.com", "sip:ada@pbx.example.com"},
		{"", "", "", ""},
	} {
		require.Equal(t, c.international, written.Format(c.n, written.International))
		require.Equal(t, c.national, written.Format(c.n, written.National))
		require.Equal(t, c.uri, written.Format(c.n, written.URI))
	}
}

func TestFormat_isReadBackAsTheSameNumber(t *testing.T) {
	t.Parallel()
	for _, n := range []number.E164{"+12025550100", "+442079460958", "+390669812345", "+5491123456789", "+81332249999", "+80012345678"} {
		for _, style := range []written.Style{written.International, written.National, written.URI} {
			region := written.Region(n)
			if region == "001" {
				region = "" // the whole world is no default region
			}
			back, err := written.Parse(written.Format(n, style), region)
			require.NoError(t, err, written.Format(n, style))
			require.Equal(t, string(n), string(back))
		}
	}
}

func TestRegion_namesTheCountry(t *testing.T) {
	t.Parallel()
	for n, want := range map[number.E164]string{
		"+12025550100": "US", "+14165550100": "CA", "+18765550100": "JM", "+442079460958": "GB", "+441481960194": "GG",
		"+80012345678": "001", "+15551234567": "", "+99912345678": "", "": "", "client:ada": "",
	} {
		require.Equal(t, want, written.Region(n), string(n))
	}
}

func TestDialable_letsOrdinaryNumbersThrough(t *testing.T) {
	t.Parallel()
	require.NoError(t, written.Dialable("+12025550100", nil))
	require.NoError(t, written.Dialable("+12025550100", []string{"us"}))
	require.NoError(t, written.Dialable("+442079460958", []string{"US", "GB"}))
	require.NoError(t, written.Dialable("+18005550100", []string{"CA"}), "toll-free numbers belong to all of North America")
	require.NoError(t, written.Dialable("+80012345678", nil))
}

func TestDialable_refusesWhatCostsOrHarms(t *testing.T) {
	t.Parallel()
	us := []string{"US"}
	for _, c := range []struct {
		n         number.E164
		countries []string
		is        error
		says      string
	}{
		{"+1911", nil, written.ErrNotDialable, "an emergency number"},
		{"+44999", nil, written.ErrNotDialable, "an emergency number"},
		{"+49112", nil, written.ErrNotDialable, "an emergency number"},
		{"+1411", nil, written.ErrNotDialable, "a short number"},
		{"+19005550100", nil, written.ErrNotDialable, "a premium-rate number"},
		{"+19005550100", us, written.ErrNotDialable, "a premium-rate number"},
		{"+449098790000", nil, written.ErrNotDialable, "a premium-rate number"},
		{"+31900123456", nil, written.ErrNotDialable, "a premium-rate number"},
		{"+979123456789", nil, written.ErrNotDialable, "a premium-rate number"},
		{"+80812345678", nil, written.ErrNotDialable, "a shared-cost number"},
		{"+4918012345", nil, written.ErrNotDialable, "a shared-cost number"},
		{"+881612345678", nil, written.ErrNotDialable, "a satellite"},
		{"+870773111632", nil, written.ErrNotDialable, "a satellite"},
		{"+883510000000000", nil, written.ErrNotDialable, "a satellite"},
		{"+15551234567", nil, written.ErrNotDialable, "no numbering plan has"},
		{"+12025550", us, written.ErrNotDialable, "no numbering plan has"},
		{"2025550100", us, written.ErrNotDialable, "no number in E.164 form"},
		{"+99912345678", nil, written.ErrNotDialable, "no number in E.164 form"},
		{"sip:ada@pbx.example.com", nil, written.ErrNotDialable, "no number in E.164 form"},
		{"", nil, written.ErrNotDialable, "no number in E.164 form"},
		{"+18765550100", us, written.ErrNotDialable, "is a number of JM; allowed are US"},
		{"+442079460958", []string{"US", "CA"}, written.ErrNotDialable, "is a number of GB; allowed are US, CA"},
		{"+12025550100", []string{"Narnia"}, written.ErrRegion, "Narnia"},
		{"+12025550100", []string{"US", ""}, written.ErrRegion, "one of the countries is empty"},
	} {
		err := written.Dialable(c.n, c.countries)
		require.ErrorIs(t, err, c.is, string(c.n))
		require.ErrorContains(t, err, c.says, string(c.n))
	}
}

func TestDialable_doesNotPrintTheNumberWhole(t *testing.T) {
	t.Parallel()
	require.NotContains(t, written.Dialable("+19005550100", nil).Error(), "9005550")
}

// Whatever is typed, the answer is a strict number or an error of this package.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"+1 202-555-0100", "(202) 555-0100", "0044 20 7946 0958", "00", "tel:", "tel:1;phone-context=+44", "1-800-FLOWERS", "+", "((((", "٠", "\xff"} {
		f.Add(s, "US")
		f.Add(s, "")
	}
	f.Fuzz(func(t *testing.T, s, region string) {
		n, err := written.Parse(s, region)
		if err != nil {
			if n != "" || !errors.Is(err, written.ErrNotNumber) && !errors.Is(err, written.ErrExtension) && !errors.Is(err, written.ErrRegion) {
				t.Fatalf("Parse(%q, %q) = %q, %v", s, region, string(n), err)
			}
			return
		}
		if !n.Valid() {
			t.Fatalf("Parse(%q, %q) = %q", s, region, string(n))
		}
		if again, err := written.Parse(string(n), region); err != nil || again != n {
			t.Fatalf("Parse(%q) = %q, %v", string(n), string(again), err)
		}
	})
}
