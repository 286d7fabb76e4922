-- Why: Chinese text is searched by single characters and pairs of them, in an index of our own that is the same on
-- both databases and is filled after the commit that changes a case, by way of the outbox.

-- Nothing was ever written to the first outbox.
DROP TABLE outbox;
-- Effects that can happen later, written in the transaction that causes them. A row is open as long as it is there.
CREATE TABLE outbox (
    tenant     BYTEA   NOT NULL,
    -- Begins with the time, so that rows come in order.
    id         BYTEA   NOT NULL,
    kind       TEXT    NOT NULL,
    -- What it is about: for `index_case` the case.
    subject    BYTEA   NOT NULL,
    created_ms BIGINT  NOT NULL,
    due_ms     BIGINT  NOT NULL,
    failures   BIGINT  NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX outbox_by_due ON outbox (tenant, due_ms, id);
CREATE INDEX outbox_by_kind ON outbox (tenant, kind, subject);

-- Whose turn it is to work off the outbox, of all server processes.
CREATE TABLE outbox_turn (
    tenant   BYTEA   NOT NULL PRIMARY KEY,
    holder   BYTEA   NOT NULL,
    until_ms BIGINT  NOT NULL,
    -- One more with each step that was committed.
    turn     BIGINT  NOT NULL
);

-- What a case said when it was indexed, as the search compares it, and its place in the index.
CREATE TABLE case_text (
    tenant  BYTEA   NOT NULL,
    place   BIGINT  NOT NULL,
    case_id BYTEA   NOT NULL,
    text    TEXT    NOT NULL,
    PRIMARY KEY (tenant, place)
);
CREATE UNIQUE INDEX case_text_by_case ON case_text (tenant, case_id);

-- For each character and pair of characters the places of the cases that have it, 4096 places to a row.
CREATE TABLE case_gram (
    tenant BYTEA   NOT NULL,
    gram   BIGINT  NOT NULL,
    block  BIGINT  NOT NULL,
    places BYTEA   NOT NULL,
    PRIMARY KEY (tenant, gram, block)
);

-- What is there already is indexed like the rest.
INSERT INTO outbox (tenant, id, kind, subject, created_ms, due_ms, failures)
SELECT tenant, substring(id FROM 1 FOR 16), 'index_case', id, CAST(EXTRACT(EPOCH FROM now()) * 1000 AS BIGINT), 0, 0 FROM case_file;
