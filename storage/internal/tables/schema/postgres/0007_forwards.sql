CREATE FUNCTION extflow_forwarded() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ BEGIN
  INSERT INTO extflow_forwards (account, call, number)
  SELECT NEW.account, NEW.call, f.number FROM (SELECT NEW.state::json ->> 'forwarded_from' AS number) AS f WHERE f.number <> NEW.called
; RETURN NULL
; END $$;
CREATE FUNCTION extflow_forgotten() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ BEGIN
  DELETE FROM extflow_forwards WHERE account = OLD.account AND call = OLD.call
; RETURN NULL
; END $$;
CREATE TRIGGER extflow_calls_forwarded AFTER INSERT ON extflow_calls
  FOR EACH ROW WHEN (NEW.state LIKE '%"forwarded_from":"%') EXECUTE FUNCTION extflow_forwarded();
CREATE TRIGGER extflow_calls_forgotten AFTER DELETE ON extflow_calls
  FOR EACH ROW WHEN (OLD.state LIKE '%"forwarded_from":"%') EXECUTE FUNCTION extflow_forgotten();
INSERT INTO extflow_forwards (account, call, number)
  SELECT account, call, state::json ->> 'forwarded_from' FROM extflow_calls
  WHERE state LIKE '%"forwarded_from":"%' AND state::json ->> 'forwarded_from' <> called;
