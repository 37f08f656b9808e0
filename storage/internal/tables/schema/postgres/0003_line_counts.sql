CREATE FUNCTION extflow_count_line() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ BEGIN
  IF TG_OP <> 'INSERT' THEN
    UPDATE extflow_line_counts SET n = n - 1
    WHERE account = OLD.account AND queue = OLD.queue AND (width, span) IN ((28, OLD.since >> 28), (35, OLD.since >> 35), (42, OLD.since >> 42))
  ; END IF
; IF TG_OP <> 'DELETE' THEN
    INSERT INTO extflow_line_counts AS c (account, queue, width, span, n)
    VALUES (NEW.account, NEW.queue, 28, NEW.since >> 28, 1), (NEW.account, NEW.queue, 35, NEW.since >> 35, 1), (NEW.account, NEW.queue, 42, NEW.since >> 42, 1)
    ON CONFLICT (account, queue, width, span) DO UPDATE SET n = c.n + 1
  ; END IF
; IF TG_OP <> 'INSERT' THEN
    DELETE FROM extflow_line_counts
    WHERE account = OLD.account AND queue = OLD.queue AND n = 0 AND (width, span) IN ((28, OLD.since >> 28), (35, OLD.since >> 35), (42, OLD.since >> 42))
  ; END IF
; RETURN NULL
; END $$;
CREATE TRIGGER extflow_lines_count AFTER INSERT OR DELETE OR UPDATE OF queue, since ON extflow_lines
  FOR EACH ROW EXECUTE FUNCTION extflow_count_line();
INSERT INTO extflow_line_counts SELECT account, queue, 28, since >> 28, COUNT(*) FROM extflow_lines GROUP BY account, queue, since >> 28;
INSERT INTO extflow_line_counts SELECT account, queue, 35, since >> 35, COUNT(*) FROM extflow_lines GROUP BY account, queue, since >> 35;
INSERT INTO extflow_line_counts SELECT account, queue, 42, since >> 42, COUNT(*) FROM extflow_lines GROUP BY account, queue, since >> 42;
ALTER TABLE extflow_line_counts SET (fillfactor = 50);
