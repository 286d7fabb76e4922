DROP TABLE case_moment;
DROP TABLE case_text;
DELETE FROM case_gram;
CREATE TABLE case_text (
    tenant  BYTEA   NOT NULL,
    place   BIGINT  NOT NULL,
    case_leaf BIGINT NOT NULL,
    text    TEXT    NOT NULL,
    PRIMARY KEY (tenant, place)
);
CREATE UNIQUE INDEX case_text_by_case ON case_text (tenant, case_leaf);
DELETE FROM outbox WHERE kind = 'index_case';
INSERT INTO outbox (tenant, id, kind, subject, created_ms, due_ms, failures)
SELECT tenant, uuid_send(gen_random_uuid()), 'index_case', case_leaf, CAST(EXTRACT(EPOCH FROM now()) * 1000 AS BIGINT), 0, 0 FROM case_file;
