-- Why: an organ entrusts an organisation in writing (行政处罚法 20), and townships and streets are given powers by a published
-- decision (行政处罚法 24): who may enforce what, in whose name, on which day.

CREATE TABLE mandate (
    tenant    BYTEA NOT NULL,
    id        BYTEA NOT NULL,
    kind      TEXT  NOT NULL,
    -- Who enforces by it.
    agency    BYTEA NOT NULL,
    -- The organ that entrusts; empty for a decision for townships.
    organ     BYTEA,
    -- What may be done (权限), in words.
    powers    TEXT  NOT NULL,
    -- The deed or the decision.
    document  TEXT  NOT NULL,
    -- Where it is published.
    published TEXT  NOT NULL,
    -- Days of Asia/Shanghai; the last one is in force. Empty where it has no end.
    first_day TEXT  NOT NULL,
    last_day  TEXT,
    -- The last day in force, where it was ended before its term.
    ended_day TEXT,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, agency) REFERENCES agency (tenant, id),
    FOREIGN KEY (tenant, organ) REFERENCES agency (tenant, id)
);
CREATE INDEX mandate_by_agency ON mandate (tenant, agency);
CREATE INDEX mandate_by_organ ON mandate (tenant, organ);

CREATE TABLE mandate_item (
    tenant  BYTEA NOT NULL,
    mandate BYTEA NOT NULL,
    -- Code of the item. Items are replaced with the catalogue; a mandate keeps what it names.
    item    TEXT  NOT NULL,
    PRIMARY KEY (tenant, mandate, item),
    FOREIGN KEY (tenant, mandate) REFERENCES mandate (tenant, id)
);
CREATE TRIGGER mandate_item_is_permanent BEFORE UPDATE OR DELETE ON mandate_item FOR EACH ROW EXECUTE FUNCTION is_permanent();
CREATE TRIGGER mandate_item_is_not_emptied BEFORE TRUNCATE ON mandate_item FOR EACH STATEMENT EXECUTE FUNCTION is_permanent();
