-- Why: the record itself. Changes and leaves are written once; values lie apart, because a lawful order may
-- remove a value while its commitment, its leaf and its signature stay.

CREATE TABLE change (
    tenant      BLOB    NOT NULL,
    id          BLOB    NOT NULL,
    case_id     BLOB    NOT NULL,
    device      BLOB    NOT NULL,
    epoch       BLOB    NOT NULL,
    seq         INTEGER NOT NULL,
    officer     BLOB    NOT NULL,
    -- Hash of the lease it names.
    lease       BLOB,
    -- Index of its leaf, and how many changes of the case were stored up to and with it.
    leaf        INTEGER NOT NULL,
    counter     INTEGER NOT NULL,
    -- accepted, quarantined, without_effect, with the stable code of the reason.
    class       TEXT    NOT NULL,
    code        TEXT    NOT NULL,
    -- Stable codes, separated by spaces.
    flags       TEXT    NOT NULL,
    -- When it was made, as far as can be shown, and how good the proof is.
    lower_ms    INTEGER NOT NULL,
    upper_ms    INTEGER NOT NULL,
    grade       TEXT    NOT NULL,
    received_ms INTEGER NOT NULL,
    sign1       BLOB    NOT NULL,
    op_bytes    BLOB    NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX change_by_case ON change (tenant, case_id, leaf);
-- Not unique: a fork is kept.
CREATE INDEX change_by_chain ON change (tenant, device, epoch, seq);
CREATE INDEX change_by_leaf ON change (tenant, leaf);

CREATE TABLE change_value (
    tenant BLOB NOT NULL,
    change BLOB NOT NULL,
    bytes  BLOB NOT NULL,
    PRIMARY KEY (tenant, change)
) STRICT;

CREATE TABLE leaf (
    tenant    BLOB   NOT NULL,
    log_epoch BLOB   NOT NULL,
    place     INTEGER NOT NULL,
    bytes     BLOB   NOT NULL,
    PRIMARY KEY (tenant, log_epoch, place)
) STRICT;

-- The sizes at which a commit left the log: cursors come from here and are checked against it.
CREATE TABLE log_head (
    tenant    BLOB   NOT NULL,
    log_epoch BLOB   NOT NULL,
    size      INTEGER NOT NULL,
    root      BLOB   NOT NULL,
    at_ms     INTEGER NOT NULL,
    PRIMARY KEY (tenant, log_epoch, size)
) STRICT;

CREATE TABLE receipt (
    tenant    BLOB   NOT NULL,
    hash      BLOB   NOT NULL,
    device    BLOB   NOT NULL,
    issued_ms INTEGER NOT NULL,
    bytes     BLOB   NOT NULL,
    PRIMARY KEY (tenant, hash)
) STRICT;

CREATE TABLE receipt_entry (
    tenant  BLOB NOT NULL,
    device  BLOB NOT NULL,
    change  BLOB NOT NULL,
    receipt BLOB NOT NULL,
    PRIMARY KEY (tenant, device, change)
) STRICT;

-- Waits for something of the same case. Bounded; no leaf, no receipt; the phone keeps offering it.
CREATE TABLE parked (
    tenant      BLOB   NOT NULL,
    id          BLOB   NOT NULL,
    case_id     BLOB   NOT NULL,
    device      BLOB   NOT NULL,
    officer     BLOB   NOT NULL,
    bytes       BLOB   NOT NULL,
    received_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX parked_by_case ON parked (tenant, case_id);
CREATE INDEX parked_by_device ON parked (tenant, device);

CREATE TABLE alarm (
    tenant  BLOB   NOT NULL,
    id      BLOB   NOT NULL,
    at_ms   INTEGER NOT NULL,
    kind    TEXT   NOT NULL,
    device  BLOB,
    case_id BLOB,
    change  BLOB,
    detail  TEXT   NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX alarm_by_time ON alarm (tenant, at_ms);

-- Effects that can happen later, written in the transaction that causes them.
CREATE TABLE outbox (
    tenant     BLOB   NOT NULL,
    id         BLOB   NOT NULL,
    kind       TEXT   NOT NULL,
    payload    BLOB   NOT NULL,
    created_ms INTEGER NOT NULL,
    done_ms    INTEGER,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX outbox_open ON outbox (tenant, done_ms, created_ms);

-- The projection: what lists show and filter by. Can be rebuilt from the changes; a page folds them.
CREATE TABLE case_file (
    tenant           BLOB   NOT NULL,
    id               BLOB   NOT NULL,
    agency           BLOB   NOT NULL,
    agency_path      TEXT   NOT NULL,
    item             TEXT   NOT NULL,
    kind             TEXT   NOT NULL,
    -- open, returned, closed.
    status           TEXT   NOT NULL,
    title            TEXT   NOT NULL,
    number           TEXT   NOT NULL,
    opened_ms        INTEGER NOT NULL,
    updated_ms       INTEGER NOT NULL,
    counter          INTEGER NOT NULL,
    last_leaf        INTEGER NOT NULL,
    basis            BLOB   NOT NULL,
    heads            BLOB   NOT NULL,
    conflicts        INTEGER NOT NULL,
    breaches         INTEGER NOT NULL,
    missing_evidence INTEGER NOT NULL,
    -- Lower-case text that the search looks in.
    search_text      TEXT   NOT NULL,
    fold             INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX case_file_by_agency ON case_file (tenant, agency_path, updated_ms);
CREATE INDEX case_file_by_time ON case_file (tenant, updated_ms, id);

CREATE TABLE case_officer (
    tenant  BLOB NOT NULL,
    officer BLOB NOT NULL,
    case_id BLOB NOT NULL,
    PRIMARY KEY (tenant, officer, case_id)
) STRICT;
CREATE INDEX case_officer_by_case ON case_officer (tenant, case_id);

-- Evidence that signed changes claim.
CREATE TABLE case_evidence (
    tenant  BLOB NOT NULL,
    case_id BLOB NOT NULL,
    digest  BLOB NOT NULL,
    PRIMARY KEY (tenant, case_id, digest)
) STRICT;
CREATE INDEX case_evidence_by_digest ON case_evidence (tenant, digest);

-- Stored bytes, by SHA-256.
CREATE TABLE evidence_file (
    tenant     BLOB   NOT NULL,
    digest     BLOB   NOT NULL,
    size       INTEGER NOT NULL,
    media_type TEXT   NOT NULL,
    stored_ms  INTEGER NOT NULL,
    PRIMARY KEY (tenant, digest)
) STRICT;

-- Uploads. How much of one under way has arrived is the length of the file itself: one truth, also after a crash.
CREATE TABLE upload (
    tenant     BLOB   NOT NULL,
    id         BLOB   NOT NULL,
    digest     BLOB   NOT NULL,
    size       INTEGER NOT NULL,
    media_type TEXT   NOT NULL,
    officer    BLOB   NOT NULL,
    created_ms INTEGER NOT NULL,
    touched_ms INTEGER NOT NULL,
    -- When all bytes had come from this officer and were checked: what others sent counts for others.
    completed_ms INTEGER,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX upload_by_officer ON upload (tenant, officer, digest);

CREATE TRIGGER change_is_permanent BEFORE DELETE ON change BEGIN SELECT RAISE(ABORT, 'a change is permanent'); END;
CREATE TRIGGER change_is_unalterable BEFORE UPDATE ON change BEGIN SELECT RAISE(ABORT, 'a change is permanent'); END;
CREATE TRIGGER leaf_is_permanent BEFORE DELETE ON leaf BEGIN SELECT RAISE(ABORT, 'a leaf is permanent'); END;
CREATE TRIGGER leaf_is_unalterable BEFORE UPDATE ON leaf BEGIN SELECT RAISE(ABORT, 'a leaf is permanent'); END;
CREATE TRIGGER receipt_is_permanent BEFORE DELETE ON receipt BEGIN SELECT RAISE(ABORT, 'a receipt is permanent'); END;
CREATE TRIGGER receipt_is_unalterable BEFORE UPDATE ON receipt BEGIN SELECT RAISE(ABORT, 'a receipt is permanent'); END;
