DROP TABLE case_gram;
DROP TABLE case_text;
DROP TABLE outbox_turn;
DROP TABLE outbox;
CREATE TABLE outbox (
    tenant     BYTEA   NOT NULL,
    id         BYTEA   NOT NULL,
    kind       TEXT    NOT NULL,
    payload    BYTEA   NOT NULL,
    created_ms BIGINT  NOT NULL,
    done_ms    BIGINT,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX outbox_open ON outbox (tenant, done_ms, created_ms);
