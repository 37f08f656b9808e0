CREATE TRIGGER extflow_calls_forwarded AFTER INSERT ON extflow_calls WHEN NEW.state LIKE '%"forwarded_from":"%' BEGIN
  INSERT INTO extflow_forwards (account, call, number)
  SELECT NEW.account, NEW.call, f.number FROM (SELECT NEW.state ->> 'forwarded_from' AS number) AS f WHERE f.number <> NEW.called
; END;
CREATE TRIGGER extflow_calls_forgotten AFTER DELETE ON extflow_calls BEGIN
  DELETE FROM extflow_forwards WHERE account = OLD.account AND call = OLD.call
; END;
INSERT INTO extflow_forwards (account, call, number)
  SELECT account, call, state ->> 'forwarded_from' FROM extflow_calls
  WHERE state LIKE '%"forwarded_from":"%' AND state ->> 'forwarded_from' <> called;
