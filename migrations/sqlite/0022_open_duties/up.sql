-- Why: a deadline ends by what fulfils it, not by the closing of its case. Lists find cases in which one is open, and the
-- department of justice finds the inspections that are filed with it, without folding every closed case.
ALTER TABLE case_file ADD COLUMN duties INTEGER NOT NULL DEFAULT 0;
-- due, filed, received; empty where nothing is to be filed.
ALTER TABLE case_file ADD COLUMN filing TEXT NOT NULL DEFAULT '';
CREATE INDEX case_file_by_duties ON case_file (tenant, updated_ms, id) WHERE duties > 0;
CREATE INDEX case_file_by_filing ON case_file (tenant, filing, updated_ms, id) WHERE filing <> '';
