-- Why: pairs of digits are in nearly every case, so a search for a number compared all of them; what it found was put in
-- order by walking the list of all cases; and what a list is filtered by, officers too, was not in the index.

-- The index is rebuilt through the outbox.
DELETE FROM case_gram;
DROP TABLE case_text;
-- What a case said when it was indexed, as the search compares it, and its place in the index.
CREATE TABLE case_text (
    tenant  BYTEA   NOT NULL,
    place   BIGINT  NOT NULL,
    case_leaf BIGINT NOT NULL,
    text    TEXT    NOT NULL,
    -- Grams of what lists are filtered by (agency, officers, status, kind), eight bytes each.
    facets  BYTEA   NOT NULL,
    PRIMARY KEY (tenant, place)
);
CREATE UNIQUE INDEX case_text_by_case ON case_text (tenant, case_leaf);

-- When the cases at 512 places were last changed and opened: eight bytes each, in milliseconds.
CREATE TABLE case_moment (
    tenant  BYTEA   NOT NULL,
    span    BIGINT  NOT NULL,
    moments BYTEA   NOT NULL,
    PRIMARY KEY (tenant, span)
);

-- The other half of the id: rows of an earlier migration may be open still.
INSERT INTO outbox (tenant, id, kind, subject, created_ms, due_ms, failures)
SELECT tenant, substring(id FROM 17 FOR 16), 'index_case', case_leaf, CAST(EXTRACT(EPOCH FROM now()) * 1000 AS BIGINT), 0, 0 FROM case_file;
