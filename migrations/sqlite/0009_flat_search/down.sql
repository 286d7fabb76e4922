DROP TABLE case_moment;
DROP TABLE case_text;
DELETE FROM case_gram;
CREATE TABLE case_text (
    tenant  BLOB    NOT NULL,
    place   INTEGER NOT NULL,
    case_leaf INTEGER NOT NULL,
    text    TEXT    NOT NULL,
    PRIMARY KEY (tenant, place)
) STRICT;
CREATE UNIQUE INDEX case_text_by_case ON case_text (tenant, case_leaf);
DELETE FROM outbox WHERE kind = 'index_case';
INSERT INTO outbox (tenant, id, kind, subject, created_ms, due_ms, failures)
SELECT tenant, randomblob(16), 'index_case', case_leaf, CAST(unixepoch('subsec') * 1000 AS INTEGER), 0, 0 FROM case_file;
