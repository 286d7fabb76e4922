-- Why: a list is read page by page while cases change. A case that changes takes another place in the order, or no longer
-- fits the filter, and a reader between two pages never met it. A page after the first is therefore a page of the list
-- as it was when the first was read: what a case was before each change is kept for a while.

-- What lists put in order, filter by and search of a case, until it was replaced. Kept by the trigger below, so that no
-- statement can forget to.
CREATE TABLE case_file_past (
    tenant      BYTEA   NOT NULL,
    -- Grows by one with each replacement, under the lock of the tenant's row.
    version     BIGINT  NOT NULL,
    case_leaf   BIGINT  NOT NULL,
    id          BYTEA   NOT NULL,
    status      TEXT    NOT NULL,
    duties      BIGINT  NOT NULL,
    filing      TEXT    NOT NULL,
    -- Conflicts, breaches and missing pieces of evidence.
    attention   BIGINT  NOT NULL,
    opened_ms   BIGINT  NOT NULL,
    updated_ms  BIGINT  NOT NULL,
    replaced_ms BIGINT  NOT NULL,
    -- Length of what the case said.
    bytes       BIGINT  NOT NULL,
    -- What it said, where it says something else since.
    search_text TEXT,
    PRIMARY KEY (tenant, version)
);
CREATE FUNCTION case_file_replaced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO case_file_past
    SELECT OLD.tenant, COALESCE((SELECT MAX(version) FROM case_file_past WHERE tenant = OLD.tenant), 0) + 1,
        OLD.case_leaf, OLD.id, OLD.status, OLD.duties, OLD.filing,
        OLD.conflicts + OLD.breaches + OLD.missing_evidence, OLD.opened_ms, OLD.updated_ms,
        COALESCE((SELECT locked_ms FROM tenant WHERE id = OLD.tenant), NEW.updated_ms),
        OCTET_LENGTH(OLD.search_text),
        CASE WHEN OLD.search_text <> NEW.search_text THEN OLD.search_text END;
    RETURN NULL;
END $$;
CREATE TRIGGER case_file_replaced AFTER UPDATE ON case_file FOR EACH ROW
WHEN (OLD.updated_ms <> NEW.updated_ms OR OLD.status <> NEW.status OR OLD.duties <> NEW.duties
    OR OLD.filing <> NEW.filing OR OLD.search_text <> NEW.search_text
    OR OLD.conflicts + OLD.breaches + OLD.missing_evidence <> NEW.conflicts + NEW.breaches + NEW.missing_evidence)
EXECUTE FUNCTION case_file_replaced();

-- Which step of all leads answered and closed this one: a list of leads of one status is read as it was, too.
ALTER TABLE supervision_lead ADD COLUMN answered_step BIGINT;
ALTER TABLE supervision_lead ADD COLUMN closed_step BIGINT;
UPDATE supervision_lead SET answered_step = 0 WHERE answered_ms IS NOT NULL;
UPDATE supervision_lead SET closed_step = 0 WHERE closed_ms IS NOT NULL;
CREATE INDEX supervision_lead_by_answer ON supervision_lead (tenant, answered_step);
CREATE INDEX supervision_lead_by_closing ON supervision_lead (tenant, closed_step);
