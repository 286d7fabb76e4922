-- Why: keys that are hashes lie all over their trees. With 60,000 changes held, each further one wrote 86 KB and cost
-- more than twice the CPU time of the first; in the order of the log it writes 27 KB however many are held (ADR 7).
--
-- What is stored of a change is keyed by its leaf, and a case by the leaf of the change that opened it (`case_leaf`):
-- its number in the order of the log. Only `change_by_id` finds a leaf by a hash.

ALTER TABLE change RENAME TO change_before;
ALTER INDEX change_pkey RENAME TO change_before_pkey;
CREATE TABLE change (
    tenant      BYTEA NOT NULL,
    -- Index of its leaf.
    leaf        BIGINT NOT NULL,
    id          BYTEA NOT NULL,
    case_leaf   BIGINT NOT NULL,
    case_id     BYTEA NOT NULL,
    device      BYTEA NOT NULL,
    epoch       BYTEA NOT NULL,
    seq         BIGINT NOT NULL,
    officer     BYTEA NOT NULL,
    -- Hash of the lease it names.
    lease       BYTEA,
    -- How many changes of the case were stored up to and with it.
    counter     BIGINT NOT NULL,
    -- accepted, quarantined, without_effect, with the stable code of the reason.
    class       TEXT NOT NULL,
    code        TEXT NOT NULL,
    -- Stable codes, separated by spaces.
    flags       TEXT NOT NULL,
    -- When it was made, as far as can be shown, and how good the proof is.
    lower_ms    BIGINT NOT NULL,
    upper_ms    BIGINT NOT NULL,
    grade       TEXT NOT NULL,
    received_ms BIGINT NOT NULL,
    sign1       BYTEA NOT NULL,
    op_bytes    BYTEA NOT NULL,
    PRIMARY KEY (tenant, leaf)
);
-- Hashes and signatures cannot be compressed: a change lies in its row as it is, and not in a table beside it.
ALTER TABLE change SET (toast_tuple_target = 8160);
ALTER TABLE change ALTER COLUMN sign1 SET STORAGE EXTERNAL;
ALTER TABLE change ALTER COLUMN op_bytes SET STORAGE EXTERNAL;
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
ALTER INDEX change_value_pkey RENAME TO change_value_before_pkey;
CREATE TABLE change_value (
    tenant BYTEA NOT NULL,
    leaf   BIGINT NOT NULL,
    bytes  BYTEA NOT NULL,
    PRIMARY KEY (tenant, leaf)
);
ALTER TABLE change_value SET (toast_tuple_target = 8160);
INSERT INTO change_value
SELECT change.tenant, change.leaf, held.bytes
FROM change_value_before AS held
JOIN change ON change.tenant = held.tenant AND change.id = held.change
ORDER BY change.tenant, change.leaf;
DROP TABLE change_value_before;

ALTER TABLE receipt_entry RENAME TO receipt_entry_before;
ALTER INDEX receipt_entry_pkey RENAME TO receipt_entry_before_pkey;
ALTER TABLE receipt RENAME TO receipt_before;
ALTER INDEX receipt_pkey RENAME TO receipt_before_pkey;
-- A phone is given one receipt for a leaf: the first leaf that a receipt is for names it.
CREATE TABLE receipt (
    tenant     BYTEA NOT NULL,
    device     BYTEA NOT NULL,
    first_leaf BIGINT NOT NULL,
    issued_ms  BIGINT NOT NULL,
    bytes      BYTEA NOT NULL,
    PRIMARY KEY (tenant, device, first_leaf)
);
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
    tenant     BYTEA NOT NULL,
    device     BYTEA NOT NULL,
    leaf       BIGINT NOT NULL,
    first_leaf BIGINT NOT NULL,
    PRIMARY KEY (tenant, device, leaf)
);
INSERT INTO receipt_entry
SELECT entry.tenant, entry.device, change.leaf,
    MIN(change.leaf) OVER (PARTITION BY entry.tenant, entry.device, entry.receipt)
FROM receipt_entry_before AS entry
JOIN change ON change.tenant = entry.tenant AND change.id = entry.change;
DROP TABLE receipt_entry_before;
DROP TABLE receipt_before;

ALTER TABLE case_file RENAME TO case_file_before;
ALTER INDEX case_file_pkey RENAME TO case_file_before_pkey;
CREATE TABLE case_file (
    tenant           BYTEA NOT NULL,
    case_leaf        BIGINT NOT NULL,
    id               BYTEA NOT NULL,
    agency           BYTEA NOT NULL,
    agency_path      TEXT NOT NULL,
    item             TEXT NOT NULL,
    kind             TEXT NOT NULL,
    -- open, returned, closed.
    status           TEXT NOT NULL,
    title            TEXT NOT NULL,
    number           TEXT NOT NULL,
    opened_ms        BIGINT NOT NULL,
    updated_ms       BIGINT NOT NULL,
    counter          BIGINT NOT NULL,
    last_leaf        BIGINT NOT NULL,
    basis            BYTEA NOT NULL,
    heads            BYTEA NOT NULL,
    conflicts        BIGINT NOT NULL,
    breaches         BIGINT NOT NULL,
    missing_evidence BIGINT NOT NULL,
    -- What the case says, without what is masked.
    search_text      TEXT NOT NULL,
    fold             BIGINT NOT NULL,
    PRIMARY KEY (tenant, case_leaf)
);
ALTER TABLE case_file SET (toast_tuple_target = 8160);
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
ALTER INDEX case_officer_pkey RENAME TO case_officer_before_pkey;
CREATE TABLE case_officer (
    tenant    BYTEA NOT NULL,
    officer   BYTEA NOT NULL,
    case_leaf BIGINT NOT NULL,
    case_id   BYTEA NOT NULL,
    PRIMARY KEY (tenant, officer, case_leaf)
);
INSERT INTO case_officer
SELECT part.tenant, part.officer, change.leaf, part.case_id
FROM case_officer_before AS part
JOIN change ON change.tenant = part.tenant AND change.id = part.case_id;
DROP TABLE case_officer_before;
CREATE INDEX case_officer_by_case ON case_officer (tenant, case_leaf, officer);

ALTER TABLE case_evidence RENAME TO case_evidence_before;
ALTER INDEX case_evidence_pkey RENAME TO case_evidence_before_pkey;
CREATE TABLE case_evidence (
    tenant    BYTEA NOT NULL,
    case_leaf BIGINT NOT NULL,
    digest    BYTEA NOT NULL,
    PRIMARY KEY (tenant, case_leaf, digest)
);
INSERT INTO case_evidence
SELECT claim.tenant, change.leaf, claim.digest
FROM case_evidence_before AS claim
JOIN change ON change.tenant = claim.tenant AND change.id = claim.case_id;
DROP TABLE case_evidence_before;
CREATE INDEX case_evidence_by_digest ON case_evidence (tenant, digest);

ALTER TABLE outbox RENAME TO outbox_before;
ALTER INDEX outbox_pkey RENAME TO outbox_before_pkey;
CREATE TABLE outbox (
    tenant     BYTEA NOT NULL,
    -- Begins with the time, so that rows come in order.
    id         BYTEA NOT NULL,
    kind       TEXT NOT NULL,
    -- What it is about: the `case_leaf` of a case.
    subject    BIGINT NOT NULL,
    created_ms BIGINT NOT NULL,
    due_ms     BIGINT NOT NULL,
    failures   BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);
INSERT INTO outbox
SELECT open.tenant, open.id, open.kind, change.leaf, open.created_ms, open.due_ms, open.failures
FROM outbox_before AS open
JOIN change ON change.tenant = open.tenant AND change.id = open.subject;
DROP TABLE outbox_before;
CREATE INDEX outbox_by_due ON outbox (tenant, due_ms, id);
CREATE INDEX outbox_by_kind ON outbox (tenant, kind, subject);

CREATE TRIGGER change_is_permanent BEFORE UPDATE OR DELETE ON change FOR EACH ROW EXECUTE FUNCTION is_permanent();
CREATE TRIGGER receipt_is_permanent BEFORE UPDATE OR DELETE ON receipt FOR EACH ROW EXECUTE FUNCTION is_permanent();
CREATE TRIGGER change_is_not_emptied BEFORE TRUNCATE ON change FOR EACH STATEMENT EXECUTE FUNCTION is_permanent();
CREATE TRIGGER leaf_is_not_emptied BEFORE TRUNCATE ON leaf FOR EACH STATEMENT EXECUTE FUNCTION is_permanent();
CREATE TRIGGER receipt_is_not_emptied BEFORE TRUNCATE ON receipt FOR EACH STATEMENT EXECUTE FUNCTION is_permanent();
