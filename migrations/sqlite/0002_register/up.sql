-- Why: the register is entered from rosters: who a person is beyond a name, and what was done to the register by whom and why.

-- Apart from `officer`, so that no list of people reads it. Citizen numbers tell persons of one name apart and are shown to
-- nobody.
CREATE TABLE officer_identity (
    tenant         BLOB NOT NULL,
    officer        BLOB NOT NULL,
    citizen_number TEXT NOT NULL,
    PRIMARY KEY (tenant, officer),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
) STRICT;
CREATE UNIQUE INDEX officer_identity_by_number ON officer_identity (tenant, citizen_number);

CREATE TABLE register_event (
    tenant  BLOB    NOT NULL,
    id      BLOB    NOT NULL,
    at_ms   INTEGER NOT NULL,
    -- Who did it; empty where it was done at the machine itself.
    actor   BLOB,
    kind    TEXT    NOT NULL,
    -- The person it concerns; empty for an import as a whole.
    officer BLOB,
    -- What it was and what it is; for an import, the digest of the file and the counts.
    detail  TEXT    NOT NULL,
    reason  TEXT    NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX register_event_by_time ON register_event (tenant, at_ms, id);
CREATE TRIGGER register_event_is_permanent BEFORE DELETE ON register_event BEGIN SELECT RAISE(ABORT, 'a row of register_event is permanent'); END;
CREATE TRIGGER register_event_is_unalterable BEFORE UPDATE ON register_event BEGIN SELECT RAISE(ABORT, 'a row of register_event is permanent'); END;
