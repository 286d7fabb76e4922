-- Why: the record itself. Changes and leaves are written once; values lie apart, because a lawful order may
-- remove a value while its commitment, its leaf and its signature stay.

CREATE TABLE change (
    tenant      BYTEA    NOT NULL,
    id          BYTEA    NOT NULL,
    case_id     BYTEA    NOT NULL,
    device      BYTEA    NOT NULL,
    epoch       BYTEA    NOT NULL,
    seq         BIGINT  NOT NULL,
    officer     BYTEA    NOT NULL,
    -- Hash of the lease it names.
    lease       BYTEA,
    -- Index of its leaf, and how many changes of the case were stored up to and with it.
    leaf        BIGINT  NOT NULL,
    counter     BIGINT  NOT NULL,
    -- accepted, quarantined, without_effect, with the stable code of the reason.
    class       TEXT    NOT NULL,
    code        TEXT    NOT NULL,
    -- Stable codes, separated by spaces.
    flags       TEXT    NOT NULL,
    -- When it was made, as far as can be shown, and how good the proof is.
    lower_ms    BIGINT  NOT NULL,
    upper_ms    BIGINT  NOT NULL,
    grade       TEXT    NOT NULL,
    received_ms BIGINT  NOT NULL,
    sign1       BYTEA    NOT NULL,
    op_bytes    BYTEA    NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX change_by_case ON change (tenant, case_id, leaf);
-- Not unique: a fork is kept.
CREATE INDEX change_by_chain ON change (tenant, device, epoch, seq);
CREATE INDEX change_by_leaf ON change (tenant, leaf);

CREATE TABLE change_value (
    tenant BYTEA NOT NULL,
    change BYTEA NOT NULL,
    bytes  BYTEA NOT NULL,
    PRIMARY KEY (tenant, change)
);

CREATE TABLE leaf (
    tenant    BYTEA   NOT NULL,
    log_epoch BYTEA   NOT NULL,
    place     BIGINT NOT NULL,
    bytes     BYTEA   NOT NULL,
    PRIMARY KEY (tenant, log_epoch, place)
);

-- The sizes at which a commit left the log: cursors come from here and are checked against it.
CREATE TABLE log_head (
    tenant    BYTEA   NOT NULL,
    log_epoch BYTEA   NOT NULL,
    size      BIGINT NOT NULL,
    root      BYTEA   NOT NULL,
    at_ms     BIGINT NOT NULL,
    PRIMARY KEY (tenant, log_epoch, size)
);

CREATE TABLE receipt (
    tenant    BYTEA   NOT NULL,
    hash      BYTEA   NOT NULL,
    device    BYTEA   NOT NULL,
    issued_ms BIGINT NOT NULL,
    bytes     BYTEA   NOT NULL,
    PRIMARY KEY (tenant, hash)
);

CREATE TABLE receipt_entry (
    tenant  BYTEA NOT NULL,
    device  BYTEA NOT NULL,
    change  BYTEA NOT NULL,
    receipt BYTEA NOT NULL,
    PRIMARY KEY (tenant, device, change)
);

-- Waits for something of the same case. Bounded; no leaf, no receipt; the phone keeps offering it.
CREATE TABLE parked (
    tenant      BYTEA   NOT NULL,
    id          BYTEA   NOT NULL,
    case_id     BYTEA   NOT NULL,
    device      BYTEA   NOT NULL,
    officer     BYTEA   NOT NULL,
    bytes       BYTEA   NOT NULL,
    received_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX parked_by_case ON parked (tenant, case_id);
CREATE INDEX parked_by_device ON parked (tenant, device);

CREATE TABLE alarm (
    tenant  BYTEA   NOT NULL,
    id      BYTEA   NOT NULL,
    at_ms   BIGINT NOT NULL,
    kind    TEXT   NOT NULL,
    device  BYTEA,
    case_id BYTEA,
    change  BYTEA,
    detail  TEXT   NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX alarm_by_time ON alarm (tenant, at_ms);

-- Effects that can happen later, written in the transaction that causes them.
CREATE TABLE outbox (
    tenant     BYTEA   NOT NULL,
    id         BYTEA   NOT NULL,
    kind       TEXT   NOT NULL,
    payload    BYTEA   NOT NULL,
    created_ms BIGINT NOT NULL,
    done_ms    BIGINT,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX outbox_open ON outbox (tenant, done_ms, created_ms);

-- The projection: what lists show and filter by. Can be rebuilt from the changes; a page folds them.
CREATE TABLE case_file (
    tenant           BYTEA   NOT NULL,
    id               BYTEA   NOT NULL,
    agency           BYTEA   NOT NULL,
    agency_path      TEXT   NOT NULL,
    item             TEXT   NOT NULL,
    kind             TEXT   NOT NULL,
    -- open, returned, closed.
    status           TEXT   NOT NULL,
    title            TEXT   NOT NULL,
    number           TEXT   NOT NULL,
    opened_ms        BIGINT NOT NULL,
    updated_ms       BIGINT NOT NULL,
    counter          BIGINT NOT NULL,
    last_leaf        BIGINT NOT NULL,
    basis            BYTEA   NOT NULL,
    heads            BYTEA   NOT NULL,
    conflicts        BIGINT NOT NULL,
    breaches         BIGINT NOT NULL,
    missing_evidence BIGINT NOT NULL,
    -- Lower-case text that the search looks in.
    search_text      TEXT   NOT NULL,
    fold             BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX case_file_by_agency ON case_file (tenant, agency_path, updated_ms);
CREATE INDEX case_file_by_time ON case_file (tenant, updated_ms, id);

CREATE TABLE case_officer (
    tenant  BYTEA NOT NULL,
    officer BYTEA NOT NULL,
    case_id BYTEA NOT NULL,
    PRIMARY KEY (tenant, officer, case_id)
);
CREATE INDEX case_officer_by_case ON case_officer (tenant, case_id);

-- Evidence that signed changes claim.
CREATE TABLE case_evidence (
    tenant  BYTEA NOT NULL,
    case_id BYTEA NOT NULL,
    digest  BYTEA NOT NULL,
    PRIMARY KEY (tenant, case_id, digest)
);
CREATE INDEX case_evidence_by_digest ON case_evidence (tenant, digest);

-- Stored bytes, by SHA-256.
CREATE TABLE evidence_file (
    tenant     BYTEA   NOT NULL,
    digest     BYTEA   NOT NULL,
    size       BIGINT NOT NULL,
    media_type TEXT   NOT NULL,
    stored_ms  BIGINT NOT NULL,
    PRIMARY KEY (tenant, digest)
);

-- Uploads. How much of one under way has arrived is the length of the file itself: one truth, also after a crash.
CREATE TABLE upload (
    tenant     BYTEA   NOT NULL,
    id         BYTEA   NOT NULL,
    digest     BYTEA   NOT NULL,
    size       BIGINT NOT NULL,
    media_type TEXT   NOT NULL,
    officer    BYTEA   NOT NULL,
    created_ms BIGINT NOT NULL,
    touched_ms BIGINT NOT NULL,
    -- When all bytes had come from this officer and were checked: what others sent counts for others.
    completed_ms BIGINT,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX upload_by_officer ON upload (tenant, officer, digest);

CREATE FUNCTION is_permanent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a row of % is permanent', TG_TABLE_NAME;
END
$$;
CREATE TRIGGER change_is_permanent BEFORE UPDATE OR DELETE ON change FOR EACH ROW EXECUTE FUNCTION is_permanent();
CREATE TRIGGER leaf_is_permanent BEFORE UPDATE OR DELETE ON leaf FOR EACH ROW EXECUTE FUNCTION is_permanent();
CREATE TRIGGER receipt_is_permanent BEFORE UPDATE OR DELETE ON receipt FOR EACH ROW EXECUTE FUNCTION is_permanent();
