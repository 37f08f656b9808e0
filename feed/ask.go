package feed

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/number"
)

// Question is what a product is asked in the middle of a call. ID is the same whenever
// the same question is asked again.
type Question struct {
	ID       string      `json:"id"`
	Account  string      `json:"account"`
	Question string      `json:"question"` // its name
	Answers  []string    `json:"answers"`  // the words of which one leads the caller on
	Call     string      `json:"call"`
	Turn     uint32      `json:"turn"` // for an answer that comes later, by Engine.Answer
	From     number.E164 `json:"from"` // empty where withheld
	To       number.E164 `json:"to"`
	At       time.Time   `json:"at"`
	Within   float64     `json:"within"`        // seconds from At, then the caller is led on
	Why      string      `json:"why,omitempty"` // how the last ring failed: busy, no_answer, unavailable
}

// Ask puts a question to a product, which answers 200 with {"answer": "gold"}, or 204
// where its answer comes later or never. It is an engine's Config.Ask. The error is
// whatever else the product does: the caller is led on at once then.
func (w *Webhook) Ask(ctx context.Context, q flow.Asked) (answer string, err error) {
	asked := Question{
		ID: q.Call.ID + "-" + strconv.FormatUint(uint64(q.Turn), 10), Account: q.Call.Account, Question: q.Name, Answers: q.Answers,
		Call: q.Call.ID, Turn: q.Turn, From: q.Info.From, To: q.Info.To, At: q.At, Within: q.Limit.Seconds(),
	}
	if q.Why != flow.NoOutcome {
		asked.Why = q.Why.String()
	}
	body, err := json.Marshal(asked)
	if err != nil {
		return "", err
	}
	status, text, err := w.post(ctx, body)
	switch {
	case err != nil:
		return "", err
	case status == http.StatusNoContent:
		return "", nil
	case status != http.StatusOK:
		return "", fmt.Errorf("the product answers %d; 200 with {\"answer\": \"…\"} leads the caller on, and 204 leaves it to the limit", status)
	}
	var said struct {
		Answer string `json:"answer"`
	}
	if err := json.Unmarshal(text, &said); err != nil || said.Answer == "" {
		return "", fmt.Errorf("the product answers 200 without an answer; write {\"answer\": \"…\"}, of %d bytes at most", maxAnswer)
	}
	return said.Answer, nil
}
