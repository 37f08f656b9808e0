package postgres_test

import (
	"context"
	"log"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/extflow/extflow"
	"github.com/extflow/extflow/flow"
	"github.com/extflow/extflow/storage/postgres"
)

// A product closes a ticket and ends its call, both or neither.
func ExampleStore_In() {
	ctx := context.Background()
	pool, err := pgxpool.New(ctx, "postgres://extflow@localhost/product")
	if err != nil {
		log.Fatal(err)
	}
	store, err := postgres.Open(ctx, postgres.Config{Pool: pool, Schema: "calls"})
	if err != nil {
		log.Fatal(err)
	}
	engine, err := extflow.New(extflow.Config{Store: store})
	if err != nil {
		log.Fatal(err)
	}
	closed := func(ticket string, call flow.Key) error {
		return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE tickets SET closed = now() WHERE id = $1`, ticket); err != nil {
				return err
			}
			over := flow.Event{ID: "ticket " + ticket, Call: call, What: flow.What{Kind: flow.Told, News: flow.Dropped}}
			return engine.With(store.In(tx)).Signal(ctx, over)
		})
	}
	if err := closed("7", flow.Key{Account: "acme", ID: "c1"}); err != nil {
		log.Print(err)
	}
}
