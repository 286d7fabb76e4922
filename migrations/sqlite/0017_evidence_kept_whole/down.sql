ALTER TABLE upload DROP COLUMN metadata;
ALTER TABLE case_evidence DROP COLUMN written_off;
ALTER TABLE evidence_file DROP COLUMN damaged_ms;
ALTER TABLE evidence_file DROP COLUMN damage;
ALTER TABLE evidence_file DROP COLUMN blocks;
