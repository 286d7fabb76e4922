-- Why: people work in the console with a browser. A browser keeps an opaque secret, not a token.

CREATE TABLE console_session (
    tenant          BYTEA   NOT NULL,
    -- SHA-256 of the secret in the cookie.
    hash            BYTEA   NOT NULL,
    officer         BYTEA   NOT NULL,
    -- That of the account when the session began: another version ends it.
    session_version BIGINT  NOT NULL,
    created_ms      BIGINT  NOT NULL,
    -- Last use, to the minute.
    seen_ms         BIGINT  NOT NULL,
    PRIMARY KEY (tenant, hash)
);
CREATE INDEX console_session_by_use ON console_session (tenant, seen_ms);
