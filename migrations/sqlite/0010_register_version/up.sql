-- Why: each commit of changes asks what the register says of their authors; that is five statements, and what they say
-- seldom changes. The commit holds the tenant's row anyway: the version in it says whether something changed. Triggers
-- count it, so that nobody can forget to, not even somebody with a console of the database.

ALTER TABLE tenant ADD COLUMN register_version INTEGER NOT NULL DEFAULT 1;
CREATE TRIGGER agency_insert_in_register AFTER INSERT ON agency BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = NEW.tenant;
END;
CREATE TRIGGER agency_update_in_register AFTER UPDATE ON agency BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = NEW.tenant;
END;
CREATE TRIGGER agency_delete_in_register AFTER DELETE ON agency BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = OLD.tenant;
END;
CREATE TRIGGER officer_insert_in_register AFTER INSERT ON officer BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = NEW.tenant;
END;
CREATE TRIGGER officer_update_in_register AFTER UPDATE ON officer BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = NEW.tenant;
END;
CREATE TRIGGER officer_delete_in_register AFTER DELETE ON officer BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = OLD.tenant;
END;
CREATE TRIGGER certificate_insert_in_register AFTER INSERT ON certificate BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = NEW.tenant;
END;
CREATE TRIGGER certificate_update_in_register AFTER UPDATE ON certificate BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = NEW.tenant;
END;
CREATE TRIGGER certificate_delete_in_register AFTER DELETE ON certificate BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = OLD.tenant;
END;
CREATE TRIGGER certificate_interval_insert_in_register AFTER INSERT ON certificate_interval BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = NEW.tenant;
END;
CREATE TRIGGER certificate_interval_update_in_register AFTER UPDATE ON certificate_interval BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = NEW.tenant;
END;
CREATE TRIGGER certificate_interval_delete_in_register AFTER DELETE ON certificate_interval BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = OLD.tenant;
END;
CREATE TRIGGER device_insert_in_register AFTER INSERT ON device BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = NEW.tenant;
END;
CREATE TRIGGER device_update_in_register AFTER UPDATE ON device BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = NEW.tenant;
END;
CREATE TRIGGER device_delete_in_register AFTER DELETE ON device BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = OLD.tenant;
END;
