package gate_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/extflow/extflow/examples/server/gate"
)

const token = "a-token-of-a-good-length"

// request is what arrives; what is left out is a request from this machine.
type request struct {
	method, peer, host string
	header             http.Header
}

func (q request) send(g gate.Gate) int {
	if q.method == "" {
		q.method = http.MethodGet
	}
	r := httptest.NewRequest(q.method, "/api/v1/agents", nil)
	r.RemoteAddr, r.Host = "127.0.0.1:40000", "localhost:8080"
	if q.peer != "" {
		r.RemoteAddr = q.peer
	}
	if q.host != "" {
		r.Host = q.host
	}
	for name, values := range q.header {
		r.Header[name] = values
	}
	w := httptest.NewRecorder()
	g.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })).ServeHTTP(w, r)
	return w.Code
}

func TestGate_withoutATokenAdmitsThisMachineAlone(t *testing.T) {
	t.Parallel()
	in, out := http.StatusNoContent, http.StatusNotFound
	with := func(name, value string) http.Header { return http.Header{name: {value}} }
	for name, c := range map[string]struct {
		request
		want int
	}{
		"this machine":                                  {request{}, in},
		"its IPv4 address":                              {request{host: "127.0.0.1:8080"}, in},
		"its IPv6 address":                              {request{peer: "[::1]:40000", host: "[::1]:8080"}, in},
		"IPv6 without a port":                           {request{peer: "[::1]:40000", host: "[::1]"}, in},
		"IPv4 written as IPv6":                          {request{peer: "[::ffff:127.0.0.1]:40000"}, in},
		"another address of the loopback":               {request{peer: "127.8.9.1:40000"}, in},
		"the name without a port":                       {request{host: "localhost"}, in},
		"the name in capitals":                          {request{host: "LOCALHOST:8080"}, in},
		"another port, as through ssh -L":               {request{host: "localhost:9999"}, in},
		"a header that only looks alike":                {request{header: with("X-Forward", "1")}, in},
		"the office network":                            {request{peer: "192.168.1.7:40000"}, out},
		"the office network that says localhost":        {request{peer: "192.168.1.7:40000", host: "localhost:8080"}, out},
		"the internet":                                  {request{peer: "203.0.113.9:40000", host: "calls.example.com"}, out},
		"the internet over IPv6":                        {request{peer: "[2001:db8::1]:40000", host: "[::1]:8080"}, out},
		"a link-local peer":                             {request{peer: "[fe80::1%eth0]:40000"}, out},
		"a peer without an address":                     {request{peer: "@"}, out},
		"a peer that claims to be loopback by name":     {request{peer: "localhost:40000"}, out},
		"a name that was rebound to this machine":       {request{host: "evil.example:8080"}, out},
		"a name that ends like ours":                    {request{host: "notlocalhost:8080"}, out},
		"a name that begins like ours":                  {request{host: "localhost.evil.example:8080"}, out},
		"an address that begins like ours":              {request{host: "127.0.0.1.evil.example"}, out},
		"our name with a dot":                           {request{host: "localhost.:8080"}, out},
		"another address of the loopback as the host":   {request{host: "127.0.0.2:8080"}, out},
		"the address that is every address":             {request{host: "0.0.0.0:8080"}, out},
		"the IPv6 address without brackets":             {request{peer: "[::1]:40000", host: "::1"}, out},
		"IPv4 as a number":                              {request{host: "2130706433:8080"}, out},
		"user information before the host":              {request{host: "localhost@evil.example"}, out},
		"a port that is none":                           {request{host: "localhost:80a"}, out},
		"no port after the colon":                       {request{host: "localhost:"}, out},
		"no host at all":                                {request{host: " "}, out},
		"a tunnel that says for whom":                   {request{header: with("X-Forwarded-For", "203.0.113.9")}, out},
		"a tunnel that forges loopback":                 {request{header: with("X-Forwarded-For", "127.0.0.1")}, out},
		"a tunnel that says the host":                   {request{header: with("X-Forwarded-Host", "localhost")}, out},
		"a tunnel that says the scheme":                 {request{header: with("X-Forwarded-Proto", "https")}, out},
		"a tunnel with an empty header":                 {request{header: with("X-Forwarded-For", "")}, out},
		"a header that nobody wrote in capitals":        {request{header: with("x-forwarded-port", "443")}, out},
		"a proxy by the standard's header":              {request{header: with("Forwarded", "for=127.0.0.1")}, out},
		"a proxy that names itself":                     {request{header: with("Via", "1.1 proxy")}, out},
		"a token where there is none to have":           {request{peer: "203.0.113.9:1", header: with("Authorization", "Bearer "+token)}, out},
		"an empty token where there is none to have":    {request{peer: "203.0.113.9:1", header: with("Authorization", "Bearer ")}, out},
		"a browser that another site has post":          {request{method: http.MethodPost, header: with("Sec-Fetch-Site", "cross-site")}, http.StatusForbidden},
		"a post whose origin is another site":           {request{method: http.MethodPost, header: with("Origin", "https://evil.example")}, http.StatusForbidden},
		"a delete that another site has a browser send": {request{method: http.MethodDelete, header: with("Sec-Fetch-Site", "cross-site")}, http.StatusForbidden},
		"a page of our own that posts":                  {request{method: http.MethodPost, header: with("Sec-Fetch-Site", "same-origin")}, in},
		"curl that posts":                               {request{method: http.MethodPost}, in},
	} {
		require.Equal(t, c.want, c.send(gate.Gate{}), name)
	}
}

func TestGate_withATokenAdmitsWhoBearsItFromAnywhere(t *testing.T) {
	t.Parallel()
	in, out := http.StatusNoContent, http.StatusUnauthorized
	auth := func(value string) http.Header { return http.Header{"Authorization": {value}} }
	for name, c := range map[string]struct {
		request
		want int
	}{
		"from the internet":             {request{peer: "203.0.113.9:1", host: "calls.example.com", header: auth("Bearer " + token)}, in},
		"from this machine":             {request{header: auth("Bearer " + token)}, in},
		"the scheme in small letters":   {request{header: auth("bearer " + token)}, in},
		"through a proxy":               {request{header: http.Header{"Authorization": {"Bearer " + token}, "X-Forwarded-For": {"203.0.113.9"}}}, in},
		"this machine without it":       {request{}, out},
		"another token":                 {request{header: auth("Bearer another")}, out},
		"the beginning of it":           {request{header: auth("Bearer " + token[:8])}, out},
		"it and more":                   {request{header: auth("Bearer " + token + "x")}, out},
		"the bare token":                {request{header: auth(token)}, out},
		"another scheme":                {request{header: auth("Basic " + token)}, out},
		"an empty one":                  {request{header: auth("Bearer ")}, out},
		"it, from another site's form":  {request{method: http.MethodPost, header: http.Header{"Authorization": {"Bearer " + token}, "Sec-Fetch-Site": {"cross-site"}}}, http.StatusForbidden},
		"only in a cookie, which is no": {request{header: http.Header{"Cookie": {"token=" + token}}}, out},
	} {
		require.Equal(t, c.want, c.send(gate.Gate{Token: token}), name)
	}
}
