//! The list of ledger tables, and for every other table the reason why its rows may change.
//!
//! Promise: every table of the schema is in one of the two lists. Rows of the ledger are added, never updated or
//! deleted. Triggers enforce this on both databases, on PostgreSQL also the rights of the application's role
//! (`db::role`). Not here: the triggers themselves, which are in the migrations.

/// Tables whose rows are only added.
pub const LEDGER: &[&str] = &[
    "account_event",
    "alarm",
    "case_record",
    "certificate_confirmation",
    "certificate_source",
    "change",
    "credential",
    "evidence_file",
    "leaf",
    "lease",
    "log_head",
    "mandate_item",
    "number_block",
    "paper_block",
    "read_audit",
    "receipt",
    "receipt_entry",
    "register_event",
    "server_key",
];

/// Columns of ledger tables that reflect something outside the ledger and may change, each with the reason. The other
/// columns of these rows are permanent.
pub const FOLLOWING: &[(&str, &[&str], &str)] = &[(
    "evidence_file",
    &["blocks", "damage", "damaged_ms", "dropped_ms"],
    "whether the bytes are on the disk today, and whole",
)];

/// Tables whose rows change, each with the reason.
pub const MUTABLE: &[(&str, &str)] = &[
    ("account", "a password is replaced, sessions end, an account is closed"),
    ("agency", "the register follows the organs"),
    ("assessment", "a wrong entry is annulled, and stays"),
    ("case_evidence", "projection: made again from the changes"),
    ("case_file", "projection: made again from the changes"),
    ("case_file_past", "what lists showed before, kept for readers between two pages, and forgotten"),
    ("case_gram", "index of the search: made again from the projection"),
    ("case_moment", "index of the search: made again from the projection"),
    ("case_officer", "projection: made again from the changes"),
    ("case_text", "index of the search: made again from the projection"),
    ("certificate", "the register follows the certificates"),
    ("certificate_interval", "an interval ends; a mirrored status is corrected"),
    ("change_value", "a lawful order removes a value; its commitment stays in the change"),
    ("console_session", "a session is used, and ends"),
    ("deputy", "the time of a deputy ends early"),
    ("device", "a phone is revoked"),
    ("device_challenge", "a challenge is used up"),
    ("document_index", "projection: made again from the changes"),
    ("enrolment_code", "a code is used up"),
    ("holiday", "reference data of a year are replaced by the notice"),
    ("idempotency", "remembers requests, and may forget them"),
    ("inspection_task", "mirrored from the municipal platform"),
    ("item", "reference data are replaced"),
    ("kept_roster", "a roster waits until it is confirmed, or expires"),
    ("login_attempt", "counts, and is forgotten"),
    ("mandate", "a mandate is ended before its term"),
    ("named_evidence", "projection: made again from the changes"),
    ("number_series", "the next free number grows"),
    ("officer", "the register follows the persons"),
    ("officer_exit", "an exit is heard, and decided"),
    ("officer_identity", "a number that was entered wrongly is corrected"),
    ("outbox", "a row goes when its effect has happened"),
    ("outbox_turn", "the turn passes from process to process"),
    ("parked", "what waits is stored in the end, or goes"),
    ("password_reset", "a reset is confirmed, and used up"),
    ("phone_use", "what a phone used of its day is counted up, and forgotten"),
    ("refresh_family", "a sign-in is renewed, and ends"),
    ("refresh_token", "a refresh token is used once"),
    ("region", "reference data are replaced"),
    ("role", "rights are given and taken"),
    ("supervision_lead", "a lead is answered and closed"),
    ("task_officer", "mirrored from the municipal platform"),
    ("tenant", "holds the heads of the log and of the server's chain"),
    ("training", "a wrong entry is annulled, and stays"),
    ("unsent_form", "a form is kept until its author sends it"),
    ("upload", "an upload goes on, and is completed"),
    ("used_proof", "a proof that was used is forgotten when it has expired"),
];
