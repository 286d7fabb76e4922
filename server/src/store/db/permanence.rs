//! Test: every table of the schema refuses the verbs that the ledger forbids, on both databases.

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::{Db, Manager};
use crate::store::ledger::{FOLLOWING, LEDGER, MUTABLE};
use crate::store::tests::{empty_schema, what_was_written_is_read_back};
use crate::store::{Store, grant_application_role};

/// Runs one expression for whichever connection it is.
macro_rules! on_either {
    ($db:expr, |$connection:ident| $body:expr) => {
        match $db {
            Db::Sqlite($connection) => $body,
            Db::Postgres($connection) => $body,
        }
    };
}

/// A name as the database gives it.
#[derive(diesel::QueryableByName)]
struct Named {
    #[diesel(sql_type = diesel::sql_types::Text)]
    name: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    kind: String,
}

/// The tables of the schema, without the one of the migrations.
fn tables(db: &mut Db) -> BTreeSet<String> {
    let asked = match db {
        Db::Sqlite(_) => "SELECT name, '' AS kind FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        Db::Postgres(_) => {
            "SELECT tablename::text AS name, '' AS kind FROM pg_tables WHERE schemaname = current_schema()"
        }
    };
    let found: Vec<Named> = on_either!(db, |connection| diesel::sql_query(asked).load(connection)).unwrap();
    found.into_iter().map(|found| found.name).filter(|name| name != "__diesel_schema_migrations").collect()
}

/// The columns of a table with their types.
fn columns(db: &mut Db, table: &str) -> Vec<Named> {
    let asked = match db {
        Db::Sqlite(_) => format!("SELECT name, type AS kind FROM pragma_table_info('{table}')"),
        Db::Postgres(_) => format!(
            "SELECT column_name::text AS name, data_type::text AS kind FROM information_schema.columns
             WHERE table_schema = current_schema() AND table_name = '{table}'"
        ),
    };
    on_either!(db, |connection| diesel::sql_query(asked).load(connection)).unwrap()
}

/// Inserts a row into a table, ignoring references.
fn put_row(db: &mut Db, table: &str, columns: &[Named]) {
    let value = |column: &Named| match column.kind.as_str() {
        "BLOB" => "x'00'",
        "bytea" => "'\\x00'",
        "TEXT" | "text" => "'a'",
        "boolean" => "false",
        _ => "0",
    };
    let (names, values): (Vec<&str>, Vec<&str>) =
        columns.iter().map(|column| (column.name.as_str(), value(column))).unzip();
    let insert = format!("INSERT INTO \"{table}\" ({}) VALUES ({})", names.join(", "), values.join(", "));
    let (before, after) = match db {
        Db::Sqlite(_) => ("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys = ON"),
        // Neither foreign keys nor triggers, for the insert alone.
        Db::Postgres(_) => ("SET session_replication_role = replica", "SET session_replication_role = origin"),
    };
    db.batch_execute(&format!("{before}; {insert}; {after};")).unwrap();
}

/// An update of each column that may not change.
fn updates(table: &str, columns: &[Named]) -> Vec<String> {
    let may = FOLLOWING.iter().find(|(of, ..)| *of == table).map_or(&[][..], |(_, columns, _)| *columns);
    let permanent = columns.iter().map(|column| column.name.as_str()).filter(|column| !may.contains(column));
    permanent.map(|column| format!("UPDATE \"{table}\" SET {column} = {column}")).collect()
}

/// The verbs that a ledger refuses, over a table that has a row.
fn verbs(db: &Db, table: &str, columns: &[Named]) -> Vec<String> {
    let mut verbs = updates(table, columns);
    verbs.extend([format!("DELETE FROM \"{table}\""), format!("DELETE FROM \"{table}\" WHERE 1 = 1")]);
    match db {
        Db::Sqlite(_) => verbs.push(format!("REPLACE INTO \"{table}\" SELECT * FROM \"{table}\"")),
        Db::Postgres(_) => verbs.extend([format!("TRUNCATE \"{table}\""), format!("TRUNCATE \"{table}\" CASCADE")]),
    }
    verbs
}

fn refuses_every_verb(db: &mut Db) {
    let listed: BTreeSet<String> =
        LEDGER.iter().copied().chain(MUTABLE.iter().map(|(table, _)| *table)).map(str::to_owned).collect();
    assert_eq!(listed.len(), LEDGER.len() + MUTABLE.len(), "a table stands in one list");
    assert_eq!(tables(db), listed, "a table is in the ledger, or says why its rows may change");
    for table in LEDGER {
        let columns = columns(db, table);
        put_row(db, table, &columns);
        for verb in verbs(db, table, &columns) {
            let refused = db.batch_execute(&verb).expect_err(&verb).to_string();
            assert!(refused.contains("permanent"), "{verb}: {refused}");
        }
    }
}

#[test]
fn check_46_on_sqlite_every_table_of_the_ledger_refuses_every_verb() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("t.db");
    let address = path.to_str().unwrap();
    drop(Store::open(address).unwrap());
    refuses_every_verb(&mut Manager::parse(address).unwrap().opened());
}

#[test]
fn check_46_on_postgres_every_table_of_the_ledger_refuses_every_verb() {
    let Some(address) = empty_schema("ledger_verbs") else { return };
    drop(Store::open(&address).unwrap());
    refuses_every_verb(&mut Manager::parse(&address).unwrap().opened());
}

/// As [`verbs`], plus statements that would remove the triggers.
fn attacks(table: &str, columns: &[Named]) -> Vec<String> {
    let mut attacks = updates(table, columns);
    attacks.extend([
        format!("DELETE FROM \"{table}\""),
        format!("TRUNCATE \"{table}\""),
        format!("ALTER TABLE \"{table}\" DISABLE TRIGGER ALL"),
        format!("DROP TABLE \"{table}\" CASCADE"),
    ]);
    attacks
}

#[test]
fn check_46_the_applications_role_on_postgres_owns_nothing_and_works() {
    let Some(address) = empty_schema("ledger_role") else { return };
    let mut owner = diesel::PgConnection::establish(&address).unwrap();
    owner
        .batch_execute(
            "DO $$ BEGIN CREATE ROLE palm_ledger_test LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
        )
        .unwrap();
    for _ in 0..2 {
        grant_application_role(&address, "palm_ledger_test").unwrap();
    }
    assert!(grant_application_role(&address, "palm_ledger_test; DROP TABLE change").is_err());
    let (_, rest) = address.split_once('@').unwrap();
    let as_application = format!("postgres://palm_ledger_test@{rest}");
    let store = Store::open(&as_application).unwrap();
    assert!(!store.owns_the_ledger().unwrap() && Store::open(&address).unwrap().owns_the_ledger().unwrap());
    what_was_written_is_read_back(&store);
    let mut application = Manager::parse(&as_application).unwrap().opened();
    for table in LEDGER {
        let columns = columns(&mut application, table);
        put_row(&mut Manager::parse(&address).unwrap().opened(), table, &columns);
        for attack in attacks(table, &columns) {
            let refused = application.batch_execute(&attack).expect_err(&attack).to_string();
            assert!(refused.contains("permission denied") || refused.contains("must be owner"), "{attack}: {refused}");
        }
    }
}
