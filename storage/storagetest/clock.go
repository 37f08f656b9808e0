package storagetest

import (
	"time"

	"github.com/stretchr/testify/require"
)

const day = 24 * time.Hour

// now is the time by the store's clock.
func (h *house) now() time.Time {
	h.Helper()
	now, err := h.store.Agenda().Now(h.ctx)
	require.NoError(h, err)
	return now
}

// next is when the next event happens: now, and after the one before.
func (h *house) next() time.Time {
	h.Helper()
	if h.pass != nil && !h.past {
		h.pass(time.Millisecond)
	}
	at := h.at.Add(time.Millisecond)
	if now := h.now().Truncate(time.Millisecond); !h.past && now.After(at) {
		at = now
	}
	h.at = at
	return at
}

// ago has the events that follow happen so long ago, one after another.
func (h *house) ago(d time.Duration) {
	h.Helper()
	h.past, h.at = true, h.now().Truncate(time.Millisecond).Add(-d)
}

// wait lets time go by.
func (h *house) wait(d time.Duration) {
	h.Helper()
	switch {
	case h.pass != nil:
		h.pass(d)
	case d <= Patience:
		<-time.After(d)
	default:
		h.Skipf("this store's clock cannot be moved, and nobody waits %v", d)
	}
}

// moment is a time worth waiting for, long enough not to run out by accident.
func (h *house) moment() time.Duration {
	if h.pass != nil {
		return 30 * time.Second
	}
	return Patience * 2 / 3
}
