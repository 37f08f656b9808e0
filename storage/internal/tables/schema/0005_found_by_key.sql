-- What was found by reading all that an account has of it is found by a key: who
-- shares a telephone and which queues an agent serves (from the index alone, or SQLite
-- takes another), and what Tidy removes.

DROP INDEX extflow_endpoints_place;
CREATE INDEX extflow_endpoints_shared ON extflow_endpoints (account, place, agent);
DROP INDEX extflow_members_agent;
CREATE INDEX extflow_members_serving ON extflow_members (account, agent, queue);
DROP INDEX extflow_budgets_ends;
CREATE INDEX extflow_budgets_over ON extflow_budgets (account, ends);
CREATE INDEX extflow_claims_resting ON extflow_claims (account, until) WHERE until > 0;
