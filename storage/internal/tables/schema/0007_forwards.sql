-- Which numbers passed calls on, so that all that is held about one is found by a key.
-- A call's state alone says it; the database itself notes it here, whoever begins the
-- call, older versions too. A carrier that repeats the number called names nobody.

CREATE TABLE extflow_forwards (
  account TEXT NOT NULL,
  call    TEXT NOT NULL,
  number  TEXT NOT NULL,
  PRIMARY KEY (account, call)
);
CREATE INDEX extflow_forwards_number ON extflow_forwards (account, number, call);
