ALTER TABLE evidence_file DROP COLUMN dropped_ms;
DROP INDEX upload_by_touch;
DROP TABLE named_evidence;
DROP TABLE phone_use;
DROP INDEX parked_by_time;
ALTER TABLE parked DROP COLUMN expired_ms;
ALTER TABLE parked DROP COLUMN items;
ALTER TABLE change DROP COLUMN case_bytes;
ALTER TABLE change DROP COLUMN case_items;
