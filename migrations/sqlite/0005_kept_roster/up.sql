-- Why: a roster that a clerk checked in the console waits here until it is confirmed, so that what is imported is byte for byte what was shown.

CREATE TABLE kept_roster (
    tenant  BLOB    NOT NULL,
    -- Whose it is: one file for each person.
    officer BLOB    NOT NULL,
    -- The name of the file, for showing it.
    name    TEXT    NOT NULL,
    file    BLOB    NOT NULL,
    kept_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant, officer),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
) STRICT;

-- A citizen number that is entered or corrected changes what a roster is compared with.
CREATE TRIGGER identity_added_in_register AFTER INSERT ON officer_identity BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = NEW.tenant;
END;
CREATE TRIGGER identity_changed_in_register AFTER UPDATE ON officer_identity BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = NEW.tenant;
END;
CREATE TRIGGER identity_deleted_in_register AFTER DELETE ON officer_identity BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = OLD.tenant;
END;
