DELETE FROM outbox WHERE kind = 'documents_of_case';
ALTER TABLE number_block DROP COLUMN prefix;
DROP TABLE document_index;
