CREATE TRIGGER extflow_lines_joined AFTER INSERT ON extflow_lines BEGIN
  INSERT INTO extflow_line_counts (account, queue, width, span, n)
  VALUES (NEW.account, NEW.queue, 28, NEW.since >> 28, 1), (NEW.account, NEW.queue, 35, NEW.since >> 35, 1), (NEW.account, NEW.queue, 42, NEW.since >> 42, 1)
  ON CONFLICT (account, queue, width, span) DO UPDATE SET n = n + 1
; END;
CREATE TRIGGER extflow_lines_left AFTER DELETE ON extflow_lines BEGIN
  UPDATE extflow_line_counts SET n = n - 1
  WHERE account = OLD.account AND queue = OLD.queue AND (width, span) IN (VALUES (28, OLD.since >> 28), (35, OLD.since >> 35), (42, OLD.since >> 42))
; DELETE FROM extflow_line_counts
  WHERE account = OLD.account AND queue = OLD.queue AND n = 0 AND (width, span) IN (VALUES (28, OLD.since >> 28), (35, OLD.since >> 35), (42, OLD.since >> 42))
; END;
CREATE TRIGGER extflow_lines_moved AFTER UPDATE OF queue, since ON extflow_lines BEGIN
  UPDATE extflow_line_counts SET n = n - 1
  WHERE account = OLD.account AND queue = OLD.queue AND (width, span) IN (VALUES (28, OLD.since >> 28), (35, OLD.since >> 35), (42, OLD.since >> 42))
; INSERT INTO extflow_line_counts (account, queue, width, span, n)
  VALUES (NEW.account, NEW.queue, 28, NEW.since >> 28, 1), (NEW.account, NEW.queue, 35, NEW.since >> 35, 1), (NEW.account, NEW.queue, 42, NEW.since >> 42, 1)
  ON CONFLICT (account, queue, width, span) DO UPDATE SET n = n + 1
; DELETE FROM extflow_line_counts
  WHERE account = OLD.account AND queue = OLD.queue AND n = 0 AND (width, span) IN (VALUES (28, OLD.since >> 28), (35, OLD.since >> 35), (42, OLD.since >> 42))
; END;
INSERT INTO extflow_line_counts SELECT account, queue, 28, since >> 28, COUNT(*) FROM extflow_lines GROUP BY account, queue, since >> 28;
INSERT INTO extflow_line_counts SELECT account, queue, 35, since >> 35, COUNT(*) FROM extflow_lines GROUP BY account, queue, since >> 35;
INSERT INTO extflow_line_counts SELECT account, queue, 42, since >> 42, COUNT(*) FROM extflow_lines GROUP BY account, queue, since >> 42;
