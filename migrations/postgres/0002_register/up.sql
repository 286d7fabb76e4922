-- Why: the register is entered from rosters: who a person is beyond a name, and what was done to the register by whom and why.

-- Apart from `officer`, so that no list of people reads it. Citizen numbers tell persons of one name apart and are shown to
-- nobody.
CREATE TABLE officer_identity (
    tenant         BYTEA NOT NULL,
    officer        BYTEA NOT NULL,
    citizen_number TEXT NOT NULL,
    PRIMARY KEY (tenant, officer),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
);
CREATE UNIQUE INDEX officer_identity_by_number ON officer_identity (tenant, citizen_number);

CREATE TABLE register_event (
    tenant  BYTEA  NOT NULL,
    id      BYTEA  NOT NULL,
    at_ms   BIGINT NOT NULL,
    -- Who did it; empty where it was done at the machine itself.
    actor   BYTEA,
    kind    TEXT NOT NULL,
    -- The person it concerns; empty for an import as a whole.
    officer BYTEA,
    -- What it was and what it is; for an import, the digest of the file and the counts.
    detail  TEXT NOT NULL,
    reason  TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX register_event_by_time ON register_event (tenant, at_ms, id);
CREATE TRIGGER register_event_is_permanent BEFORE UPDATE OR DELETE ON register_event FOR EACH ROW EXECUTE FUNCTION is_permanent();
CREATE TRIGGER register_event_is_not_emptied BEFORE TRUNCATE ON register_event FOR EACH STATEMENT EXECUTE FUNCTION is_permanent();

-- The register's version grows once for each statement, by the number of its rows: a roster of a hundred thousand rows updated
-- the tenant's row once for each, and each of those updates walked over all versions before it.
CREATE FUNCTION register_grew() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE tenant SET register_version = register_version + grown.rows
    FROM (SELECT tenant AS id, count(*) AS rows FROM changed GROUP BY tenant) AS grown
    WHERE tenant.id = grown.id;
    RETURN NULL;
END
$$;

DROP TRIGGER officer_in_register ON officer;
CREATE TRIGGER officer_added_in_register AFTER INSERT ON officer REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION register_grew();
CREATE TRIGGER officer_changed_in_register AFTER UPDATE ON officer REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION register_grew();
CREATE TRIGGER officer_deleted_in_register AFTER DELETE ON officer REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION register_grew();
DROP TRIGGER certificate_in_register ON certificate;
CREATE TRIGGER certificate_added_in_register AFTER INSERT ON certificate REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION register_grew();
CREATE TRIGGER certificate_changed_in_register AFTER UPDATE ON certificate REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION register_grew();
CREATE TRIGGER certificate_deleted_in_register AFTER DELETE ON certificate REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION register_grew();
DROP TRIGGER certificate_interval_in_register ON certificate_interval;
CREATE TRIGGER certificate_interval_added_in_register AFTER INSERT ON certificate_interval REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION register_grew();
CREATE TRIGGER certificate_interval_changed_in_register AFTER UPDATE ON certificate_interval REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION register_grew();
CREATE TRIGGER certificate_interval_deleted_in_register AFTER DELETE ON certificate_interval REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION register_grew();
