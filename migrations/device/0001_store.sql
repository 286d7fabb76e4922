-- Why: the store of one phone. What was signed is append-only, guarded by triggers; what a lawful
-- order may remove (values) and what is only bookkeeping lies in tables of its own.
-- Times are milliseconds UTC, ids are bytes.

-- Whose store this is, and the head of its chain. One row.
CREATE TABLE identity (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    tenant     BLOB    NOT NULL CHECK (length(tenant) = 16),
    tenant_key BLOB    NOT NULL CHECK (length(tenant_key) = 65), -- pinned at enrolment
    device     BLOB    NOT NULL CHECK (length(device) = 16),
    device_key BLOB    NOT NULL CHECK (length(device_key) = 65),
    officer    BLOB    NOT NULL CHECK (length(officer) = 16),
    agency     BLOB    NOT NULL CHECK (length(agency) = 16),
    epoch      BLOB    NOT NULL CHECK (length(epoch) = 8),
    seq        INTEGER NOT NULL DEFAULT 0 CHECK (seq >= 0),
    prev       BLOB,
    behind     INTEGER NOT NULL DEFAULT 0 -- 1: the next save begins a new epoch
) STRICT;

-- What the server last gave: the place in its feed and the reference data. One row.
CREATE TABLE feed (
    one            INTEGER PRIMARY KEY CHECK (one = 1),
    cursor         BLOB,
    reference      TEXT,
    reference_etag TEXT,
    anchor          BLOB,    -- newest lease of this device: the server's time, signed
    anchor_ms       INTEGER,
    anchor_boot     BLOB,
    anchor_asked_ms INTEGER, -- the phone's monotonic clock when it asked for it
    anchor_came_ms  INTEGER  -- and when it came
) STRICT;

CREATE TABLE lease (
    hash      BLOB    PRIMARY KEY,
    device    BLOB    NOT NULL,
    issued_ms INTEGER NOT NULL,
    bytes     BLOB    NOT NULL
) STRICT;
CREATE INDEX lease_device ON lease (device, issued_ms);

CREATE TABLE change (
    held    INTEGER PRIMARY KEY,       -- order of arrival: parents before children
    id      BLOB    NOT NULL UNIQUE,
    case_id BLOB    NOT NULL,
    device  BLOB    NOT NULL,
    epoch   BLOB    NOT NULL,
    seq     INTEGER NOT NULL,          -- not unique with device and epoch: a fork is kept
    lease   BLOB,
    own     INTEGER NOT NULL,          -- 1: by this device
    wall_ms INTEGER NOT NULL,
    sign1   BLOB    NOT NULL,
    ops     BLOB    NOT NULL
) STRICT;
CREATE INDEX change_case ON change (case_id, held);
CREATE INDEX change_chain ON change (device, epoch, seq);

-- Sealable, so apart from what refuses deletion.
CREATE TABLE value_set (
    change BLOB PRIMARY KEY,
    bytes  BLOB NOT NULL
) STRICT;

CREATE TABLE dep (
    change BLOB NOT NULL,
    dep    BLOB NOT NULL,
    PRIMARY KEY (change, dep)
) STRICT, WITHOUT ROWID;
CREATE INDEX dep_dep ON dep (dep);

-- Values that a lawful order removed; they are not taken back from a peer.
CREATE TABLE sealed (
    change BLOB    NOT NULL,
    op     INTEGER NOT NULL,
    PRIMARY KEY (change, op)
) STRICT, WITHOUT ROWID;

-- Changes that miss something. Several byte strings may claim one id until a signature decides.
CREATE TABLE parked (
    place    INTEGER PRIMARY KEY,
    id       BLOB    NOT NULL,
    case_id  BLOB    NOT NULL,
    digest   BLOB    NOT NULL UNIQUE,
    size     INTEGER NOT NULL,
    source   INTEGER NOT NULL,
    bytes    BLOB    NOT NULL
) STRICT;
CREATE TABLE parked_need (
    place INTEGER NOT NULL REFERENCES parked (place) ON DELETE CASCADE,
    kind  INTEGER NOT NULL,            -- 0 change, 1 values, 2 lease, 3 key of a device
    what  BLOB    NOT NULL,
    PRIMARY KEY (kind, what, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX parked_need_place ON parked_need (place);
CREATE INDEX parked_change ON parked (id);

-- Heads of cases that the feed listed and this phone does not hold yet, so that a killed app still asks for the rest.
CREATE TABLE listed_head (
    change  BLOB PRIMARY KEY,
    case_id BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX listed_head_case ON listed_head (case_id);

CREATE TABLE receipt (
    hash      BLOB    PRIMARY KEY,
    issued_ms INTEGER NOT NULL,
    bytes     BLOB    NOT NULL
) STRICT;
CREATE TABLE acknowledged (
    change      BLOB    NOT NULL,
    receipt     BLOB    NOT NULL REFERENCES receipt (hash),
    leaf        INTEGER NOT NULL,
    counter     INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    PRIMARY KEY (change, receipt)
) STRICT, WITHOUT ROWID;

-- Changes that came out of the server's feed: it holds them, though it gave this device no receipt.
CREATE TABLE seen_on_server (change BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
-- What to push: held without receipt, or asked for again by the server. A row goes in the
-- transaction that stores the receipt.
CREATE TABLE offer (
    change  BLOB    PRIMARY KEY,
    case_id BLOB    NOT NULL,
    held    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX offer_case ON offer (case_id, held);

CREATE TABLE number_block (
    lease  BLOB    NOT NULL REFERENCES lease (hash),
    epoch  BLOB    NOT NULL,
    form   TEXT    NOT NULL,
    agency BLOB    NOT NULL,
    year   INTEGER NOT NULL,
    prefix TEXT    NOT NULL,
    first  INTEGER NOT NULL,
    last   INTEGER NOT NULL,
    PRIMARY KEY (epoch, form, agency, year, first)
) STRICT;
CREATE TABLE number_use (
    form   TEXT    NOT NULL,
    agency BLOB    NOT NULL,
    year   INTEGER NOT NULL,
    serial INTEGER NOT NULL,
    text   TEXT    NOT NULL,
    change BLOB    NOT NULL,
    void   TEXT,                       -- why it was voided without being used
    PRIMARY KEY (form, agency, year, serial)
) STRICT;

-- Photographs and strokes lie outside; here is what they must hash to and how far they went.
CREATE TABLE evidence (
    digest     BLOB    NOT NULL CHECK (length(digest) = 32),
    case_id    BLOB    NOT NULL,
    size       INTEGER NOT NULL CHECK (size >= 0),
    media_type TEXT    NOT NULL,
    location   TEXT    NOT NULL,       -- the host's name for the bytes
    upload     TEXT,                   -- tus URL, once created
    sent       INTEGER NOT NULL DEFAULT 0,
    complete   INTEGER NOT NULL DEFAULT 0,
    receipt    BLOB,
    PRIMARY KEY (digest, case_id)
) STRICT;
CREATE INDEX evidence_open ON evidence (case_id) WHERE complete = 0;

-- What the rules said at each save, and by which rule set.
CREATE TABLE check_result (
    change   BLOB    NOT NULL,
    place    INTEGER NOT NULL,
    rules    BLOB    NOT NULL,
    rule     TEXT    NOT NULL,
    article  TEXT    NOT NULL,
    severity TEXT    NOT NULL,
    outcome  TEXT    NOT NULL,
    zh       TEXT    NOT NULL,
    en       TEXT    NOT NULL,
    document TEXT,                     -- the document that it speaks of, `<change>.<index>`
    party    TEXT,                     -- the party, likewise
    reason   TEXT,                     -- what was recorded about what happened against the rule
    PRIMARY KEY (change, place)
) STRICT;

-- A number stands on one document, and an act is fined once, also over several cases: what the documents of each held case
-- bear, as hashes (`sync_core::facts::index`).
CREATE TABLE document_index (
    case_id  BLOB NOT NULL,
    what     TEXT NOT NULL,
    key      BLOB NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (case_id, what, key, document)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_index_by_key ON document_index (what, key);

-- One row per case, rewritten whenever it changes, so that the list needs no fold.
CREATE TABLE card (
    case_id   BLOB    PRIMARY KEY,
    kind      TEXT    NOT NULL,
    agency    BLOB,
    title     TEXT    NOT NULL,
    conflicts INTEGER NOT NULL,
    newest_ms INTEGER NOT NULL,
    touched   INTEGER NOT NULL
) STRICT;
CREATE INDEX card_touched ON card (touched);
-- Cases that the officer agreed to exchange directly with other phones.
CREATE TABLE shared (case_id BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
-- Cases the server said are out of reach now. Nothing is deleted by that.
CREATE TABLE out_of_reach (case_id BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;

CREATE TRIGGER change_kept BEFORE DELETE ON change BEGIN SELECT RAISE(ABORT, 'changes are append-only'); END;
CREATE TRIGGER change_fixed BEFORE UPDATE ON change BEGIN SELECT RAISE(ABORT, 'changes are append-only'); END;
CREATE TRIGGER receipt_kept BEFORE DELETE ON receipt BEGIN SELECT RAISE(ABORT, 'receipts are append-only'); END;
CREATE TRIGGER receipt_fixed BEFORE UPDATE ON receipt BEGIN SELECT RAISE(ABORT, 'receipts are append-only'); END;
CREATE TRIGGER acknowledged_kept BEFORE DELETE ON acknowledged BEGIN SELECT RAISE(ABORT, 'receipts are append-only'); END;
CREATE TRIGGER number_use_kept BEFORE DELETE ON number_use BEGIN SELECT RAISE(ABORT, 'numbers are append-only'); END;
CREATE TRIGGER number_use_fixed BEFORE UPDATE ON number_use BEGIN SELECT RAISE(ABORT, 'numbers are append-only'); END;
