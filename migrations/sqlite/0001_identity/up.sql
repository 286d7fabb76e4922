-- Why: who may act, with what qualification, on which device; and the reference data both sides judge by.
-- Every key begins with `tenant`: it is the shard key. Ids are 16 bytes, instants milliseconds UTC, money fen,
-- legal dates `YYYY-MM-DD`. STRICT, so that a wrong type is refused here as it is on the other database.

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
    reference_version INTEGER NOT NULL
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
    PRIMARY KEY (tenant, code_hash),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
) STRICT;

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
    tenant  BLOB    NOT NULL REFERENCES tenant (id),
    code    TEXT    NOT NULL,
    name    TEXT    NOT NULL,
    sector  TEXT    NOT NULL,
    kind    TEXT    NOT NULL,
    basis   TEXT    NOT NULL,
    article TEXT    NOT NULL,
    -- Discretion range; empty where the item imposes no fine.
    min_fen INTEGER,
    max_fen INTEGER,
    wording TEXT    NOT NULL,
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
