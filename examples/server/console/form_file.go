package console

import (
	"errors"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/storage"
)

// Forms that files come with: in place of one that would be picked.

// mostBody is the most that a form may have: one file, and words beside it.
const mostBody = storage.MaxAudio + 4<<20

// whole reads a form, with the files in it where there are any: these may take their
// time, where the server can do that.
func whole(w http.ResponseWriter, r *http.Request) error {
	var err error = http.ErrNotMultipart
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		at := time.Now().Add(uploadTime)
		_ = http.NewResponseController(w).SetReadDeadline(at)
		_ = http.NewResponseController(w).SetWriteDeadline(at)
		err = r.ParseMultipartForm(1 << 20)
	}
	if errors.Is(err, http.ErrNotMultipart) {
		err = r.ParseForm()
	}
	if tooLong := new(http.MaxBytesError); errors.As(err, &tooLong) {
		return wrong(fmt.Sprintf("The file is longer than %d MiB; shorten it, or save it as MP3. Nothing was changed.", storage.MaxAudio>>20))
	}
	if err != nil {
		return wrong("The form did not arrive whole. Nothing was changed; send it again.")
	}
	return nil
}

// refused shows the form again, saved as far as it could be, with what to do about what
// was to be made with it, by field.
func (c *Console) refused(w http.ResponseWriter, r *http.Request, section, name, text string, refused map[string]string) error {
	d, err := c.draft(r.Context(), person(r))
	if err != nil {
		return err
	}
	var faults []account.Fault
	for _, key := range slices.Sorted(maps.Keys(refused)) {
		faults = append(faults, account.Fault{Path: strings.TrimSuffix(section+"."+name+"."+key, "."), Problem: strings.TrimSuffix(refused[key], ".")})
	}
	text += " " + refused[slices.Sorted(maps.Keys(refused))[0]]
	if r.Header.Get("X-Script") != "" {
		return wrong(text)
	}
	data, err := c.edit(r, d, section, name, faults...)
	if err != nil {
		return err
	}
	v := c.view(r, section, name, data)
	v.Error = text
	return c.show(w, "edit", http.StatusUnprocessableEntity, v)
}

// uploads takes the files that came with a form, and returns the names that they have
// now by the field that they are for. What is refused is told by field, too.
func (c *Console) uploads(r *http.Request) (names, refused map[string]string, err error) {
	names, refused = map[string]string{}, map[string]string{}
	if r.MultipartForm == nil {
		return names, refused, nil
	}
	for field, heads := range r.MultipartForm.File {
		key, ok := strings.CutSuffix(field, "~upload")
		if !ok || len(heads) == 0 || r.FormValue(key+"~file") != "new:file" {
			continue
		}
		if err := c.uploadOne(r, heads[0]); err != nil {
			p := c.told(r, err)
			if p.status >= http.StatusInternalServerError {
				return nil, nil, p
			}
			refused[key] = p.text
			continue
		}
		names[key] = heads[0].Filename
	}
	return names, refused, nil
}

func (c *Console) uploadOne(r *http.Request, head *multipart.FileHeader) error {
	file, err := head.Open()
	if err != nil {
		return err
	}
	defer file.Close()
	return c.upload(r, head.Filename, file)
}
