-- Why: who looked at what and why, what supervisors raised and what was answered, and the records of closed cases.
-- Repeated requests with one idempotency key find what the first one made.

CREATE TABLE case_record (
    tenant    BYTEA   NOT NULL,
    hash      BYTEA   NOT NULL,
    case_id   BYTEA   NOT NULL,
    number    TEXT    NOT NULL,
    issued_ms BIGINT  NOT NULL,
    -- COSE_Sign1 by the tenant's key.
    bytes     BYTEA   NOT NULL,
    PRIMARY KEY (tenant, hash)
);
CREATE INDEX case_record_by_case ON case_record (tenant, case_id, issued_ms);

-- Supervision leads (监督事项). No case changes because of one.
CREATE TABLE supervision_lead (
    tenant      BYTEA   NOT NULL,
    id          BYTEA   NOT NULL,
    case_id     BYTEA   NOT NULL,
    -- The agency concerned: that of the case when the lead was raised.
    agency      BYTEA   NOT NULL,
    agency_path TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    text        TEXT    NOT NULL,
    -- raised, answered, closed.
    status      TEXT    NOT NULL,
    -- Grows with every step: the ETag.
    version     BIGINT  NOT NULL,
    raised_by   BYTEA   NOT NULL,
    raised_ms   BIGINT  NOT NULL,
    answer      TEXT,
    answered_by BYTEA,
    answered_ms BIGINT,
    conclusion  TEXT,
    closed_by   BYTEA,
    closed_ms   BIGINT,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX supervision_lead_by_time ON supervision_lead (tenant, raised_ms, id);
CREATE INDEX supervision_lead_by_case ON supervision_lead (tenant, case_id);

-- Every look at a case: written before anything is shown, never altered.
CREATE TABLE read_audit (
    tenant  BYTEA   NOT NULL,
    id      BYTEA   NOT NULL,
    at_ms   BIGINT  NOT NULL,
    officer BYTEA   NOT NULL,
    -- case, history, evidence, record, list.
    what    TEXT    NOT NULL,
    case_id BYTEA,
    -- Which field, which digest.
    part    TEXT    NOT NULL,
    purpose TEXT    NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX read_audit_by_case ON read_audit (tenant, case_id, at_ms);
CREATE INDEX read_audit_by_officer ON read_audit (tenant, officer, at_ms);

CREATE TABLE idempotency (
    tenant      BYTEA   NOT NULL,
    officer     BYTEA   NOT NULL,
    route       TEXT    NOT NULL,
    key         TEXT    NOT NULL,
    -- SHA-256 of what was asked: the same key for something else is refused.
    fingerprint BYTEA   NOT NULL,
    -- Id of what was made.
    made        BYTEA   NOT NULL,
    created_ms  BIGINT  NOT NULL,
    PRIMARY KEY (tenant, officer, route, key)
);
CREATE INDEX idempotency_by_age ON idempotency (tenant, created_ms);

CREATE TRIGGER case_record_is_permanent BEFORE UPDATE OR DELETE ON case_record FOR EACH ROW EXECUTE FUNCTION is_permanent();
CREATE TRIGGER read_audit_is_permanent BEFORE UPDATE OR DELETE ON read_audit FOR EACH ROW EXECUTE FUNCTION is_permanent();
