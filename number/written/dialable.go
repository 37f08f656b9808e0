package written

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"github.com/extflow/extflow/number"
)

// Region is the ISO 3166 code of the country that n belongs to, as in "US"; "001"
// for services of the whole world (+800), and empty when no plan has the number.
func Region(n number.E164) string {
	p, err := phonenumbers.Parse(string(n), "")
	if err != nil {
		return ""
	}
	return phonenumbers.GetRegionCodeForNumber(p)
}

// satellite are the country codes of satellite and of private international
// networks: no country's, dear to call, and a favourite of toll fraud.
var satellite = []int32{870, 881, 882, 883}

// Dialable reports whether a handoff or an agent's telephone may be n. It refuses
// emergency and short numbers, premium and shared-cost ones, satellites, and what
// no numbering plan has: unassigned ranges are where toll fraud lives.
// With countries (ISO 3166 codes, as in "US") the number must be one of theirs as
// well; without, any country will do.
//
// The error matches ErrNotDialable, or ErrRegion for a country that is none.
func Dialable(n number.E164, countries []string) error {
	allowed := make([]string, 0, len(countries))
	for _, c := range countries {
		region, err := knownRegion(c)
		if err != nil {
			return err
		}
		if region == "" {
			return fmt.Errorf("%w: one of the countries is empty; write a country's two letters, as in US", ErrRegion)
		}
		allowed = append(allowed, region)
	}
	p, err := phonenumbers.Parse(string(n), "")
	if !n.Valid() || err != nil {
		return fmt.Errorf("%w: %v is no number in E.164 form, as in +12025550100", ErrNotDialable, n)
	}
	if what := refused(p); what != "" {
		return fmt.Errorf("%w: %v is %s", ErrNotDialable, n, what)
	}
	ours := func(region string) bool { return phonenumbers.IsValidNumberForRegion(p, region) }
	if len(allowed) > 0 && !slices.ContainsFunc(allowed, ours) {
		return fmt.Errorf("%w: %v is a number of %s; allowed are %s. Add the country to the account's countries, or take another number",
			ErrNotDialable, n, phonenumbers.GetRegionCodeForNumber(p), strings.Join(allowed, ", "))
	}
	return nil
}

// refused says what is wrong with dialling p, or nothing.
func refused(p *phonenumbers.PhoneNumber) string {
	switch {
	case emergency(p):
		return "an emergency number"
	case phonenumbers.IsValidShortNumber(p):
		return "a short number"
	case slices.Contains(satellite, p.GetCountryCode()):
		return "a satellite or private network's number"
	case !phonenumbers.IsValidNumber(p):
		return "a number that no numbering plan has; check its digits"
	}
	switch phonenumbers.GetNumberType(p) {
	case phonenumbers.PREMIUM_RATE:
		return "a premium-rate number"
	case phonenumbers.SHARED_COST:
		return "a shared-cost number"
	}
	return ""
}

// emergency reports whether p is an emergency number of a country with its code.
func emergency(p *phonenumbers.PhoneNumber) bool {
	national := phonenumbers.GetNationalSignificantNumber(p)
	return slices.ContainsFunc(phonenumbers.GetRegionCodesForCountryCode(int(p.GetCountryCode())), func(region string) bool {
		return phonenumbers.IsEmergencyNumber(national, region)
	})
}
