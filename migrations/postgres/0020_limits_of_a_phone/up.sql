-- Why: one phone could make the server hold, fold and store without end. These columns and tables bound it.

-- How much its case is, up to and with this change: items that are decoded, bytes. 0 of what came before it was counted.
ALTER TABLE change ADD COLUMN case_items BIGINT NOT NULL DEFAULT 0;
ALTER TABLE change ADD COLUMN case_bytes BIGINT NOT NULL DEFAULT 0;

-- Items that are decoded of a change that waits. One that waited too long has no bytes any more and says since when.
ALTER TABLE parked ADD COLUMN items BIGINT NOT NULL DEFAULT 0;
ALTER TABLE parked ADD COLUMN expired_ms BIGINT;
CREATE INDEX parked_by_time ON parked (tenant, received_ms);

-- What a phone has used of its day.
CREATE TABLE phone_use (
    tenant       BYTEA  NOT NULL,
    -- The phone; of somebody who has none, the officer.
    device       BYTEA  NOT NULL,
    -- Midnight in Asia/Shanghai at which the day begins.
    day_ms       BIGINT NOT NULL,
    bytes        BIGINT NOT NULL,
    operations   BIGINT NOT NULL,
    alarms       BIGINT NOT NULL,
    index_rows   BIGINT NOT NULL,
    upload_bytes BIGINT NOT NULL,
    -- When people were told that it is used up.
    told_ms      BIGINT,
    PRIMARY KEY (tenant, device, day_ms)
);

-- Files that a stored change names which has no effect (yet): nobody claims them, and they are not to be removed.
CREATE TABLE named_evidence (
    tenant BYTEA NOT NULL,
    digest BYTEA NOT NULL,
    PRIMARY KEY (tenant, digest)
);

CREATE INDEX upload_by_touch ON upload (tenant, touched_ms);

-- Since when the bytes of a file are gone that nobody claimed; that it had come stays.
ALTER TABLE evidence_file ADD COLUMN dropped_ms BIGINT;
