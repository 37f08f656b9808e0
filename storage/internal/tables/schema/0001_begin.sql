-- What extflow keeps, in SQL that SQLite and PostgreSQL read alike. Ids and
-- documents are TEXT, documents in JSON; instants and durations are BIGINT
-- nanoseconds (instants since 1970, UTC; 0 is none); what is so or not is a
-- SMALLINT. The account is first in every key.

CREATE TABLE extflow_accounts (
  account TEXT NOT NULL,
  rev     BIGINT NOT NULL,
  doc     TEXT NOT NULL,
  PRIMARY KEY (account)
);

-- The last cursor that the feed of an account gave out. Whoever writes to the
-- feed changes this row first, so that cursors become visible in their order.
CREATE TABLE extflow_cursors (
  account TEXT NOT NULL,
  feed    BIGINT NOT NULL,
  PRIMARY KEY (account)
);

-- Calls as they stand. State is the call as flow writes it, but for owed, which is
-- settled without another revision. Nothing that a step changes is indexed.
CREATE TABLE extflow_calls (
  account TEXT NOT NULL,
  call    TEXT NOT NULL,
  rev     BIGINT NOT NULL,
  owed    SMALLINT NOT NULL,
  begun   BIGINT NOT NULL, -- with the first turn
  closed  BIGINT NOT NULL, -- 0 while anything is outstanding
  caller  TEXT NOT NULL,
  called  TEXT NOT NULL,
  state   TEXT NOT NULL,
  PRIMARY KEY (account, call)
);
CREATE INDEX extflow_calls_begun ON extflow_calls (account, begun, call);
CREATE INDEX extflow_calls_live ON extflow_calls (account, begun, call) WHERE closed = 0;
CREATE INDEX extflow_calls_closed ON extflow_calls (account, closed) WHERE closed > 0;
CREATE INDEX extflow_calls_caller ON extflow_calls (account, caller, begun);
CREATE INDEX extflow_calls_called ON extflow_calls (account, called, begun);

CREATE TABLE extflow_turns (
  account TEXT NOT NULL,
  call    TEXT NOT NULL,
  seq     BIGINT NOT NULL,
  doc     TEXT NOT NULL,
  PRIMARY KEY (account, call, seq)
);

-- The ids of events that are stored, so that none is stored twice.
CREATE TABLE extflow_events (
  account TEXT NOT NULL,
  call    TEXT NOT NULL,
  event   TEXT NOT NULL,
  PRIMARY KEY (account, call, event)
);

-- When open calls need attention. At is the earliest instant at which anybody may
-- claim the call: when its next clock goes off or at once where its turn is owed,
-- and while it is claimed the end of the lease.
CREATE TABLE extflow_due (
  account TEXT NOT NULL,
  call    TEXT NOT NULL,
  at      BIGINT NOT NULL,
  wake    BIGINT NOT NULL,            -- its next clock; the greatest number where none is armed
  owner   TEXT NOT NULL DEFAULT '',   -- the node that goes by its own memory of it, if any
  fence   BIGINT NOT NULL DEFAULT 0,  -- counts claims
  PRIMARY KEY (account, call)
);
CREATE INDEX extflow_due_at ON extflow_due (at);

-- Agents as people change them; what changes with calls is in extflow_duties.
CREATE TABLE extflow_agents (
  account   TEXT NOT NULL,
  agent     TEXT NOT NULL,
  extension TEXT NOT NULL,
  successor TEXT NOT NULL,
  rev       BIGINT NOT NULL,
  doc       TEXT NOT NULL,
  PRIMARY KEY (account, agent)
);
CREATE INDEX extflow_agents_extension ON extflow_agents (account, extension);

-- The places of agents' endpoints: who shares one with an agent whom a call rings is
-- busy too.
CREATE TABLE extflow_endpoints (
  account TEXT NOT NULL,
  agent   TEXT NOT NULL,
  place   TEXT NOT NULL,
  PRIMARY KEY (account, agent, place)
);
CREATE INDEX extflow_endpoints_place ON extflow_endpoints (account, place);

-- Presence and duty, one row for each agent: also for one who was deleted during a
-- call, whose telephone rings on. A reservation is held_by, and nothing else.
CREATE TABLE extflow_duties (
  account    TEXT NOT NULL,
  agent      TEXT NOT NULL,
  presence   TEXT NOT NULL DEFAULT '',
  reason     TEXT NOT NULL DEFAULT '',
  held_by    TEXT NOT NULL DEFAULT '',
  held_until BIGINT NOT NULL DEFAULT 0,
  rest_until BIGINT NOT NULL DEFAULT 0,
  idle_since BIGINT NOT NULL DEFAULT 0,
  misses     BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (account, agent)
);

-- Telephones, lines and app users that were ever rung, and the call that rings
-- them or talks there now: agents who share one are reserved together.
CREATE TABLE extflow_places (
  account TEXT NOT NULL,
  place   TEXT NOT NULL,
  call    TEXT NOT NULL, -- empty where there is none
  PRIMARY KEY (account, place)
);

-- Extensions that somebody has: held now, or resting until the quarantine ends.
CREATE TABLE extflow_claims (
  account   TEXT NOT NULL,
  extension TEXT NOT NULL,
  agent     TEXT NOT NULL,
  name      TEXT NOT NULL,
  successor TEXT NOT NULL,
  until     BIGINT NOT NULL, -- 0 while it is held
  PRIMARY KEY (account, extension)
);
CREATE INDEX extflow_claims_agent ON extflow_claims (account, agent);

CREATE TABLE extflow_members (
  account TEXT NOT NULL,
  queue   TEXT NOT NULL,
  agent   TEXT NOT NULL,
  ordinal BIGINT NOT NULL,
  PRIMARY KEY (account, queue, agent)
);
CREATE INDEX extflow_members_agent ON extflow_members (account, agent);

-- Callers in line. They stand in the order of since, then of joined, which is the
-- cursor of the entry in the feed that says so.
CREATE TABLE extflow_lines (
  account TEXT NOT NULL,
  call    TEXT NOT NULL,
  queue   TEXT NOT NULL,
  since   BIGINT NOT NULL,
  joined  BIGINT NOT NULL,
  rank    BIGINT NOT NULL, -- the place at which the caller joined, from 1
  offers  BIGINT NOT NULL, -- members who ring for the caller now
  caller  TEXT NOT NULL,
  carrier TEXT NOT NULL,
  PRIMARY KEY (account, call)
);
CREATE INDEX extflow_lines_queue ON extflow_lines (account, queue, since, joined);

-- How long those waited who were served lately, for each place of the line.
CREATE TABLE extflow_waits (
  account TEXT NOT NULL,
  queue   TEXT NOT NULL,
  served  BIGINT NOT NULL, -- the cursor of the entry in the feed that says so
  at      BIGINT NOT NULL,
  place   BIGINT NOT NULL,
  PRIMARY KEY (account, queue, served)
);

CREATE TABLE extflow_messages (
  account TEXT NOT NULL,
  call    TEXT NOT NULL,
  mailbox TEXT NOT NULL,
  caller  TEXT NOT NULL,
  called  TEXT NOT NULL,
  at      BIGINT NOT NULL,
  length  BIGINT NOT NULL,
  carrier TEXT NOT NULL,
  ref     TEXT NOT NULL,
  state   TEXT NOT NULL,
  heard   SMALLINT NOT NULL,
  kept    SMALLINT NOT NULL, -- the recording was taken from the carrier
  PRIMARY KEY (account, call)
);
CREATE INDEX extflow_messages_mailbox ON extflow_messages (account, mailbox, at);
CREATE INDEX extflow_messages_unread ON extflow_messages (account, mailbox) WHERE heard = 0 AND state = 'left';

CREATE TABLE extflow_feed (
  account TEXT NOT NULL,
  cursor  BIGINT NOT NULL,
  call    TEXT NOT NULL,
  seq     BIGINT NOT NULL,
  at      BIGINT NOT NULL,
  post    TEXT NOT NULL,
  PRIMARY KEY (account, cursor)
);
CREATE INDEX extflow_feed_call ON extflow_feed (account, call);

CREATE TABLE extflow_releases (
  account TEXT NOT NULL,
  release TEXT NOT NULL,
  version BIGINT NOT NULL,
  doc     TEXT NOT NULL,
  PRIMARY KEY (account, release)
);
CREATE UNIQUE INDEX extflow_releases_version ON extflow_releases (account, version);

CREATE TABLE extflow_numbers (
  account TEXT NOT NULL,
  number  TEXT NOT NULL,
  rev     BIGINT NOT NULL,
  doc     TEXT NOT NULL,
  PRIMARY KEY (account, number)
);
CREATE UNIQUE INDEX extflow_numbers_number ON extflow_numbers (number);

-- What keys have spent in their sliding time.
CREATE TABLE extflow_budgets (
  account TEXT NOT NULL,
  purse   TEXT NOT NULL,
  spent   TEXT NOT NULL,
  ends    BIGINT NOT NULL, -- when all of it is forgotten
  PRIMARY KEY (account, purse)
);
CREATE INDEX extflow_budgets_ends ON extflow_budgets (ends);

-- Small documents that a product keeps beside its calls.
CREATE TABLE extflow_notes (
  account TEXT NOT NULL,
  kind    TEXT NOT NULL,
  name    TEXT NOT NULL,
  rev     BIGINT NOT NULL,
  at      BIGINT NOT NULL,
  body    BYTEA NOT NULL, -- to SQLite that is bytes too
  PRIMARY KEY (account, kind, name)
);

-- Audio that was uploaded, in parts that are read one by one.
CREATE TABLE extflow_audio (
  account TEXT NOT NULL,
  name    TEXT NOT NULL,
  type    TEXT NOT NULL,
  size    BIGINT NOT NULL,
  at      BIGINT NOT NULL,
  rev     BIGINT NOT NULL,
  PRIMARY KEY (account, name)
);
CREATE TABLE extflow_audio_parts (
  account TEXT NOT NULL,
  name    TEXT NOT NULL,
  rev     BIGINT NOT NULL, -- of the upload: who reads one is not given parts of the next
  part    BIGINT NOT NULL,
  body    BYTEA NOT NULL,
  PRIMARY KEY (account, name, rev, part)
);

-- How far those who follow the feed by a name of their own have got, and which
-- node does it now.
CREATE TABLE extflow_readers (
  account TEXT NOT NULL,
  reader  TEXT NOT NULL,
  cursor  BIGINT NOT NULL,
  until   BIGINT NOT NULL, -- the end of the lease; 0 where nobody has it
  fence   BIGINT NOT NULL,
  PRIMARY KEY (account, reader)
);
