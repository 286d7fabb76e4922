DROP INDEX read_audit_by_time;
