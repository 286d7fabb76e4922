-- A number stands on one document, and an act is fined once, also over several cases: what the documents of each held case
-- bear, as hashes (`sync_core::facts::index`).
CREATE TABLE document_index (
    case_id  BLOB NOT NULL,
    what     TEXT NOT NULL,
    key      BLOB NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (case_id, what, key, document)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_index_by_key ON document_index (what, key);
