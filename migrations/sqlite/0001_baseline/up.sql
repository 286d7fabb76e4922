-- Why: the server's schema. Every key begins with `tenant`: it is the shard key. Ids are 16 bytes, instants milliseconds UTC, money fen,
-- legal dates `YYYY-MM-DD`. STRICT, so that a wrong type is refused here as it is on the other database.

-- ========
-- Who may act, with what qualification, on which device; and the reference data that phones and server judge by.

CREATE TABLE tenant (
    id                BLOB    NOT NULL PRIMARY KEY,
    region            TEXT    NOT NULL,
    name              TEXT    NOT NULL,
    -- Written first by every transaction that serialises on the tenant.
    locked_ms         INTEGER NOT NULL,
    log_epoch         BLOB    NOT NULL,
    log_size          INTEGER NOT NULL,
    log_frontier      BLOB    NOT NULL,
    log_root          BLOB    NOT NULL,
    server_epoch      BLOB    NOT NULL,
    server_seq        INTEGER NOT NULL,
    server_prev       BLOB,
    -- Grows with every change of what `/v1/sync/reference` says.
    reference_version INTEGER NOT NULL,
    -- Grows with every change of the register, by triggers: a commit asks five statements less where it is as it was.
    register_version  INTEGER NOT NULL DEFAULT 1
) STRICT;

-- Every key this installation has signed with; the last one registered is in use. Old ones still verify.
CREATE TABLE server_key (
    tenant     BLOB    NOT NULL REFERENCES tenant (id),
    device     BLOB    NOT NULL,
    public_key BLOB    NOT NULL,
    since_ms   INTEGER NOT NULL,
    PRIMARY KEY (tenant, device)
) STRICT;

CREATE TABLE agency (
    tenant          BLOB    NOT NULL REFERENCES tenant (id),
    id              BLOB    NOT NULL,
    parent          BLOB,
    -- Ids from the root to here, hex, each followed by `/`: a subtree is a prefix.
    path            TEXT    NOT NULL,
    name            TEXT    NOT NULL,
    short_name      TEXT    NOT NULL,
    kind            TEXT    NOT NULL,
    sector          TEXT    NOT NULL,
    -- The organ in whose name an entrusted or dispatched body acts.
    acts_for        BLOB,
    -- Where a party asks for administrative reconsideration.
    reconsideration BLOB,
    active          INTEGER NOT NULL,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, parent) REFERENCES agency (tenant, id)
) STRICT;
CREATE INDEX agency_by_path ON agency (tenant, path);

CREATE TABLE officer (
    tenant     BLOB    NOT NULL,
    id         BLOB    NOT NULL,
    agency     BLOB    NOT NULL,
    name       TEXT    NOT NULL,
    -- An auxiliary person: helps, never enforces.
    helper     INTEGER NOT NULL,
    active     INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, agency) REFERENCES agency (tenant, id)
) STRICT;
CREATE INDEX officer_by_agency ON officer (tenant, agency, id);

CREATE TABLE certificate (
    tenant      BLOB NOT NULL,
    number      TEXT NOT NULL,
    officer     BLOB NOT NULL,
    category    TEXT NOT NULL,
    region      TEXT NOT NULL,
    issued_on   TEXT NOT NULL,
    valid_until TEXT NOT NULL,
    PRIMARY KEY (tenant, number),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
) STRICT;
CREATE INDEX certificate_by_officer ON certificate (tenant, officer);

-- Legality is judged at the time of the act: the status is a history, not a column.
CREATE TABLE certificate_interval (
    tenant      BLOB    NOT NULL,
    certificate TEXT    NOT NULL,
    ordinal     INTEGER NOT NULL,
    status      TEXT    NOT NULL,
    from_ms     INTEGER NOT NULL,
    until_ms    INTEGER,
    reason      TEXT    NOT NULL,
    basis       TEXT    NOT NULL,
    PRIMARY KEY (tenant, certificate, ordinal),
    FOREIGN KEY (tenant, certificate) REFERENCES certificate (tenant, number)
) STRICT;

CREATE TABLE account (
    tenant          BLOB    NOT NULL,
    login           TEXT    NOT NULL,
    officer         BLOB    NOT NULL,
    -- Argon2id, PHC string.
    password        TEXT    NOT NULL,
    -- A token of an older version is worth nothing.
    session_version INTEGER NOT NULL,
    PRIMARY KEY (tenant, login),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
) STRICT;
CREATE UNIQUE INDEX account_by_officer ON account (tenant, officer);

CREATE TABLE role (
    tenant  BLOB NOT NULL,
    officer BLOB NOT NULL,
    name    TEXT NOT NULL,
    PRIMARY KEY (tenant, officer, name),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
) STRICT;

CREATE TABLE enrolment_code (
    tenant     BLOB    NOT NULL,
    code_hash  BLOB    NOT NULL,
    officer    BLOB    NOT NULL,
    -- Empty when it came from the command line of the machine itself.
    issued_by  BLOB,
    expires_ms INTEGER NOT NULL,
    used_ms    INTEGER,
    -- SHA-256 of the form to be typed.
    typed_hash BLOB,
    -- Wrong codes that the officer tried while this one stood.
    tries      INTEGER NOT NULL DEFAULT 0,
    -- The phone that it enrolled.
    device     BLOB,
    PRIMARY KEY (tenant, code_hash),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
) STRICT;
CREATE INDEX enrolment_code_by_officer ON enrolment_code (tenant, officer, expires_ms);

CREATE TABLE device (
    tenant         BLOB    NOT NULL,
    id             BLOB    NOT NULL,
    officer        BLOB    NOT NULL,
    public_key     BLOB    NOT NULL,
    label          TEXT    NOT NULL,
    enrolled_ms    INTEGER NOT NULL,
    revoked_ms     INTEGER,
    revoked_reason TEXT,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
) STRICT;
CREATE UNIQUE INDEX device_by_key ON device (tenant, public_key);
CREATE INDEX device_by_officer ON device (tenant, officer, id);

CREATE TABLE device_challenge (
    tenant     BLOB    NOT NULL,
    hash       BLOB    NOT NULL,
    device     BLOB    NOT NULL,
    expires_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant, hash),
    FOREIGN KEY (tenant, device) REFERENCES device (tenant, id)
) STRICT;
CREATE INDEX device_challenge_by_expiry ON device_challenge (tenant, expires_ms);

CREATE TABLE lease (
    tenant       BLOB    NOT NULL,
    hash         BLOB    NOT NULL,
    device       BLOB    NOT NULL,
    officer      BLOB    NOT NULL,
    issued_ms    INTEGER NOT NULL,
    not_after_ms INTEGER NOT NULL,
    bytes        BLOB    NOT NULL,
    PRIMARY KEY (tenant, hash),
    FOREIGN KEY (tenant, device) REFERENCES device (tenant, id)
) STRICT;
CREATE INDEX lease_by_device ON lease (tenant, device, issued_ms);

-- The next free number of a form, agency and year.
CREATE TABLE number_series (
    tenant      BLOB    NOT NULL,
    form        TEXT    NOT NULL,
    agency      BLOB    NOT NULL,
    year        INTEGER NOT NULL,
    next_number INTEGER NOT NULL,
    PRIMARY KEY (tenant, form, agency, year),
    FOREIGN KEY (tenant, agency) REFERENCES agency (tenant, id)
) STRICT;

CREATE TABLE number_block (
    tenant       BLOB    NOT NULL,
    form         TEXT    NOT NULL,
    agency       BLOB    NOT NULL,
    year         INTEGER NOT NULL,
    first_number INTEGER NOT NULL,
    last_number  INTEGER NOT NULL,
    device       BLOB    NOT NULL,
    epoch        BLOB    NOT NULL,
    -- The lease it first travelled with.
    lease        BLOB    NOT NULL,
    -- Of a further block: how many numbers of the year the phone said to have left when it was granted.
    numbers_left INTEGER,
    -- What is printed before the serial of a granted number.
    prefix       TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (tenant, form, agency, year, first_number),
    FOREIGN KEY (tenant, device) REFERENCES device (tenant, id)
) STRICT;
CREATE INDEX number_block_by_device ON number_block (tenant, device, epoch, form, year);

-- Numbered paper, sealed beforehand and handed to an officer.
CREATE TABLE paper_block (
    tenant        BLOB    NOT NULL,
    form          TEXT    NOT NULL,
    prefix        TEXT    NOT NULL,
    first_number  INTEGER NOT NULL,
    last_number   INTEGER NOT NULL,
    officer       BLOB    NOT NULL,
    registered_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant, form, prefix, first_number),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
) STRICT;
CREATE INDEX paper_block_by_officer ON paper_block (tenant, officer);

CREATE TABLE region (
    tenant BLOB NOT NULL REFERENCES tenant (id),
    code   TEXT NOT NULL,
    name   TEXT NOT NULL,
    parent TEXT,
    level  TEXT NOT NULL,
    PRIMARY KEY (tenant, code)
) STRICT;

CREATE TABLE item (
    tenant                BLOB    NOT NULL REFERENCES tenant (id),
    code                  TEXT    NOT NULL,
    name                  TEXT    NOT NULL,
    sector                TEXT    NOT NULL,
    kind                  TEXT    NOT NULL,
    basis                 TEXT    NOT NULL,
    article               TEXT    NOT NULL,
    -- Discretion range; empty where the item imposes no fine.
    min_fen               INTEGER,
    max_fen               INTEGER,
    wording               TEXT    NOT NULL,
    -- Whether legal reviewers confirmed it. A law that names only a maximum has no minimum (渝府令第355号 第十六条第三项).
    confirmed             INTEGER NOT NULL DEFAULT 0
        CHECK (confirmed IN (0, 1) AND (min_fen IS NULL OR (min_fen > 0 AND max_fen IS NOT NULL AND max_fen >= min_fen))
            AND (max_fen IS NULL OR max_fen > 0)),
    -- Another law's limits for fines made on the spot, and its article (行政处罚法 第五十一条 has the general ones).
    spot_citizen_fen      INTEGER,
    spot_organisation_fen INTEGER,
    spot_basis            TEXT
        CHECK ((spot_basis IS NULL) = (spot_citizen_fen IS NULL) AND (spot_basis IS NULL) = (spot_organisation_fen IS NULL)
            AND (spot_basis IS NULL OR trim(spot_basis) <> '')),
    PRIMARY KEY (tenant, code)
) STRICT;

CREATE TABLE holiday (
    tenant BLOB    NOT NULL REFERENCES tenant (id),
    year   INTEGER NOT NULL,
    json   TEXT    NOT NULL,
    PRIMARY KEY (tenant, year)
) STRICT;

-- Mirrored from the municipal platform, never authored here: its own task id is the key.
CREATE TABLE inspection_task (
    tenant      BLOB    NOT NULL,
    id          TEXT    NOT NULL,
    agency      BLOB    NOT NULL,
    item        TEXT    NOT NULL,
    party_name  TEXT    NOT NULL,
    party_uscc  TEXT    NOT NULL,
    address     TEXT    NOT NULL,
    code        TEXT    NOT NULL,
    notice      TEXT    NOT NULL,
    approved_by TEXT    NOT NULL,
    approved_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, agency) REFERENCES agency (tenant, id),
    FOREIGN KEY (tenant, item) REFERENCES item (tenant, code)
) STRICT;

CREATE TABLE task_officer (
    tenant  BLOB NOT NULL,
    task    TEXT NOT NULL,
    officer BLOB NOT NULL,
    PRIMARY KEY (tenant, task, officer),
    FOREIGN KEY (tenant, task) REFERENCES inspection_task (tenant, id),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
) STRICT;
CREATE INDEX task_officer_by_officer ON task_officer (tenant, officer, task);

-- ========
-- The record. Changes and leaves are written once; values lie apart, because a lawful order may remove a value while its
-- commitment, its leaf and its signature stay. What is stored of a change is keyed by its leaf, and a case by the leaf of the change that
-- opened it (`case_leaf`): keys that are hashes lie all over their trees (ADR 7). Only `change_by_id` finds a leaf by a hash.

CREATE TABLE change (
    tenant      BLOB    NOT NULL,
    -- Index of its leaf.
    leaf        INTEGER NOT NULL,
    id          BLOB    NOT NULL,
    case_leaf   INTEGER NOT NULL,
    case_id     BLOB    NOT NULL,
    device      BLOB    NOT NULL,
    epoch       BLOB    NOT NULL,
    seq         INTEGER NOT NULL,
    officer     BLOB    NOT NULL,
    -- Hash of the lease it names.
    lease       BLOB,
    -- How many changes of the case were stored up to and with it.
    counter     INTEGER NOT NULL,
    -- accepted, quarantined, without_effect, with the stable code of the reason.
    class       TEXT    NOT NULL,
    code        TEXT    NOT NULL,
    -- Stable codes, separated by spaces.
    flags       TEXT    NOT NULL,
    -- When it was made, as far as can be shown, and how good the proof is.
    lower_ms    INTEGER NOT NULL,
    upper_ms    INTEGER NOT NULL,
    grade       TEXT    NOT NULL,
    received_ms INTEGER NOT NULL,
    sign1       BLOB    NOT NULL,
    op_bytes    BLOB    NOT NULL,
    -- How much its case is, up to and with this change: items that are decoded, bytes.
    case_items  INTEGER NOT NULL DEFAULT 0,
    case_bytes  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, leaf)
) STRICT;
CREATE UNIQUE INDEX change_by_id ON change (tenant, id);
CREATE INDEX change_by_case ON change (tenant, case_leaf, leaf);
-- Not unique: a fork is kept.
CREATE INDEX change_by_chain ON change (tenant, device, epoch, seq);

CREATE TABLE change_value (
    tenant BLOB    NOT NULL,
    leaf   INTEGER NOT NULL,
    bytes  BLOB    NOT NULL,
    PRIMARY KEY (tenant, leaf)
) STRICT;

CREATE TABLE leaf (
    tenant    BLOB    NOT NULL,
    log_epoch BLOB    NOT NULL,
    place     INTEGER NOT NULL,
    bytes     BLOB    NOT NULL,
    PRIMARY KEY (tenant, log_epoch, place)
) STRICT;

-- The sizes at which a commit left the log: cursors come from here and are checked against it.
CREATE TABLE log_head (
    tenant    BLOB    NOT NULL,
    log_epoch BLOB    NOT NULL,
    size      INTEGER NOT NULL,
    root      BLOB    NOT NULL,
    at_ms     INTEGER NOT NULL,
    PRIMARY KEY (tenant, log_epoch, size)
) STRICT;

-- A phone is given one receipt for a leaf: the first leaf that a receipt is for names it.
CREATE TABLE receipt (
    tenant     BLOB    NOT NULL,
    device     BLOB    NOT NULL,
    first_leaf INTEGER NOT NULL,
    issued_ms  INTEGER NOT NULL,
    bytes      BLOB    NOT NULL,
    PRIMARY KEY (tenant, device, first_leaf)
) STRICT;

CREATE TABLE receipt_entry (
    tenant     BLOB    NOT NULL,
    device     BLOB    NOT NULL,
    leaf       INTEGER NOT NULL,
    first_leaf INTEGER NOT NULL,
    PRIMARY KEY (tenant, device, leaf)
) STRICT, WITHOUT ROWID;

-- Waits for something of the same case. Bounded; no leaf, no receipt; the phone keeps offering it.
CREATE TABLE parked (
    tenant      BLOB    NOT NULL,
    id          BLOB    NOT NULL,
    case_id     BLOB    NOT NULL,
    device      BLOB    NOT NULL,
    officer     BLOB    NOT NULL,
    bytes       BLOB    NOT NULL,
    received_ms INTEGER NOT NULL,
    -- Items that are decoded of a change that waits. One that waited too long has no bytes any more and says since when.
    items       INTEGER NOT NULL DEFAULT 0,
    expired_ms  INTEGER,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX parked_by_case ON parked (tenant, case_id);
CREATE INDEX parked_by_device ON parked (tenant, device);
CREATE INDEX parked_by_time ON parked (tenant, received_ms);

CREATE TABLE alarm (
    tenant  BLOB    NOT NULL,
    id      BLOB    NOT NULL,
    at_ms   INTEGER NOT NULL,
    kind    TEXT    NOT NULL,
    device  BLOB,
    case_id BLOB,
    change  BLOB,
    detail  TEXT    NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX alarm_by_time ON alarm (tenant, at_ms);

CREATE TABLE outbox (
    tenant     BLOB    NOT NULL,
    -- Begins with the time, so that rows come in order.
    id         BLOB    NOT NULL,
    kind       TEXT    NOT NULL,
    -- What it is about: the `case_leaf` of a case.
    subject    INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    due_ms     INTEGER NOT NULL,
    failures   INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX outbox_by_due ON outbox (tenant, due_ms, id);
CREATE INDEX outbox_by_kind ON outbox (tenant, kind, subject);

CREATE TABLE case_file (
    tenant           BLOB    NOT NULL,
    case_leaf        INTEGER NOT NULL,
    id               BLOB    NOT NULL,
    agency           BLOB    NOT NULL,
    agency_path      TEXT    NOT NULL,
    item             TEXT    NOT NULL,
    kind             TEXT    NOT NULL,
    -- open, returned, closed.
    status           TEXT    NOT NULL,
    title            TEXT    NOT NULL,
    number           TEXT    NOT NULL,
    opened_ms        INTEGER NOT NULL,
    updated_ms       INTEGER NOT NULL,
    counter          INTEGER NOT NULL,
    last_leaf        INTEGER NOT NULL,
    basis            BLOB    NOT NULL,
    heads            BLOB    NOT NULL,
    conflicts        INTEGER NOT NULL,
    breaches         INTEGER NOT NULL,
    missing_evidence INTEGER NOT NULL,
    -- What the case says, without what is masked.
    search_text      TEXT    NOT NULL,
    fold             INTEGER NOT NULL,
    duties           INTEGER NOT NULL DEFAULT 0,
    -- due, filed, received; empty where nothing is to be filed.
    filing           TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (tenant, case_leaf)
) STRICT;
CREATE INDEX case_file_by_agency ON case_file (tenant, agency_path, updated_ms);
CREATE INDEX case_file_by_time ON case_file (tenant, updated_ms, id);
CREATE INDEX case_file_by_duties ON case_file (tenant, updated_ms, id) WHERE duties > 0;
CREATE INDEX case_file_by_filing ON case_file (tenant, filing, updated_ms, id) WHERE filing <> '';

CREATE TABLE case_officer (
    tenant    BLOB    NOT NULL,
    officer   BLOB    NOT NULL,
    case_leaf INTEGER NOT NULL,
    case_id   BLOB    NOT NULL,
    PRIMARY KEY (tenant, officer, case_leaf)
) STRICT, WITHOUT ROWID;
-- With the officer: SQLite takes an index that holds all it needs, and would go through those of all cases.
CREATE INDEX case_officer_by_case ON case_officer (tenant, case_leaf, officer);

CREATE TABLE case_evidence (
    tenant      BLOB    NOT NULL,
    case_leaf   INTEGER NOT NULL,
    digest      BLOB    NOT NULL,
    written_off INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, case_leaf, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX case_evidence_by_digest ON case_evidence (tenant, digest);

-- Stored bytes, by SHA-256.
CREATE TABLE evidence_file (
    tenant     BLOB    NOT NULL,
    digest     BLOB    NOT NULL,
    size       INTEGER NOT NULL,
    media_type TEXT    NOT NULL,
    stored_ms  INTEGER NOT NULL,
    -- SHA-256 of each MiB, one after another; NULL until the file is read for the first time.
    blocks     BLOB,
    -- 'altered' or 'removed', and since when that is known; NULL for a file that is whole as far as is known.
    damage     TEXT,
    damaged_ms INTEGER,
    -- Since when the bytes of a file are gone that nobody claimed; that it had come stays.
    dropped_ms INTEGER,
    PRIMARY KEY (tenant, digest)
) STRICT;

-- Uploads. How much of one under way has arrived is the length of the file itself: one truth, also after a crash.
CREATE TABLE upload (
    tenant       BLOB    NOT NULL,
    id           BLOB    NOT NULL,
    digest       BLOB    NOT NULL,
    size         INTEGER NOT NULL,
    media_type   TEXT    NOT NULL,
    officer      BLOB    NOT NULL,
    created_ms   INTEGER NOT NULL,
    touched_ms   INTEGER NOT NULL,
    -- When all bytes had come from this officer and were checked: what others sent counts for others.
    completed_ms INTEGER,
    metadata     TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX upload_by_officer ON upload (tenant, officer, digest);
CREATE INDEX upload_by_touch ON upload (tenant, touched_ms);

-- ========
-- Who looked at what and why, what supervisors raised and what was answered, and the records of closed cases.

CREATE TABLE case_record (
    tenant    BLOB    NOT NULL,
    hash      BLOB    NOT NULL,
    case_id   BLOB    NOT NULL,
    number    TEXT    NOT NULL,
    issued_ms INTEGER NOT NULL,
    -- COSE_Sign1 by the tenant's key.
    bytes     BLOB    NOT NULL,
    PRIMARY KEY (tenant, hash)
) STRICT;
CREATE INDEX case_record_by_case ON case_record (tenant, case_id, issued_ms);

-- Supervision leads (监督事项). No case changes because of one.
CREATE TABLE supervision_lead (
    tenant        BLOB    NOT NULL,
    id            BLOB    NOT NULL,
    case_id       BLOB    NOT NULL,
    -- The agency concerned: that of the case when the lead was raised.
    agency        BLOB    NOT NULL,
    agency_path   TEXT    NOT NULL,
    kind          TEXT    NOT NULL,
    text          TEXT    NOT NULL,
    -- raised, answered, closed.
    status        TEXT    NOT NULL,
    -- Grows with every step: the ETag.
    version       INTEGER NOT NULL,
    raised_by     BLOB    NOT NULL,
    raised_ms     INTEGER NOT NULL,
    answer        TEXT,
    answered_by   BLOB,
    answered_ms   INTEGER,
    conclusion    TEXT,
    closed_by     BLOB,
    closed_ms     INTEGER,
    -- Which step of all leads answered and closed this one: a list of leads of one status is read as it was, too.
    answered_step INTEGER,
    closed_step   INTEGER,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX supervision_lead_by_time ON supervision_lead (tenant, raised_ms, id);
CREATE INDEX supervision_lead_by_case ON supervision_lead (tenant, case_id);
CREATE INDEX supervision_lead_by_answer ON supervision_lead (tenant, answered_step);
CREATE INDEX supervision_lead_by_closing ON supervision_lead (tenant, closed_step);

-- Every look at a case: written before anything is shown, never altered.
CREATE TABLE read_audit (
    tenant  BLOB    NOT NULL,
    id      BLOB    NOT NULL,
    at_ms   INTEGER NOT NULL,
    officer BLOB    NOT NULL,
    -- case, history, evidence, record, list.
    what    TEXT    NOT NULL,
    case_id BLOB,
    -- Which field, which digest.
    part    TEXT    NOT NULL,
    purpose TEXT    NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX read_audit_by_case ON read_audit (tenant, case_id, at_ms);
CREATE INDEX read_audit_by_officer ON read_audit (tenant, officer, at_ms);
CREATE INDEX read_audit_by_time ON read_audit (tenant, at_ms, id);

CREATE TABLE idempotency (
    tenant      BLOB    NOT NULL,
    officer     BLOB    NOT NULL,
    route       TEXT    NOT NULL,
    key         TEXT    NOT NULL,
    -- SHA-256 of what was asked: the same key for something else is refused.
    fingerprint BLOB    NOT NULL,
    -- Id of what was made.
    made        BLOB    NOT NULL,
    created_ms  INTEGER NOT NULL,
    PRIMARY KEY (tenant, officer, route, key)
) STRICT;
CREATE INDEX idempotency_by_age ON idempotency (tenant, created_ms);

-- ========
-- People work in the console with a browser, which keeps an opaque secret and no token.

CREATE TABLE console_session (
    tenant          BLOB    NOT NULL,
    -- SHA-256 of the secret in the cookie.
    hash            BLOB    NOT NULL,
    officer         BLOB    NOT NULL,
    -- That of the account when the session began: another version ends it.
    session_version INTEGER NOT NULL,
    created_ms      INTEGER NOT NULL,
    -- Last use, to the minute.
    seen_ms         INTEGER NOT NULL,
    PRIMARY KEY (tenant, hash)
) STRICT;
CREATE INDEX console_session_by_use ON console_session (tenant, seen_ms);

CREATE TABLE login_attempt (
    tenant     BLOB    NOT NULL REFERENCES tenant (id),
    subject    BLOB    NOT NULL,
    -- Attempts since the last success; an attempt under way counts.
    failures   INTEGER NOT NULL,
    last_ms    INTEGER NOT NULL,
    -- Of an account at an address: when it last signed in there.
    success_ms INTEGER,
    PRIMARY KEY (tenant, subject)
) STRICT;
CREATE INDEX login_attempt_by_age ON login_attempt (tenant, last_ms);

-- ========
-- The search index: single characters and pairs of them, the same on both databases, filled after the commit by way of the outbox.

-- Whose turn it is to work off the outbox, of all server processes.
CREATE TABLE outbox_turn (
    tenant   BLOB    NOT NULL PRIMARY KEY,
    holder   BLOB    NOT NULL,
    until_ms INTEGER NOT NULL,
    -- One more with each step that was committed.
    turn     INTEGER NOT NULL
) STRICT;

-- What a case said when it was indexed, as the search compares it, and its place in the index.
CREATE TABLE case_text (
    tenant    BLOB    NOT NULL,
    place     INTEGER NOT NULL,
    case_leaf INTEGER NOT NULL,
    text      TEXT    NOT NULL,
    -- Grams of what lists are filtered by (agency, officers, status, kind), eight bytes each.
    facets    BLOB    NOT NULL,
    PRIMARY KEY (tenant, place)
) STRICT;
CREATE UNIQUE INDEX case_text_by_case ON case_text (tenant, case_leaf);

-- For each character and pair of characters the places of the cases that have it, 4096 places to a row.
CREATE TABLE case_gram (
    tenant BLOB    NOT NULL,
    gram   INTEGER NOT NULL,
    block  INTEGER NOT NULL,
    places BLOB    NOT NULL,
    PRIMARY KEY (tenant, gram, block)
) STRICT, WITHOUT ROWID;

-- When the cases at 512 places were last changed and opened: eight bytes each, in milliseconds.
CREATE TABLE case_moment (
    tenant  BLOB    NOT NULL,
    span    INTEGER NOT NULL,
    moments BLOB    NOT NULL,
    PRIMARY KEY (tenant, span)
) STRICT;

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

-- What was done to an account or to one of its phones.
CREATE TABLE account_event (
    tenant  BLOB    NOT NULL,
    id      BLOB    NOT NULL,
    at_ms   INTEGER NOT NULL,
    -- Whom it concerns.
    officer BLOB    NOT NULL,
    -- Who did it; empty where it was done at the machine itself.
    actor   BLOB,
    kind    TEXT    NOT NULL,
    device  BLOB,
    -- What the phone is called, or why it was done.
    detail  TEXT    NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX account_event_by_officer ON account_event (tenant, officer, at_ms, id);
CREATE INDEX account_event_by_time ON account_event (tenant, at_ms);

-- A password that is being reset: one hand asks, another confirms, the officer needs what each of them was given.
CREATE TABLE password_reset (
    tenant       BLOB    NOT NULL,
    id           BLOB    NOT NULL,
    officer      BLOB    NOT NULL,
    -- Who asked; empty where it was asked for at the machine itself.
    asked_by     BLOB,
    asked_ms     INTEGER NOT NULL,
    -- Argon2id of what the one who asked was given.
    first_hash   TEXT    NOT NULL,
    -- Who confirmed, on which phone where it was the officer, and SHA-256 of what they were given.
    confirmed_by BLOB,
    confirmed_on BLOB,
    second_hash  BLOB,
    -- Wrong attempts.
    tries        INTEGER NOT NULL,
    -- When it was used up or replaced by a later one.
    ended_ms     INTEGER,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
) STRICT;
CREATE INDEX password_reset_by_officer ON password_reset (tenant, officer, asked_ms);

-- What a phone has used of its day.
CREATE TABLE phone_use (
    tenant       BLOB    NOT NULL,
    -- The phone; of somebody who has none, the officer.
    device       BLOB    NOT NULL,
    -- Midnight in Asia/Shanghai at which the day begins.
    day_ms       INTEGER NOT NULL,
    bytes        INTEGER NOT NULL,
    operations   INTEGER NOT NULL,
    alarms       INTEGER NOT NULL,
    index_rows   INTEGER NOT NULL,
    upload_bytes INTEGER NOT NULL,
    -- When people were told that it is used up.
    told_ms      INTEGER,
    PRIMARY KEY (tenant, device, day_ms)
) STRICT;

-- Files that a stored change names which has no effect (yet): nobody claims them, and they are not to be removed.
CREATE TABLE named_evidence (
    tenant BLOB NOT NULL,
    digest BLOB NOT NULL,
    PRIMARY KEY (tenant, digest)
) STRICT;

CREATE TABLE document_index (
    tenant    BLOB    NOT NULL,
    -- The case, by its number in the order of the log.
    case_leaf INTEGER NOT NULL,
    -- number, fine, fine_by_name, fine_without_code.
    what      TEXT    NOT NULL,
    -- Hash of what is the same where it is the same; it names nobody.
    key       BLOB    NOT NULL,
    -- The document, or the step that voided the number: `<change>.<index>`.
    document  TEXT    NOT NULL,
    -- Whether it stands elsewhere too, and people were told.
    doubled   INTEGER NOT NULL,
    PRIMARY KEY (tenant, case_leaf, what, key, document)
) STRICT;
CREATE INDEX document_index_by_key ON document_index (tenant, key, what);

-- What lists put in order, filter by and search of a case, until it was replaced.
CREATE TABLE case_file_past (
    tenant      BLOB    NOT NULL,
    -- Grows by one with each replacement, under the lock of the tenant's row.
    version     INTEGER NOT NULL,
    case_leaf   INTEGER NOT NULL,
    id          BLOB    NOT NULL,
    status      TEXT    NOT NULL,
    duties      INTEGER NOT NULL,
    filing      TEXT    NOT NULL,
    -- Conflicts, breaches and missing pieces of evidence.
    attention   INTEGER NOT NULL,
    opened_ms   INTEGER NOT NULL,
    updated_ms  INTEGER NOT NULL,
    replaced_ms INTEGER NOT NULL,
    -- Length of what the case said.
    bytes       INTEGER NOT NULL,
    -- What it said, where it says something else since.
    search_text TEXT,
    PRIMARY KEY (tenant, version)
) STRICT;

-- ========
-- What was recorded is permanent for every database connection: every table of the ledger refuses to change or lose a row.

CREATE TRIGGER account_event_is_permanent BEFORE DELETE ON account_event BEGIN SELECT RAISE(ABORT, 'a row of account_event is permanent'); END;
CREATE TRIGGER account_event_is_unalterable BEFORE UPDATE ON account_event BEGIN SELECT RAISE(ABORT, 'a row of account_event is permanent'); END;
CREATE TRIGGER alarm_is_permanent BEFORE DELETE ON alarm BEGIN SELECT RAISE(ABORT, 'a row of alarm is permanent'); END;
CREATE TRIGGER alarm_is_unalterable BEFORE UPDATE ON alarm BEGIN SELECT RAISE(ABORT, 'a row of alarm is permanent'); END;
CREATE TRIGGER case_record_is_permanent BEFORE DELETE ON case_record BEGIN SELECT RAISE(ABORT, 'a case record is permanent'); END;
CREATE TRIGGER case_record_is_unalterable BEFORE UPDATE ON case_record BEGIN SELECT RAISE(ABORT, 'a case record is permanent'); END;
CREATE TRIGGER change_is_permanent BEFORE DELETE ON change BEGIN SELECT RAISE(ABORT, 'a change is permanent'); END;
CREATE TRIGGER change_is_unalterable BEFORE UPDATE ON change BEGIN SELECT RAISE(ABORT, 'a change is permanent'); END;
CREATE TRIGGER evidence_file_is_permanent BEFORE DELETE ON evidence_file BEGIN SELECT RAISE(ABORT, 'a row of evidence_file is permanent'); END;
-- What a file is stays; whether its bytes are whole today (blocks, damage, damaged_ms) follows the disk.
CREATE TRIGGER evidence_file_is_unalterable BEFORE UPDATE OF tenant, digest, size, media_type, stored_ms ON evidence_file BEGIN SELECT RAISE(ABORT, 'a row of evidence_file is permanent'); END;
CREATE TRIGGER leaf_is_permanent BEFORE DELETE ON leaf BEGIN SELECT RAISE(ABORT, 'a leaf is permanent'); END;
CREATE TRIGGER leaf_is_unalterable BEFORE UPDATE ON leaf BEGIN SELECT RAISE(ABORT, 'a leaf is permanent'); END;
CREATE TRIGGER lease_is_permanent BEFORE DELETE ON lease BEGIN SELECT RAISE(ABORT, 'a row of lease is permanent'); END;
CREATE TRIGGER lease_is_unalterable BEFORE UPDATE ON lease BEGIN SELECT RAISE(ABORT, 'a row of lease is permanent'); END;
CREATE TRIGGER log_head_is_permanent BEFORE DELETE ON log_head BEGIN SELECT RAISE(ABORT, 'a row of log_head is permanent'); END;
CREATE TRIGGER log_head_is_unalterable BEFORE UPDATE ON log_head BEGIN SELECT RAISE(ABORT, 'a row of log_head is permanent'); END;
CREATE TRIGGER number_block_is_permanent BEFORE DELETE ON number_block BEGIN SELECT RAISE(ABORT, 'a row of number_block is permanent'); END;
CREATE TRIGGER number_block_is_unalterable BEFORE UPDATE ON number_block BEGIN SELECT RAISE(ABORT, 'a row of number_block is permanent'); END;
CREATE TRIGGER paper_block_is_permanent BEFORE DELETE ON paper_block BEGIN SELECT RAISE(ABORT, 'a row of paper_block is permanent'); END;
CREATE TRIGGER paper_block_is_unalterable BEFORE UPDATE ON paper_block BEGIN SELECT RAISE(ABORT, 'a row of paper_block is permanent'); END;
CREATE TRIGGER read_audit_is_permanent BEFORE DELETE ON read_audit BEGIN SELECT RAISE(ABORT, 'an audit event is permanent'); END;
CREATE TRIGGER read_audit_is_unalterable BEFORE UPDATE ON read_audit BEGIN SELECT RAISE(ABORT, 'an audit event is permanent'); END;
CREATE TRIGGER receipt_is_permanent BEFORE DELETE ON receipt BEGIN SELECT RAISE(ABORT, 'a receipt is permanent'); END;
CREATE TRIGGER receipt_is_unalterable BEFORE UPDATE ON receipt BEGIN SELECT RAISE(ABORT, 'a receipt is permanent'); END;
CREATE TRIGGER receipt_entry_is_permanent BEFORE DELETE ON receipt_entry BEGIN SELECT RAISE(ABORT, 'a row of receipt_entry is permanent'); END;
CREATE TRIGGER receipt_entry_is_unalterable BEFORE UPDATE ON receipt_entry BEGIN SELECT RAISE(ABORT, 'a row of receipt_entry is permanent'); END;
CREATE TRIGGER server_key_is_permanent BEFORE DELETE ON server_key BEGIN SELECT RAISE(ABORT, 'a row of server_key is permanent'); END;
CREATE TRIGGER server_key_is_unalterable BEFORE UPDATE ON server_key BEGIN SELECT RAISE(ABORT, 'a row of server_key is permanent'); END;

-- ========
-- The register's version grows with every change of what a commit asks the register, also by somebody with a console of the
-- database.

CREATE TRIGGER agency_insert_in_register AFTER INSERT ON agency BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = NEW.tenant;
END;
CREATE TRIGGER agency_update_in_register AFTER UPDATE ON agency BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = NEW.tenant;
END;
CREATE TRIGGER agency_delete_in_register AFTER DELETE ON agency BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = OLD.tenant;
END;
CREATE TRIGGER officer_insert_in_register AFTER INSERT ON officer BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = NEW.tenant;
END;
CREATE TRIGGER officer_update_in_register AFTER UPDATE ON officer BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = NEW.tenant;
END;
CREATE TRIGGER officer_delete_in_register AFTER DELETE ON officer BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = OLD.tenant;
END;
CREATE TRIGGER certificate_insert_in_register AFTER INSERT ON certificate BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = NEW.tenant;
END;
CREATE TRIGGER certificate_update_in_register AFTER UPDATE ON certificate BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = NEW.tenant;
END;
CREATE TRIGGER certificate_delete_in_register AFTER DELETE ON certificate BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = OLD.tenant;
END;
CREATE TRIGGER certificate_interval_insert_in_register AFTER INSERT ON certificate_interval BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = NEW.tenant;
END;
CREATE TRIGGER certificate_interval_update_in_register AFTER UPDATE ON certificate_interval BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = NEW.tenant;
END;
CREATE TRIGGER certificate_interval_delete_in_register AFTER DELETE ON certificate_interval BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = OLD.tenant;
END;
CREATE TRIGGER device_insert_in_register AFTER INSERT ON device BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = NEW.tenant;
END;
CREATE TRIGGER device_update_in_register AFTER UPDATE ON device BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = NEW.tenant;
END;
CREATE TRIGGER device_delete_in_register AFTER DELETE ON device BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = OLD.tenant;
END;
CREATE TRIGGER item_insert_in_register AFTER INSERT ON item BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = NEW.tenant;
END;
CREATE TRIGGER item_update_in_register AFTER UPDATE ON item BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = NEW.tenant;
END;
CREATE TRIGGER item_delete_in_register AFTER DELETE ON item BEGIN
    UPDATE tenant SET register_version = register_version + 1 WHERE id = OLD.tenant;
END;

-- ========
-- Keeps what a case was, so that no statement can forget to.

CREATE TRIGGER case_file_replaced AFTER UPDATE ON case_file
WHEN OLD.updated_ms <> NEW.updated_ms OR OLD.status <> NEW.status OR OLD.duties <> NEW.duties
    OR OLD.filing <> NEW.filing OR OLD.search_text <> NEW.search_text
    OR OLD.conflicts + OLD.breaches + OLD.missing_evidence <> NEW.conflicts + NEW.breaches + NEW.missing_evidence
BEGIN
    INSERT INTO case_file_past
    SELECT OLD.tenant, COALESCE((SELECT MAX(version) FROM case_file_past WHERE tenant = OLD.tenant), 0) + 1,
        OLD.case_leaf, OLD.id, OLD.status, OLD.duties, OLD.filing,
        OLD.conflicts + OLD.breaches + OLD.missing_evidence, OLD.opened_ms, OLD.updated_ms,
        COALESCE((SELECT locked_ms FROM tenant WHERE id = OLD.tenant), NEW.updated_ms),
        LENGTH(CAST(OLD.search_text AS BLOB)),
        CASE WHEN OLD.search_text <> NEW.search_text THEN OLD.search_text END;
END;
