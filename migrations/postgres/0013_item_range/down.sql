DROP TRIGGER item_in_register ON item;
ALTER TABLE item DROP COLUMN spot_basis;
ALTER TABLE item DROP COLUMN spot_organisation_fen;
ALTER TABLE item DROP COLUMN spot_citizen_fen;
ALTER TABLE item DROP COLUMN confirmed;
