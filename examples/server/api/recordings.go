package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/extflow/extflow/voicemail"
)

// recordings plays what callers left: the one route that answers audio.
func (a *API) recordings() {
	player := &voicemail.Player{Store: a.cfg.Store, Carriers: a.cfg.Carriers, Keep: a.cfg.Keep, Logger: a.cfg.Logger}
	path := a.cfg.Prefix + "/voicemail/{name}/{call}/recording"
	a.mux.HandleFunc(http.MethodGet+" "+path, func(w http.ResponseWriter, r *http.Request) {
		player.Play(w, r, a.cfg.Account, r.PathValue("name"), r.PathValue("call"))
	})
	in := func(name, about string) *huma.Param {
		return &huma.Param{Name: name, In: "path", Required: true, Description: about, Schema: &huma.Schema{Type: huma.TypeString}}
	}
	audio := map[string]*huma.MediaType{"audio/mpeg": {Schema: &huma.Schema{}}, "audio/wav": {Schema: &huma.Schema{}}}
	text := map[string]*huma.MediaType{"text/plain": {Schema: &huma.Schema{}}}
	a.OpenAPI().AddOperation(&huma.Operation{
		OperationID: "play-voicemail", Method: http.MethodGet, Path: path, Tags: []string{"voicemail"},
		Summary:     "The recording of a message, or the part of it that a Range header asks for",
		Description: "It comes from where recordings are kept, or from the carrier, and is not to be stored on the way.",
		Parameters:  []*huma.Param{in("name", "the mailbox's name"), in("call", "the call that left the message")},
		Responses: map[string]*huma.Response{
			"200": {Description: "the recording", Content: audio},
			"206": {Description: "a part of it", Content: audio},
			"404": {Description: "there is no such recording", Content: text},
			"416": {Description: "there is no such part", Content: text},
			"502": {Description: "the carrier does not answer", Content: text},
		},
	})
}
