-- Why: each commit of changes asks what the register says of their authors; that is five statements, and what they say
-- seldom changes. The commit holds the tenant's row anyway: the version in it says whether something changed. Triggers
-- count it, so that nobody can forget to, not even somebody with a console of the database.

ALTER TABLE tenant ADD COLUMN register_version BIGINT NOT NULL DEFAULT 1;
CREATE FUNCTION register_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        UPDATE tenant SET register_version = register_version + 1 WHERE id = OLD.tenant;
    ELSE
        UPDATE tenant SET register_version = register_version + 1 WHERE id = NEW.tenant;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER agency_in_register AFTER INSERT OR UPDATE OR DELETE ON agency FOR EACH ROW EXECUTE FUNCTION register_changed();
CREATE TRIGGER officer_in_register AFTER INSERT OR UPDATE OR DELETE ON officer FOR EACH ROW EXECUTE FUNCTION register_changed();
CREATE TRIGGER certificate_in_register AFTER INSERT OR UPDATE OR DELETE ON certificate FOR EACH ROW EXECUTE FUNCTION register_changed();
CREATE TRIGGER certificate_interval_in_register AFTER INSERT OR UPDATE OR DELETE ON certificate_interval FOR EACH ROW EXECUTE FUNCTION register_changed();
CREATE TRIGGER device_in_register AFTER INSERT OR UPDATE OR DELETE ON device FOR EACH ROW EXECUTE FUNCTION register_changed();
