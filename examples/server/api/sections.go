package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/extflow/extflow/examples/server/setup"
	"github.com/extflow/extflow/flow/account"
)

// The named things of an account: each is read and written as it stands in the
// account document. Writing one checks the whole account and publishes a release.

func (a *API) sections() {
	section[Message](a, "message", "messages", "what callers hear, by name")
	section[Hours](a, "hours", "hours", "weekly opening times with holidays")
	section[Mailbox](a, "mailbox", "mailboxes", "where voicemail is left; every agent has one besides")
	section[Queue](a, "queue", "queues", "lines of callers who wait for a member")
	section[Menu](a, "menu", "menus", "one key, one destination")
	section[Flow](a, "flow", "flows", "agent extension flows")
	section[Question](a, "question", "questions", "what the product is asked in the middle of a call")
	section[Directory](a, "directory", "directories", "where callers find people by name")
	section[Number](a, "number", "numbers", "what answers each number")

	const tag = "settings"
	add(a, operation{id: "read-settings", method: http.MethodGet, path: "/settings", tag: tag, summary: "What holds for the whole account"}, a.readSettings)
	add(a, operation{id: "change-settings", method: http.MethodPut, path: "/settings", tag: tag, summary: "Change what holds for the whole account"}, a.changeSettings)
}

type NamePath struct {
	Name string `path:"name" maxLength:"64" doc:"its name; for numbers, the number in any common written form"`
}

type thing[T any] struct {
	ETag string `header:"ETag"`
	Body T
}

// section registers the routes of one section of the document.
func section[T ~map[string]any](a *API, one, all, about string) {
	add(a, operation{id: "list-" + all, method: http.MethodGet, path: "/" + all, tag: all, summary: "All " + all + ": " + about},
		func(ctx context.Context, _ *struct{}) (*thing[map[string]T], error) {
			d, err := a.open(ctx)
			if err != nil {
				return nil, err
			}
			list := map[string]T{}
			for name, v := range d.Section(all) {
				list[name], _ = v.(map[string]any)
			}
			return &thing[map[string]T]{ETag: tag(list), Body: list}, nil
		})
	add(a, operation{id: "read-" + one, method: http.MethodGet, path: "/" + all + "/{name}", tag: all, summary: "One of the " + all},
		func(ctx context.Context, in *NamePath) (*thing[T], error) {
			d, err := a.open(ctx)
			if err != nil {
				return nil, err
			}
			return found[T](d, all, in.Name)
		})
	add(a, operation{id: "write-" + one, method: http.MethodPut, path: "/" + all + "/{name}", tag: all, summary: "Add or change one of the " + all,
		about: "The whole account is checked, and published as its next release."},
		func(ctx context.Context, in *struct {
			NamePath
			Condition
			Body T
		}) (*thing[T], error) {
			d, err := a.edit(ctx, fmt.Sprintf("%s %s", one, in.Name), func(d *setup.Draft) error {
				if err := unchanged(d, all, in.Name, in.IfMatch); err != nil {
					return err
				}
				return d.Set(all, in.Name, map[string]any(in.Body))
			})
			if err != nil {
				return nil, err
			}
			return found[T](d, all, in.Name)
		})
	add(a, operation{id: "remove-" + one, method: http.MethodDelete, path: "/" + all + "/{name}", tag: all, status: http.StatusNoContent,
		summary: "Remove one of the " + all, about: "Refused while something names it. Calls that are under way keep it."},
		func(ctx context.Context, in *struct {
			NamePath
			Condition
		}) (*none, error) {
			_, err := a.edit(ctx, fmt.Sprintf("%s %s removed", one, in.Name), func(d *setup.Draft) error {
				if err := unchanged(d, all, in.Name, in.IfMatch); err != nil {
					return err
				}
				return d.Remove(all, in.Name)
			})
			var faults account.Faults
			if errors.As(err, &faults) {
				p := documentFaults(http.StatusConflict, faults)
				p.Detail = "something still names it; change that first. Nothing was changed"
				return nil, p
			}
			return nil, err
		})
}

func (a *API) readSettings(ctx context.Context, _ *struct{}) (*thing[Settings], error) {
	d, err := a.open(ctx)
	if err != nil {
		return nil, err
	}
	return settingsOf(d), nil
}

func settingsOf(d *setup.Draft) *thing[Settings] {
	s := d.Section("settings")
	if s == nil {
		s = map[string]any{}
	}
	return &thing[Settings]{ETag: tag(s), Body: s}
}

func (a *API) changeSettings(ctx context.Context, in *struct {
	Condition
	Body Settings
}) (*thing[Settings], error) {
	if _, given := in.Body["emergency"]; given {
		return nil, at(http.StatusUnprocessableEntity, "settings.emergency",
			"the emergency stands with each number once an account is stored; write it there")
	}
	d, err := a.edit(ctx, "settings", func(d *setup.Draft) error {
		if err := matches(in.IfMatch, settingsOf(d).ETag); err != nil {
			return err
		}
		d.Root["settings"] = map[string]any(in.Body)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return settingsOf(d), nil
}
