DROP TABLE idempotency;
DROP TABLE read_audit;
DROP TABLE supervision_lead;
DROP TABLE case_record;
