-- Why: a number stands on one document, and an act is fined once, also over several cases. What the documents of each
-- case bear is kept by key, so that doubles are found where they arise and people are told once.
CREATE TABLE document_index (
    tenant    BYTEA   NOT NULL,
    -- The case, by its number in the order of the log.
    case_leaf BIGINT  NOT NULL,
    -- number, fine, fine_by_name, fine_without_code.
    what      TEXT NOT NULL,
    -- Hash of what is the same where it is the same; it names nobody.
    key       BYTEA   NOT NULL,
    -- The document, or the step that voided the number: `<change>.<index>`.
    document  TEXT NOT NULL,
    -- Whether it stands elsewhere too, and people were told.
    doubled   BOOLEAN NOT NULL,
    PRIMARY KEY (tenant, case_leaf, what, key, document)
);
CREATE INDEX document_index_by_key ON document_index (tenant, key, what);

-- What is printed before the serial of a granted number; empty of what was granted before.
ALTER TABLE number_block ADD COLUMN prefix TEXT NOT NULL DEFAULT '';

-- Cases that are there are indexed by way of the outbox.
INSERT INTO outbox (tenant, id, kind, subject, created_ms, due_ms, failures)
SELECT tenant, uuid_send(gen_random_uuid()), 'documents_of_case', case_leaf, CAST(EXTRACT(EPOCH FROM now()) * 1000 AS BIGINT), 0, 0 FROM case_file;
