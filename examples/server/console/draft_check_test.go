package console_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

// A draft with faults has its picture all the same: what they are in is outlined, and says so.
func TestPages_aDraftWithFaultsIsDrawnWithThemOutlined(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	require.NotContains(t, string(s.fetch("flows/front-desk")), "broken")
	for name, form := range map[string]url.Values{
		"a wrong value":       {"ring.time": {"5s"}, "busy": {"menu:main"}},
		"nobody to lead to":   {"busy": {"menu:gone"}, "no_answer": {"extension"}, "no_answer~to": {"9"}},
		"a wrong extension":   {"busy": {"extension"}, "busy~to": {"x"}, "busy~otherwise": {"queue:support"}},
		"and no words at all": {"greeting~m": {"say"}, "greeting~say": {""}, "star": {"queue:"}},
	} {
		_, page := s.post("flows/front-desk", form)
		require.Contains(t, page, "field-wrong", name)
		require.Contains(t, page, `class="step collect broken"`, name)
		require.Contains(t, page, "Drawn without what is to be put right", name)
		require.NotContains(t, page, `class="step queue broken"`, name)
	}
	s.post("flows/front-desk", url.Values{"busy": {"menu:main"}})
	_, page := s.post("menus/main", url.Values{"prompt~m": {"say"}, "prompt~say": {"Press 2."}, "keys.1": {"queue:gone"}, "keys.2": {"voicemail:team"}})
	require.Contains(t, page, `class="step collect broken"`)
	require.Contains(t, string(s.fetch("flows/front-desk")), "broken", "whichever way it is come by")
	s.post("menus/main", url.Values{"prompt~m": {"say"}, "prompt~say": {"Press 2."}, "keys.2": {"voicemail:team"}})
	require.NotContains(t, string(s.fetch("flows/front-desk")), "broken")
}
