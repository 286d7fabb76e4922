-- Why: the server's schema. Every key begins with `tenant`: it is the shard key. Ids are 16 bytes, instants milliseconds UTC, money fen,
-- legal dates `YYYY-MM-DD`. The SQLite twin says the same with its own types.

-- ========
-- Who may act, with what qualification, on which device; and the reference data that phones and server judge by.

CREATE TABLE tenant (
    id                BYTEA  NOT NULL PRIMARY KEY,
    region            TEXT   NOT NULL,
    name              TEXT   NOT NULL,
    -- Written first by every transaction that serialises on the tenant.
    locked_ms         BIGINT NOT NULL,
    log_epoch         BYTEA  NOT NULL,
    log_size          BIGINT NOT NULL,
    log_frontier      BYTEA  NOT NULL,
    log_root          BYTEA  NOT NULL,
    server_epoch      BYTEA  NOT NULL,
    server_seq        BIGINT NOT NULL,
    server_prev       BYTEA,
    -- Grows with every change of what `/v1/sync/reference` says.
    reference_version BIGINT NOT NULL,
    -- Grows with every change of the register, by triggers: a commit asks five statements less where it is as it was.
    register_version  BIGINT NOT NULL DEFAULT 1
);

-- Every key this installation has signed with; the last one registered is in use. Old ones still verify.
CREATE TABLE server_key (
    tenant     BYTEA  NOT NULL REFERENCES tenant (id),
    device     BYTEA  NOT NULL,
    public_key BYTEA  NOT NULL,
    since_ms   BIGINT NOT NULL,
    PRIMARY KEY (tenant, device)
);

CREATE TABLE agency (
    tenant          BYTEA   NOT NULL REFERENCES tenant (id),
    id              BYTEA   NOT NULL,
    parent          BYTEA,
    -- Ids from the root to here, hex, each followed by `/`: a subtree is a prefix.
    path            TEXT    NOT NULL,
    name            TEXT    NOT NULL,
    short_name      TEXT    NOT NULL,
    kind            TEXT    NOT NULL,
    sector          TEXT    NOT NULL,
    -- The organ in whose name an entrusted or dispatched body acts.
    acts_for        BYTEA,
    -- Where a party asks for administrative reconsideration.
    reconsideration BYTEA,
    active          BOOLEAN NOT NULL,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, parent) REFERENCES agency (tenant, id)
);
CREATE INDEX agency_by_path ON agency (tenant, path);

CREATE TABLE officer (
    tenant     BYTEA   NOT NULL,
    id         BYTEA   NOT NULL,
    agency     BYTEA   NOT NULL,
    name       TEXT    NOT NULL,
    -- An auxiliary person: helps, never enforces.
    helper     BOOLEAN NOT NULL,
    active     BOOLEAN NOT NULL,
    created_ms BIGINT  NOT NULL,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, agency) REFERENCES agency (tenant, id)
);
CREATE INDEX officer_by_agency ON officer (tenant, agency, id);

CREATE TABLE certificate (
    tenant      BYTEA NOT NULL,
    number      TEXT  NOT NULL,
    officer     BYTEA NOT NULL,
    category    TEXT  NOT NULL,
    region      TEXT  NOT NULL,
    issued_on   TEXT  NOT NULL,
    valid_until TEXT  NOT NULL,
    PRIMARY KEY (tenant, number),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
);
CREATE INDEX certificate_by_officer ON certificate (tenant, officer);

-- Legality is judged at the time of the act: the status is a history, not a column.
CREATE TABLE certificate_interval (
    tenant      BYTEA  NOT NULL,
    certificate TEXT   NOT NULL,
    ordinal     BIGINT NOT NULL,
    status      TEXT   NOT NULL,
    from_ms     BIGINT NOT NULL,
    until_ms    BIGINT,
    reason      TEXT   NOT NULL,
    basis       TEXT   NOT NULL,
    PRIMARY KEY (tenant, certificate, ordinal),
    FOREIGN KEY (tenant, certificate) REFERENCES certificate (tenant, number)
);

CREATE TABLE account (
    tenant          BYTEA  NOT NULL,
    login           TEXT   NOT NULL,
    officer         BYTEA  NOT NULL,
    -- Argon2id, PHC string.
    password        TEXT   NOT NULL,
    -- A token of an older version is worth nothing.
    session_version BIGINT NOT NULL,
    PRIMARY KEY (tenant, login),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
);
CREATE UNIQUE INDEX account_by_officer ON account (tenant, officer);

CREATE TABLE role (
    tenant  BYTEA NOT NULL,
    officer BYTEA NOT NULL,
    name    TEXT  NOT NULL,
    PRIMARY KEY (tenant, officer, name),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
);

CREATE TABLE enrolment_code (
    tenant     BYTEA  NOT NULL,
    code_hash  BYTEA  NOT NULL,
    officer    BYTEA  NOT NULL,
    -- Empty when it came from the command line of the machine itself.
    issued_by  BYTEA,
    expires_ms BIGINT NOT NULL,
    used_ms    BIGINT,
    -- SHA-256 of the form to be typed.
    typed_hash BYTEA,
    -- Wrong codes that the officer tried while this one stood.
    tries      BIGINT NOT NULL DEFAULT 0,
    -- The phone that it enrolled.
    device     BYTEA,
    PRIMARY KEY (tenant, code_hash),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
);
CREATE INDEX enrolment_code_by_officer ON enrolment_code (tenant, officer, expires_ms);

CREATE TABLE device (
    tenant         BYTEA  NOT NULL,
    id             BYTEA  NOT NULL,
    officer        BYTEA  NOT NULL,
    public_key     BYTEA  NOT NULL,
    label          TEXT   NOT NULL,
    enrolled_ms    BIGINT NOT NULL,
    revoked_ms     BIGINT,
    revoked_reason TEXT,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
);
CREATE UNIQUE INDEX device_by_key ON device (tenant, public_key);
CREATE INDEX device_by_officer ON device (tenant, officer, id);

CREATE TABLE device_challenge (
    tenant     BYTEA  NOT NULL,
    hash       BYTEA  NOT NULL,
    device     BYTEA  NOT NULL,
    expires_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant, hash),
    FOREIGN KEY (tenant, device) REFERENCES device (tenant, id)
);
CREATE INDEX device_challenge_by_expiry ON device_challenge (tenant, expires_ms);

CREATE TABLE lease (
    tenant       BYTEA  NOT NULL,
    hash         BYTEA  NOT NULL,
    device       BYTEA  NOT NULL,
    officer      BYTEA  NOT NULL,
    issued_ms    BIGINT NOT NULL,
    not_after_ms BIGINT NOT NULL,
    bytes        BYTEA  NOT NULL,
    PRIMARY KEY (tenant, hash),
    FOREIGN KEY (tenant, device) REFERENCES device (tenant, id)
);
CREATE INDEX lease_by_device ON lease (tenant, device, issued_ms);

-- The next free number of a form, agency and year.
CREATE TABLE number_series (
    tenant      BYTEA  NOT NULL,
    form        TEXT   NOT NULL,
    agency      BYTEA  NOT NULL,
    year        BIGINT NOT NULL,
    next_number BIGINT NOT NULL,
    PRIMARY KEY (tenant, form, agency, year),
    FOREIGN KEY (tenant, agency) REFERENCES agency (tenant, id)
);

CREATE TABLE number_block (
    tenant       BYTEA  NOT NULL,
    form         TEXT   NOT NULL,
    agency       BYTEA  NOT NULL,
    year         BIGINT NOT NULL,
    first_number BIGINT NOT NULL,
    last_number  BIGINT NOT NULL,
    device       BYTEA  NOT NULL,
    epoch        BYTEA  NOT NULL,
    -- The lease it first travelled with.
    lease        BYTEA  NOT NULL,
    -- Of a further block: how many numbers of the year the phone said to have left when it was granted.
    numbers_left BIGINT,
    -- What is printed before the serial of a granted number.
    prefix       TEXT   NOT NULL DEFAULT '',
    PRIMARY KEY (tenant, form, agency, year, first_number),
    FOREIGN KEY (tenant, device) REFERENCES device (tenant, id)
);
CREATE INDEX number_block_by_device ON number_block (tenant, device, epoch, form, year);

-- Numbered paper, sealed beforehand and handed to an officer.
CREATE TABLE paper_block (
    tenant        BYTEA  NOT NULL,
    form          TEXT   NOT NULL,
    prefix        TEXT   NOT NULL,
    first_number  BIGINT NOT NULL,
    last_number   BIGINT NOT NULL,
    officer       BYTEA  NOT NULL,
    registered_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant, form, prefix, first_number),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
);
CREATE INDEX paper_block_by_officer ON paper_block (tenant, officer);

CREATE TABLE region (
    tenant BYTEA NOT NULL REFERENCES tenant (id),
    code   TEXT  NOT NULL,
    name   TEXT  NOT NULL,
    parent TEXT,
    level  TEXT  NOT NULL,
    PRIMARY KEY (tenant, code)
);

CREATE TABLE item (
    tenant                BYTEA   NOT NULL REFERENCES tenant (id),
    code                  TEXT    NOT NULL,
    name                  TEXT    NOT NULL,
    sector                TEXT    NOT NULL,
    kind                  TEXT    NOT NULL,
    basis                 TEXT    NOT NULL,
    article               TEXT    NOT NULL,
    -- Discretion range; empty where the item imposes no fine.
    min_fen               BIGINT,
    max_fen               BIGINT,
    wording               TEXT    NOT NULL,
    -- Whether legal reviewers confirmed it. A law that names only a maximum has no minimum (渝府令第355号 第十六条第三项).
    confirmed             BOOLEAN NOT NULL DEFAULT FALSE
        CHECK ((min_fen IS NULL OR (min_fen > 0 AND max_fen IS NOT NULL AND max_fen >= min_fen))
            AND (max_fen IS NULL OR max_fen > 0)),
    -- Another law's limits for fines made on the spot, and its article (行政处罚法 第五十一条 has the general ones).
    spot_citizen_fen      BIGINT,
    spot_organisation_fen BIGINT,
    spot_basis            TEXT
        CHECK ((spot_basis IS NULL) = (spot_citizen_fen IS NULL) AND (spot_basis IS NULL) = (spot_organisation_fen IS NULL)
            AND (spot_basis IS NULL OR trim(spot_basis) <> '')),
    PRIMARY KEY (tenant, code)
);

CREATE TABLE holiday (
    tenant BYTEA  NOT NULL REFERENCES tenant (id),
    year   BIGINT NOT NULL,
    json   TEXT   NOT NULL,
    PRIMARY KEY (tenant, year)
);

-- Mirrored from the municipal platform, never authored here: its own task id is the key.
CREATE TABLE inspection_task (
    tenant      BYTEA  NOT NULL,
    id          TEXT   NOT NULL,
    agency      BYTEA  NOT NULL,
    item        TEXT   NOT NULL,
    party_name  TEXT   NOT NULL,
    party_uscc  TEXT   NOT NULL,
    address     TEXT   NOT NULL,
    code        TEXT   NOT NULL,
    notice      TEXT   NOT NULL,
    approved_by TEXT   NOT NULL,
    approved_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, agency) REFERENCES agency (tenant, id),
    FOREIGN KEY (tenant, item) REFERENCES item (tenant, code)
);

CREATE TABLE task_officer (
    tenant  BYTEA NOT NULL,
    task    TEXT  NOT NULL,
    officer BYTEA NOT NULL,
    PRIMARY KEY (tenant, task, officer),
    FOREIGN KEY (tenant, task) REFERENCES inspection_task (tenant, id),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
);
CREATE INDEX task_officer_by_officer ON task_officer (tenant, officer, task);

-- ========
-- The record. Changes and leaves are written once; values lie apart, because a lawful order may remove a value while its
-- commitment, its leaf and its signature stay. What is stored of a change is keyed by its leaf, and a case by the leaf of the change that
-- opened it (`case_leaf`): keys that are hashes lie all over their trees (ADR 7). Only `change_by_id` finds a leaf by a hash.

CREATE TABLE change (
    tenant      BYTEA  NOT NULL,
    -- Index of its leaf.
    leaf        BIGINT NOT NULL,
    id          BYTEA  NOT NULL,
    case_leaf   BIGINT NOT NULL,
    case_id     BYTEA  NOT NULL,
    device      BYTEA  NOT NULL,
    epoch       BYTEA  NOT NULL,
    seq         BIGINT NOT NULL,
    officer     BYTEA  NOT NULL,
    -- Hash of the lease it names.
    lease       BYTEA,
    -- How many changes of the case were stored up to and with it.
    counter     BIGINT NOT NULL,
    -- accepted, quarantined, without_effect, with the stable code of the reason.
    class       TEXT   NOT NULL,
    code        TEXT   NOT NULL,
    -- Stable codes, separated by spaces.
    flags       TEXT   NOT NULL,
    -- When it was made, as far as can be shown, and how good the proof is.
    lower_ms    BIGINT NOT NULL,
    upper_ms    BIGINT NOT NULL,
    grade       TEXT   NOT NULL,
    received_ms BIGINT NOT NULL,
    sign1       BYTEA  NOT NULL,
    op_bytes    BYTEA  NOT NULL,
    -- How much its case is, up to and with this change: items that are decoded, bytes.
    case_items  BIGINT NOT NULL DEFAULT 0,
    case_bytes  BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, leaf)
);
-- Hashes and signatures cannot be compressed: a change lies in its row as it is, and not in a table beside it.
ALTER TABLE change SET (toast_tuple_target = 8160);
ALTER TABLE change ALTER COLUMN sign1 SET STORAGE EXTERNAL;
ALTER TABLE change ALTER COLUMN op_bytes SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX change_by_id ON change (tenant, id);
CREATE INDEX change_by_case ON change (tenant, case_leaf, leaf);
-- Not unique: a fork is kept.
CREATE INDEX change_by_chain ON change (tenant, device, epoch, seq);

CREATE TABLE change_value (
    tenant BYTEA  NOT NULL,
    leaf   BIGINT NOT NULL,
    bytes  BYTEA  NOT NULL,
    PRIMARY KEY (tenant, leaf)
);
ALTER TABLE change_value SET (toast_tuple_target = 8160);

CREATE TABLE leaf (
    tenant    BYTEA  NOT NULL,
    log_epoch BYTEA  NOT NULL,
    place     BIGINT NOT NULL,
    bytes     BYTEA  NOT NULL,
    PRIMARY KEY (tenant, log_epoch, place)
);

-- The sizes at which a commit left the log: cursors come from here and are checked against it.
CREATE TABLE log_head (
    tenant    BYTEA  NOT NULL,
    log_epoch BYTEA  NOT NULL,
    size      BIGINT NOT NULL,
    root      BYTEA  NOT NULL,
    at_ms     BIGINT NOT NULL,
    PRIMARY KEY (tenant, log_epoch, size)
);

-- A phone is given one receipt for a leaf: the first leaf that a receipt is for names it.
CREATE TABLE receipt (
    tenant     BYTEA  NOT NULL,
    device     BYTEA  NOT NULL,
    first_leaf BIGINT NOT NULL,
    issued_ms  BIGINT NOT NULL,
    bytes      BYTEA  NOT NULL,
    PRIMARY KEY (tenant, device, first_leaf)
);

CREATE TABLE receipt_entry (
    tenant     BYTEA  NOT NULL,
    device     BYTEA  NOT NULL,
    leaf       BIGINT NOT NULL,
    first_leaf BIGINT NOT NULL,
    PRIMARY KEY (tenant, device, leaf)
);

-- Waits for something of the same case. Bounded; no leaf, no receipt; the phone keeps offering it.
CREATE TABLE parked (
    tenant      BYTEA  NOT NULL,
    id          BYTEA  NOT NULL,
    case_id     BYTEA  NOT NULL,
    device      BYTEA  NOT NULL,
    officer     BYTEA  NOT NULL,
    bytes       BYTEA  NOT NULL,
    received_ms BIGINT NOT NULL,
    -- Items that are decoded of a change that waits. One that waited too long has no bytes any more and says since when.
    items       BIGINT NOT NULL DEFAULT 0,
    expired_ms  BIGINT,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX parked_by_case ON parked (tenant, case_id);
CREATE INDEX parked_by_device ON parked (tenant, device);
CREATE INDEX parked_by_time ON parked (tenant, received_ms);

CREATE TABLE alarm (
    tenant  BYTEA  NOT NULL,
    id      BYTEA  NOT NULL,
    at_ms   BIGINT NOT NULL,
    kind    TEXT   NOT NULL,
    device  BYTEA,
    case_id BYTEA,
    change  BYTEA,
    detail  TEXT   NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX alarm_by_time ON alarm (tenant, at_ms);

CREATE TABLE outbox (
    tenant     BYTEA  NOT NULL,
    -- Begins with the time, so that rows come in order.
    id         BYTEA  NOT NULL,
    kind       TEXT   NOT NULL,
    -- What it is about: the `case_leaf` of a case.
    subject    BIGINT NOT NULL,
    created_ms BIGINT NOT NULL,
    due_ms     BIGINT NOT NULL,
    failures   BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX outbox_by_due ON outbox (tenant, due_ms, id);
CREATE INDEX outbox_by_kind ON outbox (tenant, kind, subject);

CREATE TABLE case_file (
    tenant           BYTEA  NOT NULL,
    case_leaf        BIGINT NOT NULL,
    id               BYTEA  NOT NULL,
    agency           BYTEA  NOT NULL,
    agency_path      TEXT   NOT NULL,
    item             TEXT   NOT NULL,
    kind             TEXT   NOT NULL,
    -- open, returned, closed.
    status           TEXT   NOT NULL,
    title            TEXT   NOT NULL,
    number           TEXT   NOT NULL,
    opened_ms        BIGINT NOT NULL,
    updated_ms       BIGINT NOT NULL,
    counter          BIGINT NOT NULL,
    last_leaf        BIGINT NOT NULL,
    basis            BYTEA  NOT NULL,
    heads            BYTEA  NOT NULL,
    conflicts        BIGINT NOT NULL,
    breaches         BIGINT NOT NULL,
    missing_evidence BIGINT NOT NULL,
    -- What the case says, without what is masked.
    search_text      TEXT   NOT NULL,
    fold             BIGINT NOT NULL,
    duties           BIGINT NOT NULL DEFAULT 0,
    -- due, filed, received; empty where nothing is to be filed.
    filing           TEXT   NOT NULL DEFAULT '',
    PRIMARY KEY (tenant, case_leaf)
);
ALTER TABLE case_file SET (toast_tuple_target = 8160);
CREATE INDEX case_file_by_agency ON case_file (tenant, agency_path, updated_ms);
CREATE INDEX case_file_by_time ON case_file (tenant, updated_ms, id);
CREATE INDEX case_file_by_duties ON case_file (tenant, updated_ms, id) WHERE duties > 0;
CREATE INDEX case_file_by_filing ON case_file (tenant, filing, updated_ms, id) WHERE filing <> '';

CREATE TABLE case_officer (
    tenant    BYTEA  NOT NULL,
    officer   BYTEA  NOT NULL,
    case_leaf BIGINT NOT NULL,
    case_id   BYTEA  NOT NULL,
    PRIMARY KEY (tenant, officer, case_leaf)
);
CREATE INDEX case_officer_by_case ON case_officer (tenant, case_leaf, officer);

CREATE TABLE case_evidence (
    tenant      BYTEA   NOT NULL,
    case_leaf   BIGINT  NOT NULL,
    digest      BYTEA   NOT NULL,
    written_off BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (tenant, case_leaf, digest)
);
CREATE INDEX case_evidence_by_digest ON case_evidence (tenant, digest);

-- Stored bytes, by SHA-256.
CREATE TABLE evidence_file (
    tenant     BYTEA  NOT NULL,
    digest     BYTEA  NOT NULL,
    size       BIGINT NOT NULL,
    media_type TEXT   NOT NULL,
    stored_ms  BIGINT NOT NULL,
    -- SHA-256 of each MiB, one after another; NULL until the file is read for the first time.
    blocks     BYTEA,
    -- 'altered' or 'removed', and since when that is known; NULL for a file that is whole as far as is known.
    damage     TEXT,
    damaged_ms BIGINT,
    -- Since when the bytes of a file are gone that nobody claimed; that it had come stays.
    dropped_ms BIGINT,
    PRIMARY KEY (tenant, digest)
);

-- Uploads. How much of one under way has arrived is the length of the file itself: one truth, also after a crash.
CREATE TABLE upload (
    tenant       BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    digest       BYTEA  NOT NULL,
    size         BIGINT NOT NULL,
    media_type   TEXT   NOT NULL,
    officer      BYTEA  NOT NULL,
    created_ms   BIGINT NOT NULL,
    touched_ms   BIGINT NOT NULL,
    -- When all bytes had come from this officer and were checked: what others sent counts for others.
    completed_ms BIGINT,
    metadata     TEXT   NOT NULL DEFAULT '',
    PRIMARY KEY (tenant, id)
);
CREATE INDEX upload_by_officer ON upload (tenant, officer, digest);
CREATE INDEX upload_by_touch ON upload (tenant, touched_ms);

-- ========
-- Who looked at what and why, what supervisors raised and what was answered, and the records of closed cases.

CREATE TABLE case_record (
    tenant    BYTEA  NOT NULL,
    hash      BYTEA  NOT NULL,
    case_id   BYTEA  NOT NULL,
    number    TEXT   NOT NULL,
    issued_ms BIGINT NOT NULL,
    -- COSE_Sign1 by the tenant's key.
    bytes     BYTEA  NOT NULL,
    PRIMARY KEY (tenant, hash)
);
CREATE INDEX case_record_by_case ON case_record (tenant, case_id, issued_ms);

-- Supervision leads (监督事项). No case changes because of one.
CREATE TABLE supervision_lead (
    tenant        BYTEA  NOT NULL,
    id            BYTEA  NOT NULL,
    case_id       BYTEA  NOT NULL,
    -- The agency concerned: that of the case when the lead was raised.
    agency        BYTEA  NOT NULL,
    agency_path   TEXT   NOT NULL,
    kind          TEXT   NOT NULL,
    text          TEXT   NOT NULL,
    -- raised, answered, closed.
    status        TEXT   NOT NULL,
    -- Grows with every step: the ETag.
    version       BIGINT NOT NULL,
    raised_by     BYTEA  NOT NULL,
    raised_ms     BIGINT NOT NULL,
    answer        TEXT,
    answered_by   BYTEA,
    answered_ms   BIGINT,
    conclusion    TEXT,
    closed_by     BYTEA,
    closed_ms     BIGINT,
    -- Which step of all leads answered and closed this one: a list of leads of one status is read as it was, too.
    answered_step BIGINT,
    closed_step   BIGINT,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX supervision_lead_by_time ON supervision_lead (tenant, raised_ms, id);
CREATE INDEX supervision_lead_by_case ON supervision_lead (tenant, case_id);
CREATE INDEX supervision_lead_by_answer ON supervision_lead (tenant, answered_step);
CREATE INDEX supervision_lead_by_closing ON supervision_lead (tenant, closed_step);

-- Every look at a case: written before anything is shown, never altered.
CREATE TABLE read_audit (
    tenant  BYTEA  NOT NULL,
    id      BYTEA  NOT NULL,
    at_ms   BIGINT NOT NULL,
    officer BYTEA  NOT NULL,
    -- case, history, evidence, record, list.
    what    TEXT   NOT NULL,
    case_id BYTEA,
    -- Which field, which digest.
    part    TEXT   NOT NULL,
    purpose TEXT   NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX read_audit_by_case ON read_audit (tenant, case_id, at_ms);
CREATE INDEX read_audit_by_officer ON read_audit (tenant, officer, at_ms);
CREATE INDEX read_audit_by_time ON read_audit (tenant, at_ms, id);

CREATE TABLE idempotency (
    tenant      BYTEA  NOT NULL,
    officer     BYTEA  NOT NULL,
    route       TEXT   NOT NULL,
    key         TEXT   NOT NULL,
    -- SHA-256 of what was asked: the same key for something else is refused.
    fingerprint BYTEA  NOT NULL,
    -- Id of what was made.
    made        BYTEA  NOT NULL,
    created_ms  BIGINT NOT NULL,
    PRIMARY KEY (tenant, officer, route, key)
);
CREATE INDEX idempotency_by_age ON idempotency (tenant, created_ms);

-- ========
-- People work in the console with a browser, which keeps an opaque secret and no token.

CREATE TABLE console_session (
    tenant          BYTEA  NOT NULL,
    -- SHA-256 of the secret in the cookie.
    hash            BYTEA  NOT NULL,
    officer         BYTEA  NOT NULL,
    -- That of the account when the session began: another version ends it.
    session_version BIGINT NOT NULL,
    created_ms      BIGINT NOT NULL,
    -- Last use, to the minute.
    seen_ms         BIGINT NOT NULL,
    PRIMARY KEY (tenant, hash)
);
CREATE INDEX console_session_by_use ON console_session (tenant, seen_ms);

CREATE TABLE login_attempt (
    tenant     BYTEA  NOT NULL REFERENCES tenant (id),
    subject    BYTEA  NOT NULL,
    -- Attempts since the last success; an attempt under way counts.
    failures   BIGINT NOT NULL,
    last_ms    BIGINT NOT NULL,
    -- Of an account at an address: when it last signed in there.
    success_ms BIGINT,
    PRIMARY KEY (tenant, subject)
);
CREATE INDEX login_attempt_by_age ON login_attempt (tenant, last_ms);

-- ========
-- The search index: single characters and pairs of them, the same on both databases, filled after the commit by way of the outbox.

-- Whose turn it is to work off the outbox, of all server processes.
CREATE TABLE outbox_turn (
    tenant   BYTEA  NOT NULL PRIMARY KEY,
    holder   BYTEA  NOT NULL,
    until_ms BIGINT NOT NULL,
    -- One more with each step that was committed.
    turn     BIGINT NOT NULL
);

-- What a case said when it was indexed, as the search compares it, and its place in the index.
CREATE TABLE case_text (
    tenant    BYTEA  NOT NULL,
    place     BIGINT NOT NULL,
    case_leaf BIGINT NOT NULL,
    text      TEXT   NOT NULL,
    -- Grams of what lists are filtered by (agency, officers, status, kind), eight bytes each.
    facets    BYTEA  NOT NULL,
    PRIMARY KEY (tenant, place)
);
CREATE UNIQUE INDEX case_text_by_case ON case_text (tenant, case_leaf);

-- For each character and pair of characters the places of the cases that have it, 4096 places to a row.
CREATE TABLE case_gram (
    tenant BYTEA  NOT NULL,
    gram   BIGINT NOT NULL,
    block  BIGINT NOT NULL,
    places BYTEA  NOT NULL,
    PRIMARY KEY (tenant, gram, block)
);

-- When the cases at 512 places were last changed and opened: eight bytes each, in milliseconds.
CREATE TABLE case_moment (
    tenant  BYTEA  NOT NULL,
    span    BIGINT NOT NULL,
    moments BYTEA  NOT NULL,
    PRIMARY KEY (tenant, span)
);

CREATE TABLE unsent_form (
    tenant  BYTEA  NOT NULL,
    -- Who typed it. It is shown to nobody else.
    officer BYTEA  NOT NULL,
    -- Path of the page that has the form.
    page    TEXT   NOT NULL,
    -- JSON object of texts. No password, code or token is in it.
    fields  TEXT   NOT NULL,
    kept_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant, officer, page)
);
CREATE INDEX unsent_form_by_age ON unsent_form (tenant, kept_ms);

-- What was done to an account or to one of its phones.
CREATE TABLE account_event (
    tenant  BYTEA  NOT NULL,
    id      BYTEA  NOT NULL,
    at_ms   BIGINT NOT NULL,
    -- Whom it concerns.
    officer BYTEA  NOT NULL,
    -- Who did it; empty where it was done at the machine itself.
    actor   BYTEA,
    kind    TEXT   NOT NULL,
    device  BYTEA,
    -- What the phone is called, or why it was done.
    detail  TEXT   NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX account_event_by_officer ON account_event (tenant, officer, at_ms, id);
CREATE INDEX account_event_by_time ON account_event (tenant, at_ms);

-- A password that is being reset: one hand asks, another confirms, the officer needs what each of them was given.
CREATE TABLE password_reset (
    tenant       BYTEA  NOT NULL,
    id           BYTEA  NOT NULL,
    officer      BYTEA  NOT NULL,
    -- Who asked; empty where it was asked for at the machine itself.
    asked_by     BYTEA,
    asked_ms     BIGINT NOT NULL,
    -- Argon2id of what the one who asked was given.
    first_hash   TEXT   NOT NULL,
    -- Who confirmed, on which phone where it was the officer, and SHA-256 of what they were given.
    confirmed_by BYTEA,
    confirmed_on BYTEA,
    second_hash  BYTEA,
    -- Wrong attempts.
    tries        BIGINT NOT NULL,
    -- When it was used up or replaced by a later one.
    ended_ms     BIGINT,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
);
CREATE INDEX password_reset_by_officer ON password_reset (tenant, officer, asked_ms);

-- What a phone has used of its day.
CREATE TABLE phone_use (
    tenant       BYTEA  NOT NULL,
    -- The phone; of somebody who has none, the officer.
    device       BYTEA  NOT NULL,
    -- Midnight in Asia/Shanghai at which the day begins.
    day_ms       BIGINT NOT NULL,
    bytes        BIGINT NOT NULL,
    operations   BIGINT NOT NULL,
    alarms       BIGINT NOT NULL,
    index_rows   BIGINT NOT NULL,
    upload_bytes BIGINT NOT NULL,
    -- When people were told that it is used up.
    told_ms      BIGINT,
    PRIMARY KEY (tenant, device, day_ms)
);

-- Files that a stored change names which has no effect (yet): nobody claims them, and they are not to be removed.
CREATE TABLE named_evidence (
    tenant BYTEA NOT NULL,
    digest BYTEA NOT NULL,
    PRIMARY KEY (tenant, digest)
);

CREATE TABLE document_index (
    tenant    BYTEA   NOT NULL,
    -- The case, by its number in the order of the log.
    case_leaf BIGINT  NOT NULL,
    -- number, fine, fine_by_name, fine_without_code.
    what      TEXT    NOT NULL,
    -- Hash of what is the same where it is the same; it names nobody.
    key       BYTEA   NOT NULL,
    -- The document, or the step that voided the number: `<change>.<index>`.
    document  TEXT    NOT NULL,
    -- Whether it stands elsewhere too, and people were told.
    doubled   BOOLEAN NOT NULL,
    PRIMARY KEY (tenant, case_leaf, what, key, document)
);
CREATE INDEX document_index_by_key ON document_index (tenant, key, what);

-- What lists put in order, filter by and search of a case, until it was replaced.
CREATE TABLE case_file_past (
    tenant      BYTEA  NOT NULL,
    -- Grows by one with each replacement, under the lock of the tenant's row.
    version     BIGINT NOT NULL,
    case_leaf   BIGINT NOT NULL,
    id          BYTEA  NOT NULL,
    status      TEXT   NOT NULL,
    duties      BIGINT NOT NULL,
    filing      TEXT   NOT NULL,
    -- Conflicts, breaches and missing pieces of evidence.
    attention   BIGINT NOT NULL,
    opened_ms   BIGINT NOT NULL,
    updated_ms  BIGINT NOT NULL,
    replaced_ms BIGINT NOT NULL,
    -- Length of what the case said.
    bytes       BIGINT NOT NULL,
    -- What it said, where it says something else since.
    search_text TEXT,
    PRIMARY KEY (tenant, version)
);

-- ========
-- What was recorded is permanent for every database connection: every table of the ledger refuses to change or lose a row.

CREATE FUNCTION is_permanent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a row of % is permanent', TG_TABLE_NAME;
END
$$;
CREATE TRIGGER account_event_is_permanent BEFORE UPDATE OR DELETE ON account_event FOR EACH ROW EXECUTE FUNCTION is_permanent();
CREATE TRIGGER account_event_is_not_emptied BEFORE TRUNCATE ON account_event FOR EACH STATEMENT EXECUTE FUNCTION is_permanent();
CREATE TRIGGER alarm_is_permanent BEFORE UPDATE OR DELETE ON alarm FOR EACH ROW EXECUTE FUNCTION is_permanent();
CREATE TRIGGER alarm_is_not_emptied BEFORE TRUNCATE ON alarm FOR EACH STATEMENT EXECUTE FUNCTION is_permanent();
CREATE TRIGGER case_record_is_permanent BEFORE UPDATE OR DELETE ON case_record FOR EACH ROW EXECUTE FUNCTION is_permanent();
CREATE TRIGGER case_record_is_not_emptied BEFORE TRUNCATE ON case_record FOR EACH STATEMENT EXECUTE FUNCTION is_permanent();
CREATE TRIGGER change_is_permanent BEFORE UPDATE OR DELETE ON change FOR EACH ROW EXECUTE FUNCTION is_permanent();
CREATE TRIGGER change_is_not_emptied BEFORE TRUNCATE ON change FOR EACH STATEMENT EXECUTE FUNCTION is_permanent();
-- What a file is stays; whether its bytes are whole today (blocks, damage, damaged_ms) follows the disk.
CREATE TRIGGER evidence_file_is_permanent BEFORE UPDATE OF tenant, digest, size, media_type, stored_ms OR DELETE ON evidence_file FOR EACH ROW EXECUTE FUNCTION is_permanent();
CREATE TRIGGER evidence_file_is_not_emptied BEFORE TRUNCATE ON evidence_file FOR EACH STATEMENT EXECUTE FUNCTION is_permanent();
CREATE TRIGGER leaf_is_permanent BEFORE UPDATE OR DELETE ON leaf FOR EACH ROW EXECUTE FUNCTION is_permanent();
CREATE TRIGGER leaf_is_not_emptied BEFORE TRUNCATE ON leaf FOR EACH STATEMENT EXECUTE FUNCTION is_permanent();
CREATE TRIGGER lease_is_permanent BEFORE UPDATE OR DELETE ON lease FOR EACH ROW EXECUTE FUNCTION is_permanent();
CREATE TRIGGER lease_is_not_emptied BEFORE TRUNCATE ON lease FOR EACH STATEMENT EXECUTE FUNCTION is_permanent();
CREATE TRIGGER log_head_is_permanent BEFORE UPDATE OR DELETE ON log_head FOR EACH ROW EXECUTE FUNCTION is_permanent();
CREATE TRIGGER log_head_is_not_emptied BEFORE TRUNCATE ON log_head FOR EACH STATEMENT EXECUTE FUNCTION is_permanent();
CREATE TRIGGER number_block_is_permanent BEFORE UPDATE OR DELETE ON number_block FOR EACH ROW EXECUTE FUNCTION is_permanent();
CREATE TRIGGER number_block_is_not_emptied BEFORE TRUNCATE ON number_block FOR EACH STATEMENT EXECUTE FUNCTION is_permanent();
CREATE TRIGGER paper_block_is_permanent BEFORE UPDATE OR DELETE ON paper_block FOR EACH ROW EXECUTE FUNCTION is_permanent();
CREATE TRIGGER paper_block_is_not_emptied BEFORE TRUNCATE ON paper_block FOR EACH STATEMENT EXECUTE FUNCTION is_permanent();
CREATE TRIGGER read_audit_is_permanent BEFORE UPDATE OR DELETE ON read_audit FOR EACH ROW EXECUTE FUNCTION is_permanent();
CREATE TRIGGER read_audit_is_not_emptied BEFORE TRUNCATE ON read_audit FOR EACH STATEMENT EXECUTE FUNCTION is_permanent();
CREATE TRIGGER receipt_is_permanent BEFORE UPDATE OR DELETE ON receipt FOR EACH ROW EXECUTE FUNCTION is_permanent();
CREATE TRIGGER receipt_is_not_emptied BEFORE TRUNCATE ON receipt FOR EACH STATEMENT EXECUTE FUNCTION is_permanent();
CREATE TRIGGER receipt_entry_is_permanent BEFORE UPDATE OR DELETE ON receipt_entry FOR EACH ROW EXECUTE FUNCTION is_permanent();
CREATE TRIGGER receipt_entry_is_not_emptied BEFORE TRUNCATE ON receipt_entry FOR EACH STATEMENT EXECUTE FUNCTION is_permanent();
CREATE TRIGGER server_key_is_permanent BEFORE UPDATE OR DELETE ON server_key FOR EACH ROW EXECUTE FUNCTION is_permanent();
CREATE TRIGGER server_key_is_not_emptied BEFORE TRUNCATE ON server_key FOR EACH STATEMENT EXECUTE FUNCTION is_permanent();

-- ========
-- The register's version grows with every change of what a commit asks the register, also by somebody with a console of the
-- database.

CREATE FUNCTION register_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        UPDATE tenant SET register_version = register_version + 1 WHERE id = OLD.tenant;
    ELSE
        UPDATE tenant SET register_version = register_version + 1 WHERE id = NEW.tenant;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER agency_in_register AFTER INSERT OR UPDATE OR DELETE ON agency FOR EACH ROW EXECUTE FUNCTION register_changed();
CREATE TRIGGER officer_in_register AFTER INSERT OR UPDATE OR DELETE ON officer FOR EACH ROW EXECUTE FUNCTION register_changed();
CREATE TRIGGER certificate_in_register AFTER INSERT OR UPDATE OR DELETE ON certificate FOR EACH ROW EXECUTE FUNCTION register_changed();
CREATE TRIGGER certificate_interval_in_register AFTER INSERT OR UPDATE OR DELETE ON certificate_interval FOR EACH ROW EXECUTE FUNCTION register_changed();
CREATE TRIGGER device_in_register AFTER INSERT OR UPDATE OR DELETE ON device FOR EACH ROW EXECUTE FUNCTION register_changed();
CREATE TRIGGER item_in_register AFTER INSERT OR UPDATE OR DELETE ON item FOR EACH ROW EXECUTE FUNCTION register_changed();

-- ========
-- Keeps what a case was, so that no statement can forget to.

CREATE FUNCTION case_file_replaced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO case_file_past
    SELECT OLD.tenant, COALESCE((SELECT MAX(version) FROM case_file_past WHERE tenant = OLD.tenant), 0) + 1,
        OLD.case_leaf, OLD.id, OLD.status, OLD.duties, OLD.filing,
        OLD.conflicts + OLD.breaches + OLD.missing_evidence, OLD.opened_ms, OLD.updated_ms,
        COALESCE((SELECT locked_ms FROM tenant WHERE id = OLD.tenant), NEW.updated_ms),
        OCTET_LENGTH(OLD.search_text),
        CASE WHEN OLD.search_text <> NEW.search_text THEN OLD.search_text END;
    RETURN NULL;
END $$;
CREATE TRIGGER case_file_replaced AFTER UPDATE ON case_file FOR EACH ROW
WHEN (OLD.updated_ms <> NEW.updated_ms OR OLD.status <> NEW.status OR OLD.duties <> NEW.duties
    OR OLD.filing <> NEW.filing OR OLD.search_text <> NEW.search_text
    OR OLD.conflicts + OLD.breaches + OLD.missing_evidence <> NEW.conflicts + NEW.breaches + NEW.missing_evidence)
EXECUTE FUNCTION case_file_replaced();
