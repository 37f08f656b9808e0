// Package audio serves the files that accounts have uploaded to be played to callers,
// and has settings name which content of each they mean.
//
// Carriers fetch what they play: Handler is to stand below the public URL, at the
// adapters' MediaURL. An address bears the content's name, which nobody can guess who
// has not the file; what it answers never changes and may be kept by anybody on the
// way. Upload with Store.Audio, have Pin note what the settings play before they
// are published, and calls of that release play it for good.
package audio

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage"
)

// Pattern is the pattern of Handler's addresses below MediaURL, for a ServeMux.
const Pattern = "/{account}/{content}/{file}"

// Handler answers the requests of carriers for audio: GET and HEAD, whole or in parts,
// with Pattern's wildcards. It is safe for concurrent use.
type Handler struct {
	Store  storage.Audio
	Logger *slog.Logger // nil logs nothing; otherwise what cannot be read
}

// ServeHTTP answers one.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	content := r.PathValue("content")
	sound, err := h.Store.Open(r.Context(), r.PathValue("account"), content)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		http.NotFound(w, r)
		return
	case err != nil:
		if h.Logger != nil {
			h.Logger.LogAttrs(r.Context(), slog.LevelError, "audio cannot be read", slog.String("content", content), slog.Any("error", err))
		}
		w.Header().Set("Retry-After", "1")
		http.Error(w, "the audio cannot be reached now; try again", http.StatusServiceUnavailable)
		return
	}
	defer sound.Close()
	header := w.Header()
	header.Set("Content-Type", sound.Type)
	header.Set("Content-Disposition", "inline")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "public, max-age=31536000, immutable")
	header.Set("ETag", `"`+content+`"`)
	http.ServeContent(w, r, "", sound.At, sound)
}

// Pin is settings that name which content each uploaded file has now. The error is
// flow.Faults where messages play files that the account has not, each with its path
// and the name that may be meant; the settings are pinned as far as they can be then.
func Pin(ctx context.Context, s storage.Audio, account string, settings flow.Settings) (flow.Settings, error) {
	wanted := settings.Files()
	settings.Audio = nil
	if len(wanted) == 0 {
		return settings, nil
	}
	has, err := Files(ctx, s, account)
	if err != nil {
		return settings, err
	}
	settings.Audio = map[string]string{}
	there := map[string]bool{}
	for name := range has {
		there[name] = true
	}
	for _, name := range wanted {
		if has[name] != "" {
			settings.Audio[name] = has[name]
		}
	}
	if faults := flow.Check(settings, flow.World{Files: there}); len(faults) > 0 {
		return settings, faults
	}
	return settings, nil
}

// Files is the content that each file of an account has now, by the file's name.
func Files(ctx context.Context, s storage.Audio, account string) (map[string]string, error) {
	has := map[string]string{}
	for f, err := range s.Files(ctx, account) {
		if err != nil {
			return nil, err
		}
		has[f.Name] = f.Content
	}
	return has, nil
}
