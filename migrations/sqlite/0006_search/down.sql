DROP TABLE case_gram;
DROP TABLE case_text;
DROP TABLE outbox_turn;
DROP TABLE outbox;
CREATE TABLE outbox (
    tenant     BLOB    NOT NULL,
    id         BLOB    NOT NULL,
    kind       TEXT    NOT NULL,
    payload    BLOB    NOT NULL,
    created_ms INTEGER NOT NULL,
    done_ms    INTEGER,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX outbox_open ON outbox (tenant, done_ms, created_ms);
