-- Calls that were removed because their account keeps none for long, and until when they
-- are remembered all the same: what a carrier or a product says of one a second time
-- begins no new call.

CREATE TABLE extflow_past (
  account TEXT NOT NULL,
  call    TEXT NOT NULL,
  until   BIGINT NOT NULL,
  PRIMARY KEY (account, call)
);
CREATE INDEX extflow_past_over ON extflow_past (account, until);
