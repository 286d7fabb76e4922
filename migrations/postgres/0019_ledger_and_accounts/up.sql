-- Why: what was recorded is permanent for every holder of a database connection: every table of the ledger refuses
-- UPDATE, DELETE and TRUNCATE. What is done to accounts and phones is recorded in a table of its own, which the person
-- concerned reads. A password is reset by two hands. An enrolment code can also be typed, has a number of tries, and
-- names the phone that it enrolled, so that an enrolment whose answer was lost is answered again. A block of numbers
-- says how many the phone had left when it was granted, for the same reason.

-- What was done to an account or to one of its phones.
CREATE TABLE account_event (
    tenant  BYTEA NOT NULL,
    id      BYTEA NOT NULL,
    at_ms   BIGINT NOT NULL,
    -- Whom it concerns.
    officer BYTEA NOT NULL,
    -- Who did it; empty where it was done at the machine itself.
    actor   BYTEA,
    kind    TEXT NOT NULL,
    device  BYTEA,
    -- What the phone is called, or why it was done.
    detail  TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX account_event_by_officer ON account_event (tenant, officer, at_ms, id);
CREATE INDEX account_event_by_time ON account_event (tenant, at_ms);

-- A password that is being reset: one hand asks, another confirms, the officer needs what each of them was given.
CREATE TABLE password_reset (
    tenant       BYTEA NOT NULL,
    id           BYTEA NOT NULL,
    officer      BYTEA NOT NULL,
    -- Who asked; empty where it was asked for at the machine itself.
    asked_by     BYTEA,
    asked_ms     BIGINT NOT NULL,
    -- Argon2id of what the one who asked was given.
    first_hash   TEXT NOT NULL,
    -- Who confirmed, on which phone where it was the officer, and SHA-256 of what they were given.
    confirmed_by BYTEA,
    confirmed_on BYTEA,
    second_hash  BYTEA,
    -- Wrong attempts.
    tries        BIGINT NOT NULL,
    -- When it was used up or replaced by a later one.
    ended_ms     BIGINT,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
);
CREATE INDEX password_reset_by_officer ON password_reset (tenant, officer, asked_ms);

-- SHA-256 of the form to be typed.
ALTER TABLE enrolment_code ADD COLUMN typed_hash BYTEA;
-- Wrong codes that the officer tried while this one stood.
ALTER TABLE enrolment_code ADD COLUMN tries BIGINT NOT NULL DEFAULT 0;
-- The phone that it enrolled.
ALTER TABLE enrolment_code ADD COLUMN device BYTEA;
CREATE INDEX enrolment_code_by_officer ON enrolment_code (tenant, officer, expires_ms);

-- Of a further block: how many numbers of the year the phone said to have left when it was granted.
ALTER TABLE number_block ADD COLUMN numbers_left BIGINT;

CREATE TRIGGER alarm_is_permanent BEFORE UPDATE OR DELETE ON alarm FOR EACH ROW EXECUTE FUNCTION is_permanent();
CREATE TRIGGER alarm_is_not_emptied BEFORE TRUNCATE ON alarm FOR EACH STATEMENT EXECUTE FUNCTION is_permanent();
CREATE TRIGGER account_event_is_permanent BEFORE UPDATE OR DELETE ON account_event FOR EACH ROW EXECUTE FUNCTION is_permanent();
CREATE TRIGGER account_event_is_not_emptied BEFORE TRUNCATE ON account_event FOR EACH STATEMENT EXECUTE FUNCTION is_permanent();
CREATE TRIGGER case_record_is_not_emptied BEFORE TRUNCATE ON case_record FOR EACH STATEMENT EXECUTE FUNCTION is_permanent();
-- What a file is stays; whether its bytes are whole today (blocks, damage, damaged_ms) follows the disk.
CREATE TRIGGER evidence_file_is_permanent BEFORE UPDATE OF tenant, digest, size, media_type, stored_ms OR DELETE ON evidence_file FOR EACH ROW EXECUTE FUNCTION is_permanent();
CREATE TRIGGER evidence_file_is_not_emptied BEFORE TRUNCATE ON evidence_file FOR EACH STATEMENT EXECUTE FUNCTION is_permanent();
CREATE TRIGGER lease_is_permanent BEFORE UPDATE OR DELETE ON lease FOR EACH ROW EXECUTE FUNCTION is_permanent();
CREATE TRIGGER lease_is_not_emptied BEFORE TRUNCATE ON lease FOR EACH STATEMENT EXECUTE FUNCTION is_permanent();
CREATE TRIGGER log_head_is_permanent BEFORE UPDATE OR DELETE ON log_head FOR EACH ROW EXECUTE FUNCTION is_permanent();
CREATE TRIGGER log_head_is_not_emptied BEFORE TRUNCATE ON log_head FOR EACH STATEMENT EXECUTE FUNCTION is_permanent();
CREATE TRIGGER number_block_is_permanent BEFORE UPDATE OR DELETE ON number_block FOR EACH ROW EXECUTE FUNCTION is_permanent();
CREATE TRIGGER number_block_is_not_emptied BEFORE TRUNCATE ON number_block FOR EACH STATEMENT EXECUTE FUNCTION is_permanent();
CREATE TRIGGER paper_block_is_permanent BEFORE UPDATE OR DELETE ON paper_block FOR EACH ROW EXECUTE FUNCTION is_permanent();
CREATE TRIGGER paper_block_is_not_emptied BEFORE TRUNCATE ON paper_block FOR EACH STATEMENT EXECUTE FUNCTION is_permanent();
CREATE TRIGGER read_audit_is_not_emptied BEFORE TRUNCATE ON read_audit FOR EACH STATEMENT EXECUTE FUNCTION is_permanent();
CREATE TRIGGER receipt_entry_is_permanent BEFORE UPDATE OR DELETE ON receipt_entry FOR EACH ROW EXECUTE FUNCTION is_permanent();
CREATE TRIGGER receipt_entry_is_not_emptied BEFORE TRUNCATE ON receipt_entry FOR EACH STATEMENT EXECUTE FUNCTION is_permanent();
CREATE TRIGGER server_key_is_permanent BEFORE UPDATE OR DELETE ON server_key FOR EACH ROW EXECUTE FUNCTION is_permanent();
CREATE TRIGGER server_key_is_not_emptied BEFORE TRUNCATE ON server_key FOR EACH STATEMENT EXECUTE FUNCTION is_permanent();
