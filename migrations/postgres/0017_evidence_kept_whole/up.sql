-- Why: a stored file is read by block, and each block is held against a digest that was made when the file came in. A
-- file that was altered or removed on the disk is known as such, and counts as missing until the same bytes come again.
-- A head may write off a file that will never arrive. An upload says again what its client said of it.

-- SHA-256 of each MiB, one after another; NULL for a file from before, until it is read for the first time.
ALTER TABLE evidence_file ADD COLUMN blocks BYTEA;
-- 'altered' or 'removed', and since when that is known; NULL for a file that is whole as far as is known.
ALTER TABLE evidence_file ADD COLUMN damage TEXT;
ALTER TABLE evidence_file ADD COLUMN damaged_ms BIGINT;
ALTER TABLE case_evidence ADD COLUMN written_off BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE upload ADD COLUMN metadata TEXT NOT NULL DEFAULT '';
