-- Why: a form that was sent after its session had ended, or that was refused, must not lose what was typed. It is kept
-- for its author until the author sends it, for a day at most.

CREATE TABLE unsent_form (
    tenant  BLOB    NOT NULL,
    -- Who typed it. It is shown to nobody else.
    officer BLOB    NOT NULL,
    -- Path of the page that has the form.
    page    TEXT    NOT NULL,
    -- JSON object of texts. No password, code or token is in it.
    fields  TEXT    NOT NULL,
    kept_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant, officer, page)
) STRICT;
CREATE INDEX unsent_form_by_age ON unsent_form (tenant, kept_ms);
