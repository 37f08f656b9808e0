-- How many callers joined a line in each span of time, so that a place in it is
-- found without counting all who stand before it: spans of 2^28, 2^35 and 2^42
-- nanoseconds, 128 of one in each of the next. What counts is the database itself,
-- whoever writes to the lines, older versions too; a span without anybody has no row.

CREATE TABLE extflow_line_counts (
  account TEXT NOT NULL,
  queue   TEXT NOT NULL,
  width   BIGINT NOT NULL, -- 28, 35 or 42
  span    BIGINT NOT NULL, -- since, divided by two to that power
  n       BIGINT NOT NULL,
  PRIMARY KEY (account, queue, width, span)
);
