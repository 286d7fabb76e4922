DROP TRIGGER item_delete_in_register;
DROP TRIGGER item_update_in_register;
DROP TRIGGER item_insert_in_register;
ALTER TABLE item DROP COLUMN spot_basis;
ALTER TABLE item DROP COLUMN spot_organisation_fen;
ALTER TABLE item DROP COLUMN spot_citizen_fen;
ALTER TABLE item DROP COLUMN confirmed;
