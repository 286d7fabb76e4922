-- Why: people work in the console with a browser. A browser keeps an opaque secret, not a token.

CREATE TABLE console_session (
    tenant          BLOB    NOT NULL,
    -- SHA-256 of the secret in the cookie.
    hash            BLOB    NOT NULL,
    officer         BLOB    NOT NULL,
    -- That of the account when the session began: another version ends it.
    session_version INTEGER NOT NULL,
    created_ms      INTEGER NOT NULL,
    -- Last use, to the minute.
    seen_ms         INTEGER NOT NULL,
    PRIMARY KEY (tenant, hash)
) STRICT;
CREATE INDEX console_session_by_use ON console_session (tenant, seen_ms);
