package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/adapter/sim"
	"github.com/extflow/extflow/examples/server/simulator"
	"github.com/extflow/extflow/extension"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/flow/account"
	"github.com/extflow/extflow/number/written"
	"github.com/extflow/extflow/storage"
)

// fail is an error as the API tells it: a problem (RFC 9457) with every fault, where
// it is and what to do.
func (a *API) fail(ctx context.Context, what string, err error) error {
	var told huma.StatusError
	if errors.As(err, &told) {
		return told
	}
	var inDocument account.Faults
	if errors.As(err, &inDocument) {
		return documentFaults(http.StatusUnprocessableEntity, inDocument)
	}
	var inSettings flow.Faults
	if errors.As(err, &inSettings) {
		p := problem(http.StatusUnprocessableEntity, "the settings have faults; nothing was changed")
		for _, f := range inSettings {
			p.Errors = append(p.Errors, &huma.ErrorDetail{Location: f.Path, Message: f.Problem})
		}
		return p
	}
	var played *storage.PlayedError
	if errors.As(err, &played) {
		return problem(http.StatusConflict, played.Error())
	}
	if p := agentFaults(err); p != nil {
		return p
	}
	for _, k := range known {
		if errors.Is(err, k.err) {
			return problem(k.status, err.Error())
		}
	}
	a.cfg.Logger.LogAttrs(ctx, slog.LevelError, "request failed", slog.String("what", what), slog.Any("error", err))
	if errors.Is(err, context.DeadlineExceeded) {
		return problem(http.StatusServiceUnavailable, "the store did not answer in time; try again")
	}
	return problem(http.StatusInternalServerError, "something went wrong; the server's log says what")
}

// known are the errors that say it all.
var known = []struct {
	err    error
	status int
}{
	{storage.ErrNotFound, http.StatusNotFound},
	{storage.ErrConflict, http.StatusConflict},
	{extflow.ErrNotWaiting, http.StatusConflict},
	{extflow.ErrNotAsked, http.StatusConflict},
	{extflow.ErrAnswer, http.StatusUnprocessableEntity},
	{extflow.ErrThere, http.StatusConflict},
	{extflow.ErrNotFree, http.StatusConflict},
	{extflow.ErrPace, http.StatusServiceUnavailable},
	{storage.ErrAudio, http.StatusUnprocessableEntity},
	{account.ErrTooLarge, http.StatusUnprocessableEntity},
	{extension.ErrRange, http.StatusUnprocessableEntity},
	{sim.ErrOver, http.StatusConflict},
	{sim.ErrIdle, http.StatusConflict},
	{simulator.ErrSkip, http.StatusUnprocessableEntity},
	{extflow.ErrRequest, http.StatusUnprocessableEntity},
	{extflow.ErrNotCallable, http.StatusUnprocessableEntity},
	{extflow.ErrLimit, http.StatusTooManyRequests},
	{written.ErrNotNumber, http.StatusUnprocessableEntity},
	{written.ErrExtension, http.StatusUnprocessableEntity},
	{written.ErrRegion, http.StatusUnprocessableEntity},
}

func problem(status int, detail string) *huma.ErrorModel {
	return &huma.ErrorModel{Status: status, Title: http.StatusText(status), Detail: detail}
}

// at is a problem with one field.
func at(status int, location, format string, args ...any) *huma.ErrorModel {
	message := fmt.Sprintf(format, args...)
	p := problem(status, message)
	p.Errors = []*huma.ErrorDetail{{Location: location, Message: message}}
	return p
}

func documentFaults(status int, faults account.Faults) *huma.ErrorModel {
	p := problem(status, "the document has faults; nothing was changed")
	for _, f := range faults {
		p.Errors = append(p.Errors, &huma.ErrorDetail{Location: f.Path, Message: fmt.Sprintf("line %d: %s", f.Line, f.Problem)})
	}
	return p
}

// agentFaults is an error of the directory with the field that it is about; nil where
// err is none of its errors.
func agentFaults(err error) *huma.ErrorModel {
	field, status := agentField(err)
	if field == "" {
		return nil
	}
	message := err.Error()
	if field == "body.extension" && !errors.Is(err, extension.ErrFull) {
		message += "; write another, or ask for the next free one"
	}
	return at(status, field, "%s", message)
}

func agentField(err error) (field string, status int) {
	switch {
	case errors.Is(err, extension.ErrConflict):
		return "body.rev", http.StatusConflict
	case is(err, extension.ErrTaken, extension.ErrQuarantined, extension.ErrPrefix, extension.ErrFull):
		return "body.extension", http.StatusConflict
	case is(err, extension.ErrNotDigits, extension.ErrLength, extension.ErrOutside, extension.ErrReserved):
		return "body.extension", http.StatusUnprocessableEntity
	case errors.Is(err, extension.ErrUnspellable):
		return "body.listed", http.StatusUnprocessableEntity
	case errors.Is(err, extension.ErrEndpoint):
		return "body.endpoints", http.StatusUnprocessableEntity
	case errors.Is(err, extension.ErrNamed):
		return "path.agent", http.StatusConflict
	case errors.Is(err, extension.ErrNoAgent) && !errors.Is(err, storage.ErrNotFound):
		return "body.successor", http.StatusUnprocessableEntity
	case errors.Is(err, extension.ErrNoAgent) && strings.Contains(err.Error(), "queue "):
		return "body.members", http.StatusUnprocessableEntity
	case errors.Is(err, extension.ErrAgent):
		return "body", http.StatusUnprocessableEntity
	}
	return "", 0
}

func is(err error, one ...error) bool {
	for _, e := range one {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
