-- Why: pairs of digits are in nearly every case, so a search for a number compared all of them; what it found was put in
-- order by walking the list of all cases; and what a list is filtered by, officers too, was not in the index.

-- The index is rebuilt through the outbox.
DELETE FROM case_gram;
DROP TABLE case_text;
-- What a case said when it was indexed, as the search compares it, and its place in the index.
CREATE TABLE case_text (
    tenant  BLOB    NOT NULL,
    place   INTEGER NOT NULL,
    case_leaf INTEGER NOT NULL,
    text    TEXT    NOT NULL,
    -- Grams of what lists are filtered by (agency, officers, status, kind), eight bytes each.
    facets  BLOB    NOT NULL,
    PRIMARY KEY (tenant, place)
) STRICT;
CREATE UNIQUE INDEX case_text_by_case ON case_text (tenant, case_leaf);

-- When the cases at 512 places were last changed and opened: eight bytes each, in milliseconds.
CREATE TABLE case_moment (
    tenant  BLOB    NOT NULL,
    span    INTEGER NOT NULL,
    moments BLOB    NOT NULL,
    PRIMARY KEY (tenant, span)
) STRICT;

-- The other half of the id: rows of an earlier migration may be open still.
INSERT INTO outbox (tenant, id, kind, subject, created_ms, due_ms, failures)
SELECT tenant, substr(id, 17, 16), 'index_case', case_leaf, CAST(unixepoch('subsec') * 1000 AS INTEGER), 0, 0 FROM case_file;
