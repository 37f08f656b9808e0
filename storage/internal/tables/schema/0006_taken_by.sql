-- The agent who took a call, so that an agent's calls can be found. It changes once in
-- a call's life, together with the outcome. Calls that an older version took say nobody.

ALTER TABLE extflow_calls ADD COLUMN taken_by TEXT NOT NULL DEFAULT '';
CREATE INDEX extflow_calls_taken_by ON extflow_calls (account, taken_by, begun, call) WHERE taken_by <> '';
