-- Why: people are managed by hand: one-time passwords, closed accounts, who decided a status, deputies for an absence, and records
-- of the register that say which agency they are about.

-- Of an account that was just given: until when its password may be used, and only to choose another.
ALTER TABLE account ADD COLUMN one_time_until_ms INTEGER;
-- Since when nobody signs in with it; the login stays taken.
ALTER TABLE account ADD COLUMN closed_ms INTEGER;

-- The organ that decided, where it is known.
ALTER TABLE certificate_interval ADD COLUMN decided_by TEXT NOT NULL DEFAULT '';

-- The agency of the person when it was done; empty for what concerns no agency.
ALTER TABLE register_event ADD COLUMN agency BLOB;
CREATE INDEX register_event_by_officer ON register_event (tenant, officer, at_ms, id);

-- Somebody has the role of a head of the same agency while that head is absent.
CREATE TABLE deputy (
    tenant   BLOB NOT NULL,
    id       BLOB NOT NULL,
    -- Who is absent.
    head     BLOB NOT NULL,
    -- Who deputises.
    officer  BLOB NOT NULL,
    role     TEXT NOT NULL,
    from_ms  INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    -- When it ended before its time.
    ended_ms INTEGER,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, head) REFERENCES officer (tenant, id),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
) STRICT;
CREATE INDEX deputy_by_officer ON deputy (tenant, officer, until_ms);
CREATE INDEX deputy_by_head ON deputy (tenant, head, until_ms);
