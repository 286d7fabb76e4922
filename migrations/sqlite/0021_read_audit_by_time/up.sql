-- Why: those who audit read the looks of everybody, the newest first.

CREATE INDEX read_audit_by_time ON read_audit (tenant, at_ms, id);
