-- Why: a phone has a second key that signs its requests, so that a stolen access token is worth nothing; its tokens are renewed by refresh tokens, each of which is used once.

-- The key that signs requests, an uncompressed point; NULL for a phone that was enrolled without one.
ALTER TABLE device ADD COLUMN request_key BLOB;
-- What the phone says about the protection of its keys. It is never raised.
ALTER TABLE device ADD COLUMN key_level TEXT NOT NULL DEFAULT 'none';
ALTER TABLE device ADD COLUMN request_key_level TEXT NOT NULL DEFAULT 'none';
CREATE UNIQUE INDEX device_by_request_key ON device (tenant, request_key);

-- Proofs that were used, while they would still be accepted. Only those that another process could accept are stored.
CREATE TABLE used_proof (
    tenant     BLOB    NOT NULL,
    hash       BLOB    NOT NULL,
    expires_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant, hash),
    FOREIGN KEY (tenant) REFERENCES tenant (id)
) STRICT;
CREATE INDEX used_proof_by_expiry ON used_proof (tenant, expires_ms);

-- One sign-in and the tokens that renew it.
CREATE TABLE refresh_family (
    tenant          BLOB    NOT NULL,
    id              BLOB    NOT NULL,
    officer         BLOB    NOT NULL,
    device          BLOB,
    -- The thumbprint of the key that must prove every use.
    key_thumbprint  TEXT    NOT NULL,
    -- The session that its access tokens belong to, and the version of the account's sessions at the sign-in.
    session         TEXT    NOT NULL,
    session_version INTEGER NOT NULL,
    begun_ms        INTEGER NOT NULL,
    used_ms         INTEGER NOT NULL,
    ended_ms        INTEGER,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
) STRICT;
CREATE INDEX refresh_family_by_session ON refresh_family (tenant, session);
CREATE INDEX refresh_family_by_use ON refresh_family (tenant, used_ms);

-- A refresh token, by its SHA-256. Its successor is derived from it, so nothing secret is stored.
CREATE TABLE refresh_token (
    tenant      BLOB    NOT NULL,
    hash        BLOB    NOT NULL,
    family      BLOB    NOT NULL,
    generation  INTEGER NOT NULL,
    consumed_ms INTEGER,
    PRIMARY KEY (tenant, hash),
    FOREIGN KEY (tenant, family) REFERENCES refresh_family (tenant, id)
) STRICT;
CREATE UNIQUE INDEX refresh_token_by_generation ON refresh_token (tenant, family, generation);
