-- Why: who may act, with what qualification, on which device; and the reference data both sides judge by.
-- Every key begins with `tenant`: it is the shard key. Ids are 16 bytes, instants milliseconds UTC, money fen,
-- legal dates `YYYY-MM-DD`. The SQLite twin says the same with its own types.

CREATE TABLE tenant (
    id                BYTEA   NOT NULL PRIMARY KEY,
    region            TEXT    NOT NULL,
    name              TEXT    NOT NULL,
    -- Written first by every transaction that serialises on the tenant.
    locked_ms         BIGINT  NOT NULL,
    log_epoch         BYTEA   NOT NULL,
    log_size          BIGINT  NOT NULL,
    log_frontier      BYTEA   NOT NULL,
    log_root          BYTEA   NOT NULL,
    server_epoch      BYTEA   NOT NULL,
    server_seq        BIGINT  NOT NULL,
    server_prev       BYTEA,
    -- Grows with every change of what `/v1/sync/reference` says.
    reference_version BIGINT  NOT NULL
);

-- Every key this installation has signed with; the last one registered is in use. Old ones still verify.
CREATE TABLE server_key (
    tenant     BYTEA   NOT NULL REFERENCES tenant (id),
    device     BYTEA   NOT NULL,
    public_key BYTEA   NOT NULL,
    since_ms   BIGINT  NOT NULL,
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
    number      TEXT NOT NULL,
    officer     BYTEA NOT NULL,
    category    TEXT NOT NULL,
    region      TEXT NOT NULL,
    issued_on   TEXT NOT NULL,
    valid_until TEXT NOT NULL,
    PRIMARY KEY (tenant, number),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
);
CREATE INDEX certificate_by_officer ON certificate (tenant, officer);

-- Legality is judged at the time of the act: the status is a history, not a column.
CREATE TABLE certificate_interval (
    tenant      BYTEA   NOT NULL,
    certificate TEXT    NOT NULL,
    ordinal     BIGINT  NOT NULL,
    status      TEXT    NOT NULL,
    from_ms     BIGINT  NOT NULL,
    until_ms    BIGINT,
    reason      TEXT    NOT NULL,
    basis       TEXT    NOT NULL,
    PRIMARY KEY (tenant, certificate, ordinal),
    FOREIGN KEY (tenant, certificate) REFERENCES certificate (tenant, number)
);

CREATE TABLE account (
    tenant          BYTEA   NOT NULL,
    login           TEXT    NOT NULL,
    officer         BYTEA   NOT NULL,
    -- Argon2id, PHC string.
    password        TEXT    NOT NULL,
    -- A token of an older version is worth nothing.
    session_version BIGINT  NOT NULL,
    PRIMARY KEY (tenant, login),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
);
CREATE UNIQUE INDEX account_by_officer ON account (tenant, officer);

CREATE TABLE role (
    tenant  BYTEA NOT NULL,
    officer BYTEA NOT NULL,
    name    TEXT NOT NULL,
    PRIMARY KEY (tenant, officer, name),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
);

CREATE TABLE enrolment_code (
    tenant     BYTEA   NOT NULL,
    code_hash  BYTEA   NOT NULL,
    officer    BYTEA   NOT NULL,
    -- Empty when it came from the command line of the machine itself.
    issued_by  BYTEA,
    expires_ms BIGINT  NOT NULL,
    used_ms    BIGINT,
    PRIMARY KEY (tenant, code_hash),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
);

CREATE TABLE device (
    tenant         BYTEA   NOT NULL,
    id             BYTEA   NOT NULL,
    officer        BYTEA   NOT NULL,
    public_key     BYTEA   NOT NULL,
    label          TEXT    NOT NULL,
    enrolled_ms    BIGINT  NOT NULL,
    revoked_ms     BIGINT,
    revoked_reason TEXT,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
);
CREATE UNIQUE INDEX device_by_key ON device (tenant, public_key);
CREATE INDEX device_by_officer ON device (tenant, officer, id);

CREATE TABLE device_challenge (
    tenant     BYTEA   NOT NULL,
    hash       BYTEA   NOT NULL,
    device     BYTEA   NOT NULL,
    expires_ms BIGINT  NOT NULL,
    PRIMARY KEY (tenant, hash),
    FOREIGN KEY (tenant, device) REFERENCES device (tenant, id)
);
CREATE INDEX device_challenge_by_expiry ON device_challenge (tenant, expires_ms);

CREATE TABLE lease (
    tenant       BYTEA   NOT NULL,
    hash         BYTEA   NOT NULL,
    device       BYTEA   NOT NULL,
    officer      BYTEA   NOT NULL,
    issued_ms    BIGINT  NOT NULL,
    not_after_ms BIGINT  NOT NULL,
    bytes        BYTEA   NOT NULL,
    PRIMARY KEY (tenant, hash),
    FOREIGN KEY (tenant, device) REFERENCES device (tenant, id)
);
CREATE INDEX lease_by_device ON lease (tenant, device, issued_ms);

-- The next free number of a form, agency and year.
CREATE TABLE number_series (
    tenant      BYTEA   NOT NULL,
    form        TEXT    NOT NULL,
    agency      BYTEA   NOT NULL,
    year        BIGINT  NOT NULL,
    next_number BIGINT  NOT NULL,
    PRIMARY KEY (tenant, form, agency, year),
    FOREIGN KEY (tenant, agency) REFERENCES agency (tenant, id)
);

CREATE TABLE number_block (
    tenant       BYTEA   NOT NULL,
    form         TEXT    NOT NULL,
    agency       BYTEA   NOT NULL,
    year         BIGINT  NOT NULL,
    first_number BIGINT  NOT NULL,
    last_number  BIGINT  NOT NULL,
    device       BYTEA   NOT NULL,
    epoch        BYTEA   NOT NULL,
    -- The lease it first travelled with.
    lease        BYTEA   NOT NULL,
    PRIMARY KEY (tenant, form, agency, year, first_number),
    FOREIGN KEY (tenant, device) REFERENCES device (tenant, id)
);
CREATE INDEX number_block_by_device ON number_block (tenant, device, epoch, form, year);

-- Numbered paper, sealed beforehand and handed to an officer.
CREATE TABLE paper_block (
    tenant        BYTEA   NOT NULL,
    form          TEXT    NOT NULL,
    prefix        TEXT    NOT NULL,
    first_number  BIGINT  NOT NULL,
    last_number   BIGINT  NOT NULL,
    officer       BYTEA   NOT NULL,
    registered_ms BIGINT  NOT NULL,
    PRIMARY KEY (tenant, form, prefix, first_number),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
);
CREATE INDEX paper_block_by_officer ON paper_block (tenant, officer);

CREATE TABLE region (
    tenant BYTEA NOT NULL REFERENCES tenant (id),
    code   TEXT NOT NULL,
    name   TEXT NOT NULL,
    parent TEXT,
    level  TEXT NOT NULL,
    PRIMARY KEY (tenant, code)
);

CREATE TABLE item (
    tenant  BYTEA   NOT NULL REFERENCES tenant (id),
    code    TEXT    NOT NULL,
    name    TEXT    NOT NULL,
    sector  TEXT    NOT NULL,
    kind    TEXT    NOT NULL,
    basis   TEXT    NOT NULL,
    article TEXT    NOT NULL,
    -- Discretion range; empty where the item imposes no fine.
    min_fen BIGINT,
    max_fen BIGINT,
    wording TEXT    NOT NULL,
    PRIMARY KEY (tenant, code)
);

CREATE TABLE holiday (
    tenant BYTEA   NOT NULL REFERENCES tenant (id),
    year   BIGINT  NOT NULL,
    json   TEXT    NOT NULL,
    PRIMARY KEY (tenant, year)
);

-- Mirrored from the municipal platform, never authored here: its own task id is the key.
CREATE TABLE inspection_task (
    tenant      BYTEA   NOT NULL,
    id          TEXT    NOT NULL,
    agency      BYTEA   NOT NULL,
    item        TEXT    NOT NULL,
    party_name  TEXT    NOT NULL,
    party_uscc  TEXT    NOT NULL,
    address     TEXT    NOT NULL,
    code        TEXT    NOT NULL,
    notice      TEXT    NOT NULL,
    approved_by TEXT    NOT NULL,
    approved_ms BIGINT  NOT NULL,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, agency) REFERENCES agency (tenant, id),
    FOREIGN KEY (tenant, item) REFERENCES item (tenant, code)
);

CREATE TABLE task_officer (
    tenant  BYTEA NOT NULL,
    task    TEXT NOT NULL,
    officer BYTEA NOT NULL,
    PRIMARY KEY (tenant, task, officer),
    FOREIGN KEY (tenant, task) REFERENCES inspection_task (tenant, id),
    FOREIGN KEY (tenant, officer) REFERENCES officer (tenant, id)
);
CREATE INDEX task_officer_by_officer ON task_officer (tenant, officer, task);
