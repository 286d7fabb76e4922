-- Why: three questions that are asked for each thing that comes, and that read a whole table to answer: which heads of
-- a case are listed, which copies of a change are parked, which files the server does not have yet.

CREATE INDEX listed_head_case ON listed_head (case_id);
CREATE INDEX parked_change ON parked (id);
CREATE INDEX evidence_open ON evidence (case_id) WHERE complete = 0;
