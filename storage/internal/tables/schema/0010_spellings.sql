-- How callers key the names of agents who are listed, in digits. What an older version
-- left here of an agent that it renamed or removed is held against the agent when it is
-- read, and put right when this one changes the agent.

CREATE TABLE extflow_spellings (
  account TEXT NOT NULL,
  agent   TEXT NOT NULL,
  spelled TEXT NOT NULL,
  PRIMARY KEY (account, agent, spelled)
);
CREATE INDEX extflow_spellings_spelled ON extflow_spellings (account, spelled, agent);
