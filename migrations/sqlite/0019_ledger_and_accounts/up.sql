-- Why: what was recorded is permanent for every holder of a database connection: every table of the ledger refuses
-- UPDATE, DELETE and TRUNCATE. What is done to accounts and phones is recorded in a table of its own, which the person
-- concerned reads. A password is reset by two hands. An enrolment code can also be typed, has a number of tries, and
-- names the phone that it enrolled, so that an enrolment whose answer was lost is answered again. A block of numbers
-- says how many the phone had left when it was granted, for the same reason.

-- What was done to an account or to one of its phones.
CREATE TABLE account_event (
    tenant  BLOB NOT NULL,
    id      BLOB NOT NULL,
    at_ms   INTEGER NOT NULL,
    -- Whom it concerns.
    officer BLOB NOT NULL,
    -- Who did it; empty where it was done at the machine itself.
    actor   BLOB,
    kind    TEXT NOT NULL,
    device  BLOB,
    -- What the phone is called, or why it was done.
    detail  TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX account_event_by_officer ON account_event (tenant, officer, at_ms, id);
CREATE INDEX account_event_by_time ON account_event (tenant, at_ms);

-- A password that is being reset: one hand asks, another confirms, the officer needs what each of them was given.
CREATE TABLE password_reset (
    tenant       BLOB NOT NULL,
    id           BLOB NOT NULL,
    officer      BLOB NOT NULL,
    -- Who asked; empty where it was asked for at the machine itself.
    asked_by     BLOB,
    asked_ms     INTEGER NOT NULL,
    -- Argon2id of what the one who asked was given.
    first_hash   TEXT NOT NULL,
    -- Who confirmed, on which phone where it was the officer, and SHA-256 of what they were given.
    confirmed_by BLOB,
    confirmed_on BLOB,
    second_hash  BLOB,
    -- Wrong attempts.
    tries        INTEGER NOT NULL,
    -- When it was used up or replaced by a later one.
    ended_ms     INTEGER,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
) STRICT;
CREATE INDEX password_reset_by_officer ON password_reset (tenant, officer, asked_ms);

-- SHA-256 of the form to be typed.
ALTER TABLE enrolment_code ADD COLUMN typed_hash BLOB;
-- Wrong codes that the officer tried while this one stood.
ALTER TABLE enrolment_code ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
-- The phone that it enrolled.
ALTER TABLE enrolment_code ADD COLUMN device BLOB;
CREATE INDEX enrolment_code_by_officer ON enrolment_code (tenant, officer, expires_ms);

-- Of a further block: how many numbers of the year the phone said to have left when it was granted.
ALTER TABLE number_block ADD COLUMN numbers_left INTEGER;

CREATE TRIGGER alarm_is_permanent BEFORE DELETE ON alarm BEGIN SELECT RAISE(ABORT, 'a row of alarm is permanent'); END;
CREATE TRIGGER alarm_is_unalterable BEFORE UPDATE ON alarm BEGIN SELECT RAISE(ABORT, 'a row of alarm is permanent'); END;
CREATE TRIGGER account_event_is_permanent BEFORE DELETE ON account_event BEGIN SELECT RAISE(ABORT, 'a row of account_event is permanent'); END;
CREATE TRIGGER account_event_is_unalterable BEFORE UPDATE ON account_event BEGIN SELECT RAISE(ABORT, 'a row of account_event is permanent'); END;
CREATE TRIGGER evidence_file_is_permanent BEFORE DELETE ON evidence_file BEGIN SELECT RAISE(ABORT, 'a row of evidence_file is permanent'); END;
-- What a file is stays; whether its bytes are whole today (blocks, damage, damaged_ms) follows the disk.
CREATE TRIGGER evidence_file_is_unalterable BEFORE UPDATE OF tenant, digest, size, media_type, stored_ms ON evidence_file BEGIN SELECT RAISE(ABORT, 'a row of evidence_file is permanent'); END;
CREATE TRIGGER lease_is_permanent BEFORE DELETE ON lease BEGIN SELECT RAISE(ABORT, 'a row of lease is permanent'); END;
CREATE TRIGGER lease_is_unalterable BEFORE UPDATE ON lease BEGIN SELECT RAISE(ABORT, 'a row of lease is permanent'); END;
CREATE TRIGGER log_head_is_permanent BEFORE DELETE ON log_head BEGIN SELECT RAISE(ABORT, 'a row of log_head is permanent'); END;
CREATE TRIGGER log_head_is_unalterable BEFORE UPDATE ON log_head BEGIN SELECT RAISE(ABORT, 'a row of log_head is permanent'); END;
CREATE TRIGGER number_block_is_permanent BEFORE DELETE ON number_block BEGIN SELECT RAISE(ABORT, 'a row of number_block is permanent'); END;
CREATE TRIGGER number_block_is_unalterable BEFORE UPDATE ON number_block BEGIN SELECT RAISE(ABORT, 'a row of number_block is permanent'); END;
CREATE TRIGGER paper_block_is_permanent BEFORE DELETE ON paper_block BEGIN SELECT RAISE(ABORT, 'a row of paper_block is permanent'); END;
CREATE TRIGGER paper_block_is_unalterable BEFORE UPDATE ON paper_block BEGIN SELECT RAISE(ABORT, 'a row of paper_block is permanent'); END;
CREATE TRIGGER receipt_entry_is_permanent BEFORE DELETE ON receipt_entry BEGIN SELECT RAISE(ABORT, 'a row of receipt_entry is permanent'); END;
CREATE TRIGGER receipt_entry_is_unalterable BEFORE UPDATE ON receipt_entry BEGIN SELECT RAISE(ABORT, 'a row of receipt_entry is permanent'); END;
CREATE TRIGGER server_key_is_permanent BEFORE DELETE ON server_key BEGIN SELECT RAISE(ABORT, 'a row of server_key is permanent'); END;
CREATE TRIGGER server_key_is_unalterable BEFORE UPDATE ON server_key BEGIN SELECT RAISE(ABORT, 'a row of server_key is permanent'); END;
