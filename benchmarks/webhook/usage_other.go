//go:build !unix

package webhook

import (
	"errors"
	"time"
)

func processorTime() (time.Duration, error) {
	return 0, errors.New("the webhook figures need Linux or another Unix")
}
