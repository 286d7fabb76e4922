DROP INDEX supervision_lead_by_closing;
DROP INDEX supervision_lead_by_answer;
ALTER TABLE supervision_lead DROP COLUMN closed_step;
ALTER TABLE supervision_lead DROP COLUMN answered_step;
DROP TRIGGER case_file_replaced ON case_file;
DROP FUNCTION case_file_replaced;
DROP TABLE case_file_past;
