DROP INDEX case_file_by_filing;
DROP INDEX case_file_by_duties;
ALTER TABLE case_file DROP COLUMN filing;
ALTER TABLE case_file DROP COLUMN duties;
