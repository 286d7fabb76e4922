-- Why: a law that names only a maximum has bands of its own (渝府令第355号 第十六条第三项), so a minimum of zero is none.
-- An item may cite another law's limit for fines made on the spot (行政处罚法 第五十一条), and is confirmed by legal
-- reviewers or not. Rules look at items now, so the register's version counts their changes.

UPDATE item SET min_fen = NULL WHERE min_fen = 0;
ALTER TABLE item ADD COLUMN confirmed BOOLEAN NOT NULL DEFAULT FALSE
    CHECK ((min_fen IS NULL OR (min_fen > 0 AND max_fen IS NOT NULL AND max_fen >= min_fen))
        AND (max_fen IS NULL OR max_fen > 0));
ALTER TABLE item ADD COLUMN spot_citizen_fen BIGINT;
ALTER TABLE item ADD COLUMN spot_organisation_fen BIGINT;
ALTER TABLE item ADD COLUMN spot_basis TEXT
    CHECK ((spot_basis IS NULL) = (spot_citizen_fen IS NULL) AND (spot_basis IS NULL) = (spot_organisation_fen IS NULL)
        AND (spot_basis IS NULL OR trim(spot_basis) <> ''));
CREATE TRIGGER item_in_register AFTER INSERT OR UPDATE OR DELETE ON item FOR EACH ROW EXECUTE FUNCTION register_changed();
