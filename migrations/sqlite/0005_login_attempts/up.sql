-- Why: guessing passwords is slowed down, by account and by address, for all server processes together.
-- `subject` is a hash, so that the table says nothing about who signs in from where.

CREATE TABLE login_attempt (
    tenant     BLOB    NOT NULL REFERENCES tenant (id),
    subject    BLOB    NOT NULL,
    -- Attempts since the last success; an attempt under way counts.
    failures   INTEGER NOT NULL,
    last_ms    INTEGER NOT NULL,
    -- Of an account at an address: when it last signed in there.
    success_ms INTEGER,
    PRIMARY KEY (tenant, subject)
) STRICT;
CREATE INDEX login_attempt_by_age ON login_attempt (tenant, last_ms);
