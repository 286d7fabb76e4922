//! Rules of transactions and of tests that open a database, read from the sources.
//!
//! Not here: who imports what (`layers`).

use std::collections::BTreeSet;

use crate::layers::{Source, code, has_word, is_test, nothing, rust_files};

/// Acceptance tests that open a database themselves, and why.
const DATABASE_TESTS: &[(&str, &str)] = &[
    ("tests/src/cluster.rs", "starts a PostgreSQL that a test may kill"),
    ("tests/src/server.rs", "creates and drops the database of each server, and runs the engine's integrity check"),
    ("tests/tests/acceptance/backup.rs", "damages a copy, which no API does"),
    ("tests/tests/acceptance/database_role.rs", "connects with the role of the application"),
    ("tests/tests/acceptance/search.rs", "makes a database of an earlier version"),
    ("tests/tests/acceptance/tls_to_postgres.rs", "looks at the connection itself"),
    ("tests/tests/acceptance/write_faults.rs", "runs the engine's integrity check after a kill"),
];

#[test]
fn acceptance_tests_go_through_the_api_but_for_those_that_are_listed() {
    let opens =
        |file: &Source| code(&file.text).any(|line| ["diesel", "rusqlite"].iter().any(|word| has_word(line, word)));
    let acceptance = |path: &str| {
        (path.starts_with("tests/src/") && !path.starts_with("tests/src/load"))
            || path.starts_with("tests/tests/acceptance")
    };
    let files = rust_files().into_iter().filter(|file| {
        acceptance(&file.path) && !["/layers.rs", "/store_rules.rs"].iter().any(|rule| file.path.ends_with(rule))
    });
    let found: BTreeSet<String> = files.filter(opens).map(|file| file.path).collect();
    let listed: BTreeSet<String> = DATABASE_TESTS.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(found, listed, "tests that open a database, and the list with their reasons");
}

/// Writes that read first and take no lock, and why they may.
const READ_FIRST: &[(&str, &str, &str)] = &[
    ("server/src/flow/case.rs", "access::look", "adds a record of the audit, whatever it reads"),
    ("server/src/flow/case_record.rs", "access::look", "adds a record of the audit, whatever it reads"),
    ("server/src/flow/device.rs", "device", "adds a challenge, which nothing else reads"),
    ("server/src/flow/evidence.rs", "access::look", "adds a record of the audit, whatever it reads"),
    ("server/src/flow/evidence.rs", "upload_of", "adds an upload; two of the same file end as one when they complete"),
    ("server/src/flow/handwriting.rs", "access::look", "adds a record of the audit, whatever it reads"),
    ("server/src/flow/outbox.rs", "outbox_due", "postpones a row, which only the holder of the turn does"),
];
/// How the intents begin that write.
const WRITES: &[&str] = &[
    "add_",
    "complete_",
    "count_",
    "drop_",
    "end_",
    "forget_",
    "keep_",
    "leave_",
    "lock_",
    "mend_",
    "set_",
    "take_",
    "touch_",
    "use_",
];
/// Functions of a flow that get the transaction and begin with a lock.
const LOCKING: &[&str] = &["Recorder::begin", "expire", "record"];

/// The first thing that a closure over a transaction does with it.
fn first_use(closure: &str) -> Option<&str> {
    let name = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let method = closure.find("tx.").map(|at| (at, &closure[at + 3..]));
    let passed = closure.find("(tx,").map(|at| (at, closure[..at].rsplit(|c| !name(c)).next().unwrap_or_default()));
    match (method, passed) {
        (Some((at, _)), Some((other, called))) if other < at => Some(called),
        (Some((_, rest)), _) => rest.split(|c| !name(c)).next(),
        (None, Some((_, called))) => Some(called),
        (None, None) => None,
    }
}

#[test]
fn a_write_begins_with_a_lock_or_a_write_unless_it_is_listed() {
    let (mut found, mut used) = (Vec::new(), BTreeSet::new());
    for file in
        rust_files().into_iter().filter(|file| file.path.starts_with("server/src/flow/") && !is_test(&file.path))
    {
        let text = file.text.split("#[cfg(test)]").next().unwrap_or_default();
        for name in [".write(", ".write_sync(", ".write_sync::<", ".write_as_writer::<"] {
            for (at, _) in text.match_indices(name) {
                let Some(begin) = text[at..].find("|tx|").filter(|begin| *begin < 80) else { continue };
                let Some(first) = first_use(&text[at + begin + 4..]) else { continue };
                let writes = WRITES.iter().any(|start| first.starts_with(start)) || LOCKING.contains(&first);
                match READ_FIRST.iter().position(|(path, call, _)| *path == file.path && *call == first) {
                    Some(index) => _ = used.insert(index),
                    None if !writes => found.push(format!("{}: a write begins with {first}", file.path)),
                    None => {}
                }
            }
        }
    }
    nothing(&found);
    assert_eq!(used.len(), READ_FIRST.len(), "every exception is used");
}
