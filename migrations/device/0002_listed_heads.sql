-- Why: an officer who joins a case late gets only its heads with the feed. What the phone does not
-- hold of them is kept here until it does, so that a killed app still asks for the rest.

CREATE TABLE listed_head (
    change  BLOB PRIMARY KEY,
    case_id BLOB NOT NULL
) STRICT, WITHOUT ROWID;
