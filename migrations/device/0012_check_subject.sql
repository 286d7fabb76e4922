-- A check result names the document and the party that it speaks of, and the recorded reason for what happened against
-- the rule. Ids are `<change>.<index>`.
ALTER TABLE check_result ADD COLUMN document TEXT;
ALTER TABLE check_result ADD COLUMN party TEXT;
ALTER TABLE check_result ADD COLUMN reason TEXT;
