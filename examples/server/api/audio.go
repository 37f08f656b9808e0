package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/extflow/extflow/examples/server/setup"
	"github.com/extflow/extflow/storage"
)

// The files that messages play: {play: hold.mp3} is the file of that name, as it was
// when the version was published that says so.

// File is an uploaded file.
type File struct {
	Name string    `json:"name"`
	Type string    `json:"type" enum:"audio/mpeg,audio/wav" doc:"by what is in it"`
	Size int64     `json:"size" doc:"in bytes"`
	At   time.Time `json:"at" doc:"when it was uploaded"`

	Played bool `json:"played" doc:"whether the newest version plays it, as it is now"`
}

type FilePath struct {
	Name string `path:"file" maxLength:"255" doc:"the file's name, as messages have it"`
}

// uploadTime is how long an upload may take.
const uploadTime = 5 * time.Minute

func (a *API) audio() {
	const tag = "audio"
	add(a, operation{id: "list-audio", method: http.MethodGet, path: "/audio", tag: tag, summary: "The uploaded files that messages may play"}, a.listAudio)
	add(a, operation{id: "delete-audio", method: http.MethodDelete, path: "/audio/{file}", tag: tag, status: http.StatusNoContent,
		summary: "Delete a file", about: "Refused while the newest version, or one that a number is pinned to, plays it."}, a.deleteAudio)

	path := a.cfg.Prefix + "/audio/{file}"
	a.mux.HandleFunc(http.MethodGet+" "+path, a.hearAudio)
	a.mux.HandleFunc(http.MethodPut+" "+path, a.putAudio)
	in := []*huma.Param{{Name: "file", In: "path", Required: true, Description: "the file's name, as messages have it", Schema: &huma.Schema{Type: huma.TypeString}}}
	sound := map[string]*huma.MediaType{"audio/mpeg": {Schema: &huma.Schema{}}, "audio/wav": {Schema: &huma.Schema{}}}
	said := map[string]*huma.MediaType{"application/problem+json": {Schema: &huma.Schema{Ref: "#/components/schemas/ErrorModel"}}}
	a.OpenAPI().AddOperation(&huma.Operation{
		OperationID: "hear-audio", Method: http.MethodGet, Path: path, Tags: []string{tag}, Parameters: in,
		Summary: "A file, or the part of it that a Range header asks for",
		Responses: map[string]*huma.Response{
			"200": {Description: "the file", Content: sound}, "206": {Description: "a part of it", Content: sound},
			"416":     {Description: "there is no such part", Content: map[string]*huma.MediaType{"text/plain": {Schema: &huma.Schema{}}}},
			"default": {Description: "a problem", Content: said},
		},
	})
	file := a.OpenAPI().Components.Schemas.Schema(fileType, true, "File")
	a.OpenAPI().AddOperation(&huma.Operation{
		OperationID: "put-audio", Method: http.MethodPut, Path: path, Tags: []string{tag}, Parameters: in,
		Summary:     "Upload a file, in place of one of that name",
		Description: "MP3, or WAV with 16-bit mono samples at 8 or 16 kHz, of 16 MiB at most. Versions that are published play what they named; publish again for them to play this one.",
		RequestBody: &huma.RequestBody{Required: true, Content: sound},
		Responses: map[string]*huma.Response{
			"200":     {Description: "the file as it is kept", Content: map[string]*huma.MediaType{"application/json": {Schema: file}}},
			"default": {Description: "a problem", Content: said},
		},
	})
}

func (a *API) listAudio(ctx context.Context, _ *struct{}) (*struct {
	Body struct {
		Files []File `json:"files"`
	}
}, error) {
	st, err := setup.Read(ctx, a.cfg.Store, a.cfg.Account)
	if err != nil {
		return nil, err
	}
	out := new(struct {
		Body struct {
			Files []File `json:"files"`
		}
	})
	out.Body.Files = []File{}
	for f, err := range a.cfg.Store.Audio().Files(ctx, a.cfg.Account) {
		if err != nil {
			return nil, err
		}
		out.Body.Files = append(out.Body.Files, shownFile(f, st))
	}
	return out, nil
}

func shownFile(f storage.File, st setup.State) File {
	return File{Name: f.Name, Type: f.Type, Size: f.Size, At: f.At, Played: st.Release.Settings.Audio[f.Name] == f.Content}
}

func (a *API) deleteAudio(ctx context.Context, in *FilePath) (*none, error) {
	return nil, a.cfg.Store.Audio().Delete(ctx, a.cfg.Account, in.Name)
}

func (a *API) hearAudio(w http.ResponseWriter, r *http.Request) {
	f, err := a.cfg.Store.Audio().File(r.Context(), a.cfg.Account, r.PathValue("file"))
	var sound storage.Sound
	if err == nil {
		sound, err = a.cfg.Store.Audio().Open(r.Context(), a.cfg.Account, f.Content)
	}
	if err != nil {
		a.tell(w, r, "hear-audio", err)
		return
	}
	defer sound.Close()
	w.Header().Set("Content-Type", sound.Type)
	w.Header().Set("Cache-Control", "private, no-cache")
	w.Header().Set("ETag", `"`+f.Content+`"`)
	http.ServeContent(w, r, "", f.At, sound)
}

// putAudio reads the file as it comes, whatever its Content-Type says.
func (a *API) putAudio(w http.ResponseWriter, r *http.Request) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(uploadTime)) // where that cannot be done, the server's own holds
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(uploadTime))
	body := http.MaxBytesReader(w, r.Body, storage.MaxAudio+1<<20) // the store's own limit comes first
	f, err := a.cfg.Store.Audio().Put(r.Context(), a.cfg.Account, r.PathValue("file"), body)
	if err != nil {
		a.tell(w, r, "put-audio", err)
		return
	}
	st, err := setup.Read(r.Context(), a.cfg.Store, a.cfg.Account)
	if err != nil {
		a.tell(w, r, "put-audio", err)
		return
	}
	write(w, http.StatusOK, "application/json", shownFile(f, st))
}
