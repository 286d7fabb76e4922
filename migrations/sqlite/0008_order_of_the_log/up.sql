-- Why: keys that are hashes lie all over their trees. With 60,000 changes held, each further one wrote 86 KB and cost
-- more than twice the CPU time of the first; in the order of the log it writes 27 KB however many are held (ADR 7).
--
-- What is stored of a change is keyed by its leaf, and a case by the leaf of the change that opened it (`case_leaf`):
-- its number in the order of the log. Only `change_by_id` finds a leaf by a hash.

ALTER TABLE change RENAME TO change_before;
CREATE TABLE change (
    tenant      BLOB NOT NULL,
    -- Index of its leaf.
    leaf        INTEGER NOT NULL,
    id          BLOB NOT NULL,
    case_leaf   INTEGER NOT NULL,
    case_id     BLOB NOT NULL,
    device      BLOB NOT NULL,
    epoch       BLOB NOT NULL,
    seq         INTEGER NOT NULL,
    officer     BLOB NOT NULL,
    -- Hash of the lease it names.
    lease       BLOB,
    -- How many changes of the case were stored up to and with it.
    counter     INTEGER NOT NULL,
    -- accepted, quarantined, without_effect, with the stable code of the reason.
    class       TEXT NOT NULL,
    code        TEXT NOT NULL,
    -- Stable codes, separated by spaces.
    flags       TEXT NOT NULL,
    -- When it was made, as far as can be shown, and how good the proof is.
    lower_ms    INTEGER NOT NULL,
    upper_ms    INTEGER NOT NULL,
    grade       TEXT NOT NULL,
    received_ms INTEGER NOT NULL,
    sign1       BLOB NOT NULL,
    op_bytes    BLOB NOT NULL,
    PRIMARY KEY (tenant, leaf)
) STRICT;
INSERT INTO change
SELECT one.tenant, one.leaf, one.id,
    (SELECT MIN(first.leaf) FROM change_before AS first WHERE first.tenant = one.tenant AND first.case_id = one.case_id),
    one.case_id, one.device, one.epoch, one.seq, one.officer, one.lease, one.counter, one.class, one.code, one.flags,
    one.lower_ms, one.upper_ms, one.grade, one.received_ms, one.sign1, one.op_bytes
FROM change_before AS one ORDER BY one.tenant, one.leaf;
DROP TABLE change_before;
CREATE UNIQUE INDEX change_by_id ON change (tenant, id);
CREATE INDEX change_by_case ON change (tenant, case_leaf, leaf);
-- Not unique: a fork is kept.
CREATE INDEX change_by_chain ON change (tenant, device, epoch, seq);

ALTER TABLE change_value RENAME TO change_value_before;
CREATE TABLE change_value (
    tenant BLOB NOT NULL,
    leaf   INTEGER NOT NULL,
    bytes  BLOB NOT NULL,
    PRIMARY KEY (tenant, leaf)
) STRICT;
INSERT INTO change_value
SELECT change.tenant, change.leaf, held.bytes
FROM change_value_before AS held
JOIN change ON change.tenant = held.tenant AND change.id = held.change
ORDER BY change.tenant, change.leaf;
DROP TABLE change_value_before;

ALTER TABLE receipt_entry RENAME TO receipt_entry_before;
ALTER TABLE receipt RENAME TO receipt_before;
-- A phone is given one receipt for a leaf: the first leaf that a receipt is for names it.
CREATE TABLE receipt (
    tenant     BLOB NOT NULL,
    device     BLOB NOT NULL,
    first_leaf INTEGER NOT NULL,
    issued_ms  INTEGER NOT NULL,
    bytes      BLOB NOT NULL,
    PRIMARY KEY (tenant, device, first_leaf)
) STRICT;
INSERT INTO receipt
SELECT given.tenant, given.device, named.first_leaf, given.issued_ms, given.bytes
FROM (
    SELECT entry.tenant, entry.device, entry.receipt, MIN(change.leaf) AS first_leaf
    FROM receipt_entry_before AS entry
    JOIN change ON change.tenant = entry.tenant AND change.id = entry.change
    GROUP BY entry.tenant, entry.device, entry.receipt
) AS named
JOIN receipt_before AS given
    ON given.tenant = named.tenant AND given.hash = named.receipt AND given.device = named.device
ORDER BY given.tenant, named.first_leaf;

CREATE TABLE receipt_entry (
    tenant     BLOB NOT NULL,
    device     BLOB NOT NULL,
    leaf       INTEGER NOT NULL,
    first_leaf INTEGER NOT NULL,
    PRIMARY KEY (tenant, device, leaf)
) STRICT, WITHOUT ROWID;
INSERT INTO receipt_entry
SELECT entry.tenant, entry.device, change.leaf,
    MIN(change.leaf) OVER (PARTITION BY entry.tenant, entry.device, entry.receipt)
FROM receipt_entry_before AS entry
JOIN change ON change.tenant = entry.tenant AND change.id = entry.change;
DROP TABLE receipt_entry_before;
DROP TABLE receipt_before;

ALTER TABLE case_file RENAME TO case_file_before;
CREATE TABLE case_file (
    tenant           BLOB NOT NULL,
    case_leaf        INTEGER NOT NULL,
    id               BLOB NOT NULL,
    agency           BLOB NOT NULL,
    agency_path      TEXT NOT NULL,
    item             TEXT NOT NULL,
    kind             TEXT NOT NULL,
    -- open, returned, closed.
    status           TEXT NOT NULL,
    title            TEXT NOT NULL,
    number           TEXT NOT NULL,
    opened_ms        INTEGER NOT NULL,
    updated_ms       INTEGER NOT NULL,
    counter          INTEGER NOT NULL,
    last_leaf        INTEGER NOT NULL,
    basis            BLOB NOT NULL,
    heads            BLOB NOT NULL,
    conflicts        INTEGER NOT NULL,
    breaches         INTEGER NOT NULL,
    missing_evidence INTEGER NOT NULL,
    -- What the case says, without what is masked.
    search_text      TEXT NOT NULL,
    fold             INTEGER NOT NULL,
    PRIMARY KEY (tenant, case_leaf)
) STRICT;
INSERT INTO case_file
SELECT file.tenant, change.leaf, file.id, file.agency, file.agency_path, file.item, file.kind, file.status, file.title,
    file.number, file.opened_ms, file.updated_ms, file.counter, file.last_leaf, file.basis, file.heads, file.conflicts,
    file.breaches, file.missing_evidence, file.search_text, file.fold
FROM case_file_before AS file
JOIN change ON change.tenant = file.tenant AND change.id = file.id
ORDER BY change.tenant, change.leaf;
DROP TABLE case_file_before;
CREATE INDEX case_file_by_agency ON case_file (tenant, agency_path, updated_ms);
CREATE INDEX case_file_by_time ON case_file (tenant, updated_ms, id);

ALTER TABLE case_officer RENAME TO case_officer_before;
CREATE TABLE case_officer (
    tenant    BLOB NOT NULL,
    officer   BLOB NOT NULL,
    case_leaf INTEGER NOT NULL,
    case_id   BLOB NOT NULL,
    PRIMARY KEY (tenant, officer, case_leaf)
) STRICT, WITHOUT ROWID;
INSERT INTO case_officer
SELECT part.tenant, part.officer, change.leaf, part.case_id
FROM case_officer_before AS part
JOIN change ON change.tenant = part.tenant AND change.id = part.case_id;
DROP TABLE case_officer_before;
-- With the officer: SQLite takes an index that holds all it needs, and would go through those of all cases.
CREATE INDEX case_officer_by_case ON case_officer (tenant, case_leaf, officer);

ALTER TABLE case_evidence RENAME TO case_evidence_before;
CREATE TABLE case_evidence (
    tenant    BLOB NOT NULL,
    case_leaf INTEGER NOT NULL,
    digest    BLOB NOT NULL,
    PRIMARY KEY (tenant, case_leaf, digest)
) STRICT, WITHOUT ROWID;
INSERT INTO case_evidence
SELECT claim.tenant, change.leaf, claim.digest
FROM case_evidence_before AS claim
JOIN change ON change.tenant = claim.tenant AND change.id = claim.case_id;
DROP TABLE case_evidence_before;
CREATE INDEX case_evidence_by_digest ON case_evidence (tenant, digest);

ALTER TABLE outbox RENAME TO outbox_before;
CREATE TABLE outbox (
    tenant     BLOB NOT NULL,
    -- Begins with the time, so that rows come in order.
    id         BLOB NOT NULL,
    kind       TEXT NOT NULL,
    -- What it is about: the `case_leaf` of a case.
    subject    INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    due_ms     INTEGER NOT NULL,
    failures   INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;
INSERT INTO outbox
SELECT open.tenant, open.id, open.kind, change.leaf, open.created_ms, open.due_ms, open.failures
FROM outbox_before AS open
JOIN change ON change.tenant = open.tenant AND change.id = open.subject;
DROP TABLE outbox_before;
CREATE INDEX outbox_by_due ON outbox (tenant, due_ms, id);
CREATE INDEX outbox_by_kind ON outbox (tenant, kind, subject);

CREATE TRIGGER change_is_permanent BEFORE DELETE ON change BEGIN SELECT RAISE(ABORT, 'a change is permanent'); END;
CREATE TRIGGER change_is_unalterable BEFORE UPDATE ON change BEGIN SELECT RAISE(ABORT, 'a change is permanent'); END;
CREATE TRIGGER receipt_is_permanent BEFORE DELETE ON receipt BEGIN SELECT RAISE(ABORT, 'a receipt is permanent'); END;
CREATE TRIGGER receipt_is_unalterable BEFORE UPDATE ON receipt BEGIN SELECT RAISE(ABORT, 'a receipt is permanent'); END;
