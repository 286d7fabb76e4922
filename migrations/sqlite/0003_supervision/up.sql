-- Why: who looked at what and why, what supervisors raised and what was answered, and the records of closed cases.
-- Repeated requests with one idempotency key find what the first one made.

CREATE TABLE case_record (
    tenant    BLOB    NOT NULL,
    hash      BLOB    NOT NULL,
    case_id   BLOB    NOT NULL,
    number    TEXT    NOT NULL,
    issued_ms INTEGER NOT NULL,
    -- COSE_Sign1 by the tenant's key.
    bytes     BLOB    NOT NULL,
    PRIMARY KEY (tenant, hash)
) STRICT;
CREATE INDEX case_record_by_case ON case_record (tenant, case_id, issued_ms);

-- Supervision leads (监督事项). No case changes because of one.
CREATE TABLE supervision_lead (
    tenant      BLOB    NOT NULL,
    id          BLOB    NOT NULL,
    case_id     BLOB    NOT NULL,
    -- The agency concerned: that of the case when the lead was raised.
    agency      BLOB    NOT NULL,
    agency_path TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    text        TEXT    NOT NULL,
    -- raised, answered, closed.
    status      TEXT    NOT NULL,
    -- Grows with every step: the ETag.
    version     INTEGER NOT NULL,
    raised_by   BLOB    NOT NULL,
    raised_ms   INTEGER NOT NULL,
    answer      TEXT,
    answered_by BLOB,
    answered_ms INTEGER,
    conclusion  TEXT,
    closed_by   BLOB,
    closed_ms   INTEGER,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX supervision_lead_by_time ON supervision_lead (tenant, raised_ms, id);
CREATE INDEX supervision_lead_by_case ON supervision_lead (tenant, case_id);

-- Every look at a case: written before anything is shown, never altered.
CREATE TABLE read_audit (
    tenant  BLOB    NOT NULL,
    id      BLOB    NOT NULL,
    at_ms   INTEGER NOT NULL,
    officer BLOB    NOT NULL,
    -- case, history, evidence, record, list.
    what    TEXT    NOT NULL,
    case_id BLOB,
    -- Which field, which digest.
    part    TEXT    NOT NULL,
    purpose TEXT    NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX read_audit_by_case ON read_audit (tenant, case_id, at_ms);
CREATE INDEX read_audit_by_officer ON read_audit (tenant, officer, at_ms);

CREATE TABLE idempotency (
    tenant      BLOB    NOT NULL,
    officer     BLOB    NOT NULL,
    route       TEXT    NOT NULL,
    key         TEXT    NOT NULL,
    -- SHA-256 of what was asked: the same key for something else is refused.
    fingerprint BLOB    NOT NULL,
    -- Id of what was made.
    made        BLOB    NOT NULL,
    created_ms  INTEGER NOT NULL,
    PRIMARY KEY (tenant, officer, route, key)
) STRICT;
CREATE INDEX idempotency_by_age ON idempotency (tenant, created_ms);

CREATE TRIGGER case_record_is_permanent BEFORE DELETE ON case_record BEGIN SELECT RAISE(ABORT, 'a case record is permanent'); END;
CREATE TRIGGER case_record_is_unalterable BEFORE UPDATE ON case_record BEGIN SELECT RAISE(ABORT, 'a case record is permanent'); END;
CREATE TRIGGER read_audit_is_permanent BEFORE DELETE ON read_audit BEGIN SELECT RAISE(ABORT, 'an audit event is permanent'); END;
CREATE TRIGGER read_audit_is_unalterable BEFORE UPDATE ON read_audit BEGIN SELECT RAISE(ABORT, 'an audit event is permanent'); END;
