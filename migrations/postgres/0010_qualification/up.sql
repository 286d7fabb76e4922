-- Why: training hours, yearly assessments and exits of officers are kept with who entered them; a wrong entry is annulled and stays.

CREATE TABLE training (
    tenant      BYTEA    NOT NULL,
    id          BYTEA    NOT NULL,
    officer     BYTEA    NOT NULL,
    class       TEXT    NOT NULL,
    level       TEXT    NOT NULL,
    topic       TEXT    NOT NULL,
    -- First and last day.
    held_on     TEXT    NOT NULL,
    until_on    TEXT    NOT NULL,
    hours       BIGINT NOT NULL,
    -- Certificate of completion, notice or list that proves it.
    proof       TEXT    NOT NULL,
    entered_ms  BIGINT NOT NULL,
    -- Since when the entry does not count, because it was wrong.
    annulled_ms BIGINT,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
);
CREATE INDEX training_by_officer ON training (tenant, officer, until_on);
CREATE INDEX training_by_end ON training (tenant, until_on);

CREATE TABLE assessment (
    tenant      BYTEA    NOT NULL,
    id          BYTEA    NOT NULL,
    officer     BYTEA    NOT NULL,
    year        BIGINT NOT NULL,
    result      TEXT    NOT NULL,
    -- The organ that assessed, and its document.
    organ       TEXT    NOT NULL,
    document    TEXT    NOT NULL,
    entered_ms  BIGINT NOT NULL,
    annulled_ms BIGINT,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
);
CREATE INDEX assessment_by_officer ON assessment (tenant, officer, year);

-- Somebody is to leave enforcement (退出): proposed, heard, decided.
CREATE TABLE officer_exit (
    tenant      BYTEA    NOT NULL,
    id          BYTEA    NOT NULL,
    officer     BYTEA    NOT NULL,
    ground      TEXT    NOT NULL,
    -- The facts, and the provision or document.
    facts       TEXT    NOT NULL,
    basis       TEXT    NOT NULL,
    proposer    BYTEA    NOT NULL,
    proposed_ms BIGINT NOT NULL,
    hearing     TEXT,
    -- What the officer said.
    statement   TEXT,
    hearer      BYTEA,
    heard_ms    BIGINT,
    outcome     TEXT,
    -- Number of the written decision.
    document    TEXT,
    decider     BYTEA,
    decided_ms  BIGINT,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
);
CREATE INDEX officer_exit_by_officer ON officer_exit (tenant, officer, proposed_ms);
