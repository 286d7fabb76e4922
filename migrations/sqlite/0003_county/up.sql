-- Why: an installation asks for its county at the first run; earlier programs entered one county at every start.

-- Where nobody was entered since, what the program had entered by itself goes, and the first run asks. A region of no characters
-- is a county that has not been chosen.
DELETE FROM item WHERE tenant IN (
    SELECT id FROM tenant WHERE log_size = 0 AND NOT EXISTS (SELECT 1 FROM officer WHERE officer.tenant = tenant.id)
);
DELETE FROM region WHERE tenant IN (
    SELECT id FROM tenant WHERE log_size = 0 AND NOT EXISTS (SELECT 1 FROM officer WHERE officer.tenant = tenant.id)
);
DELETE FROM agency WHERE tenant IN (
    SELECT id FROM tenant WHERE log_size = 0 AND NOT EXISTS (SELECT 1 FROM officer WHERE officer.tenant = tenant.id)
);
UPDATE tenant SET region = '', name = ''
WHERE log_size = 0 AND NOT EXISTS (SELECT 1 FROM officer WHERE officer.tenant = tenant.id);
