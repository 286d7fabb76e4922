//! Both databases have the same tables, and every table can be sharded by tenant.

use super::*;
use diesel::sql_types::Text;
use std::collections::BTreeSet;

#[derive(diesel::QueryableByName, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Column {
    #[diesel(sql_type = Text)]
    place: String,
}

fn migration_names(database: &str) -> BTreeSet<String> {
    let path = format!("{}/../migrations/{database}", env!("CARGO_MANIFEST_DIR"));
    let entries = std::fs::read_dir(path).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn migrations_come_in_pairs() {
    let names = migration_names("sqlite");
    assert_eq!(names, migration_names("postgres"));
    for (database, name) in ["sqlite", "postgres"].iter().flat_map(|d| names.iter().map(move |n| (d, n))) {
        let path = format!("{}/../migrations/{database}/{name}", env!("CARGO_MANIFEST_DIR"));
        let up = std::fs::read_to_string(format!("{path}/up.sql")).unwrap();
        assert!(up.starts_with("-- Why:"), "{path}/up.sql does not say why");
        let files = std::fs::read_dir(&path).unwrap().count();
        assert_eq!(files, 1, "{path}: forward only, nothing beside up.sql");
    }
}

fn sqlite() -> (tempfile::TempDir, diesel::SqliteConnection) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s.db");
    drop(Store::open(path.to_str().unwrap()).unwrap());
    let connection = diesel::SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    (directory, connection)
}

#[test]
fn every_key_begins_with_the_tenant() {
    let (_directory, mut db) = sqlite();
    let wrong: Vec<Column> = diesel::sql_query(
        "SELECT m.name || '.' || p.name AS place FROM sqlite_master m JOIN pragma_table_info(m.name) p \
         WHERE m.type = 'table' AND m.name NOT IN ('tenant', '__diesel_schema_migrations') \
         AND m.name NOT LIKE 'sqlite_%' AND p.pk = 1 AND p.name <> 'tenant'",
    )
    .load(&mut db)
    .unwrap();
    assert_eq!(wrong, []);
}

#[derive(diesel::QueryableByName, Debug)]
struct PlanRow {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[test]
fn sqlite_finds_the_officers_of_a_case_by_the_case() {
    let (_directory, mut db) = sqlite();
    let officers = "SELECT officer FROM case_officer WHERE tenant = x'01' AND case_leaf = 2";
    let plan: Vec<PlanRow> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {officers}")).load(&mut db).unwrap();
    assert!(plan.iter().any(|step| step.detail.contains("(tenant=? AND case_leaf=?)")), "{plan:?}");
}

#[test]
fn both_databases_have_the_same_columns() {
    let (_directory, mut sqlite) = sqlite();
    if postgres_schema("schema_columns").is_none() {
        return;
    }
    let ours: BTreeSet<Column> = diesel::sql_query(
        "SELECT m.name || '.' || p.name || CASE WHEN p.\"notnull\" OR p.pk THEN '' ELSE '?' END AS place \
         FROM sqlite_master m JOIN pragma_table_info(m.name) p \
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> '__diesel_schema_migrations'",
    )
    .load(&mut sqlite)
    .unwrap()
    .into_iter()
    .collect();
    let mut admin = diesel::PgConnection::establish(&std::env::var("TEST_POSTGRES_URL").unwrap()).unwrap();
    let theirs: BTreeSet<Column> = diesel::sql_query(
        "SELECT table_name || '.' || column_name || CASE is_nullable WHEN 'NO' THEN '' ELSE '?' END AS place \
         FROM information_schema.columns WHERE table_schema = 'schema_columns' \
         AND table_name <> '__diesel_schema_migrations'",
    )
    .load(&mut admin)
    .unwrap()
    .into_iter()
    .collect();
    assert_eq!(ours, theirs);
}
