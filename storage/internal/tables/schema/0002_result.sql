-- The outcome of a call, in the word that its state has, so that calls can be found
-- by it. It changes once or twice in a call's life. While servers of an older version
-- run beside this one, calls that those end have none here.

ALTER TABLE extflow_calls ADD COLUMN result TEXT NOT NULL DEFAULT '';
UPDATE extflow_calls SET result = CASE
  WHEN state LIKE '%"result":"answered"%' THEN 'answered'
  WHEN state LIKE '%"result":"voicemail"%' THEN 'voicemail'
  WHEN state LIKE '%"result":"abandoned"%' THEN 'abandoned'
  WHEN state LIKE '%"result":"goodbye"%' THEN 'goodbye'
  WHEN state LIKE '%"result":"handed_off"%' THEN 'handed_off'
  WHEN state LIKE '%"result":"callback"%' THEN 'callback'
  WHEN state LIKE '%"result":"rejected"%' THEN 'rejected'
  WHEN state LIKE '%"result":"limit"%' THEN 'limit'
  WHEN state LIKE '%"result":"failed"%' THEN 'failed'
  WHEN state LIKE '%"result":"missed"%' THEN 'missed'
  ELSE '' END;
CREATE INDEX extflow_calls_result ON extflow_calls (account, result, begun, call) WHERE result <> '';
