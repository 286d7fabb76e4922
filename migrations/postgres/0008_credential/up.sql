-- Why: a certificate counts as verified only where it is known where its data came from and two persons confirmed them; only then a
-- phone gets a credential. What was stated, confirmed and issued is kept as it was.

-- Grows with every correction of what is written on the certificate; a confirmation is of one revision.
ALTER TABLE certificate ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;

-- Where the data of a certificate came from.
CREATE TABLE certificate_source (
    tenant      BYTEA    NOT NULL,
    certificate TEXT    NOT NULL,
    ordinal     BIGINT NOT NULL,
    revision    BIGINT NOT NULL,
    at_ms       BIGINT NOT NULL,
    -- Who stated it; empty where it was done at the machine itself.
    actor       BYTEA,
    kind        TEXT    NOT NULL,
    -- What proves it, in words.
    proof       TEXT    NOT NULL,
    -- SHA-256 of the file that proves it.
    digest      BYTEA,
    PRIMARY KEY (tenant, certificate, ordinal),
    FOREIGN KEY (tenant, certificate) REFERENCES certificate (tenant, number)
);
CREATE TRIGGER certificate_source_is_permanent BEFORE UPDATE OR DELETE ON certificate_source FOR EACH ROW EXECUTE FUNCTION is_permanent();
CREATE TRIGGER certificate_source_is_not_emptied BEFORE TRUNCATE ON certificate_source FOR EACH STATEMENT EXECUTE FUNCTION is_permanent();

-- Who compared the data with what proves them.
CREATE TABLE certificate_confirmation (
    tenant      BYTEA    NOT NULL,
    certificate TEXT    NOT NULL,
    revision    BIGINT NOT NULL,
    officer     BYTEA    NOT NULL,
    at_ms       BIGINT NOT NULL,
    -- The organ that issued the certificate.
    issued_by   TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    PRIMARY KEY (tenant, certificate, revision, officer),
    FOREIGN KEY (tenant, certificate) REFERENCES certificate (tenant, number),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
);
CREATE TRIGGER certificate_confirmation_is_permanent BEFORE UPDATE OR DELETE ON certificate_confirmation FOR EACH ROW EXECUTE FUNCTION is_permanent();
CREATE TRIGGER certificate_confirmation_is_not_emptied BEFORE TRUNCATE ON certificate_confirmation FOR EACH STATEMENT EXECUTE FUNCTION is_permanent();

-- Credentials that phones were given. What one is worth now follows from the register.
CREATE TABLE credential (
    tenant      BYTEA    NOT NULL,
    id          BYTEA    NOT NULL,
    -- Its place in the status list.
    place       BIGINT NOT NULL,
    device      BYTEA    NOT NULL,
    officer     BYTEA    NOT NULL,
    certificate TEXT    NOT NULL,
    -- SHA-256 of what it states.
    facts       BYTEA    NOT NULL,
    issued_ms   BIGINT NOT NULL,
    expires_ms  BIGINT NOT NULL,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, device) REFERENCES device (tenant, id),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id),
    FOREIGN KEY (tenant, certificate) REFERENCES certificate (tenant, number)
);
CREATE INDEX credential_by_end ON credential (tenant, expires_ms, place);
CREATE INDEX credential_by_device ON credential (tenant, device, expires_ms);
CREATE TRIGGER credential_is_permanent BEFORE UPDATE OR DELETE ON credential FOR EACH ROW EXECUTE FUNCTION is_permanent();
CREATE TRIGGER credential_is_not_emptied BEFORE TRUNCATE ON credential FOR EACH STATEMENT EXECUTE FUNCTION is_permanent();
