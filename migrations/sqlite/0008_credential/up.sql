-- Why: a certificate counts as verified only where it is known where its data came from and two persons confirmed them; only then a
-- phone gets a credential. What was stated, confirmed and issued is kept as it was.

-- Grows with every correction of what is written on the certificate; a confirmation is of one revision.
ALTER TABLE certificate ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;

-- Where the data of a certificate came from.
CREATE TABLE certificate_source (
    tenant      BLOB    NOT NULL,
    certificate TEXT    NOT NULL,
    ordinal     INTEGER NOT NULL,
    revision    INTEGER NOT NULL,
    at_ms       INTEGER NOT NULL,
    -- Who stated it; empty where it was done at the machine itself.
    actor       BLOB,
    kind        TEXT    NOT NULL,
    -- What proves it, in words.
    proof       TEXT    NOT NULL,
    -- SHA-256 of the file that proves it.
    digest      BLOB,
    PRIMARY KEY (tenant, certificate, ordinal),
    FOREIGN KEY (tenant, certificate) REFERENCES certificate (tenant, number)
) STRICT;
CREATE TRIGGER certificate_source_is_permanent BEFORE DELETE ON certificate_source BEGIN SELECT RAISE(ABORT, 'a row of certificate_source is permanent'); END;
CREATE TRIGGER certificate_source_is_unalterable BEFORE UPDATE ON certificate_source BEGIN SELECT RAISE(ABORT, 'a row of certificate_source is permanent'); END;

-- Who compared the data with what proves them.
CREATE TABLE certificate_confirmation (
    tenant      BLOB    NOT NULL,
    certificate TEXT    NOT NULL,
    revision    INTEGER NOT NULL,
    officer     BLOB    NOT NULL,
    at_ms       INTEGER NOT NULL,
    -- The organ that issued the certificate.
    issued_by   TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    PRIMARY KEY (tenant, certificate, revision, officer),
    FOREIGN KEY (tenant, certificate) REFERENCES certificate (tenant, number),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
) STRICT;
CREATE TRIGGER certificate_confirmation_is_permanent BEFORE DELETE ON certificate_confirmation BEGIN SELECT RAISE(ABORT, 'a row of certificate_confirmation is permanent'); END;
CREATE TRIGGER certificate_confirmation_is_unalterable BEFORE UPDATE ON certificate_confirmation BEGIN SELECT RAISE(ABORT, 'a row of certificate_confirmation is permanent'); END;

-- Credentials that phones were given. What one is worth now follows from the register.
CREATE TABLE credential (
    tenant      BLOB    NOT NULL,
    id          BLOB    NOT NULL,
    -- Its place in the status list.
    place       INTEGER NOT NULL,
    device      BLOB    NOT NULL,
    officer     BLOB    NOT NULL,
    certificate TEXT    NOT NULL,
    -- SHA-256 of what it states.
    facts       BLOB    NOT NULL,
    issued_ms   INTEGER NOT NULL,
    expires_ms  INTEGER NOT NULL,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, device) REFERENCES device (tenant, id),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id),
    FOREIGN KEY (tenant, certificate) REFERENCES certificate (tenant, number)
) STRICT;
CREATE INDEX credential_by_end ON credential (tenant, expires_ms, place);
CREATE INDEX credential_by_device ON credential (tenant, device, expires_ms);
CREATE TRIGGER credential_is_permanent BEFORE DELETE ON credential BEGIN SELECT RAISE(ABORT, 'a row of credential is permanent'); END;
CREATE TRIGGER credential_is_unalterable BEFORE UPDATE ON credential BEGIN SELECT RAISE(ABORT, 'a row of credential is permanent'); END;
