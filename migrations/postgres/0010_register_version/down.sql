DROP TRIGGER agency_in_register ON agency;
DROP TRIGGER officer_in_register ON officer;
DROP TRIGGER certificate_in_register ON certificate;
DROP TRIGGER certificate_interval_in_register ON certificate_interval;
DROP TRIGGER device_in_register ON device;
DROP FUNCTION register_changed;
ALTER TABLE tenant DROP COLUMN register_version;
