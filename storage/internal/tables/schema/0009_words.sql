-- What a message says, where the carrier put it into words. Messages of an older version
-- have none.

ALTER TABLE extflow_messages ADD COLUMN words TEXT NOT NULL DEFAULT '';
