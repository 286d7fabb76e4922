//! Copies the embedded database while the server runs, and opens a copy without changing it.
//!
//! Promise: a copy is one snapshot and contains everything that was committed before it began; neither side is
//! migrated. Not here: the meaning of the rows (`super::super::backup`), copies of PostgreSQL, which has its own
//! programs.

use std::path::Path;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::{Db, Manager, open_sqlite, private};
use crate::store::Error;

impl Manager {
    /// Copies the database into the file `to`, readable by its owner only, and syncs it to the disk.
    pub(in crate::store) fn copy_to(&self, to: &Path) -> Result<(), Error> {
        let Self::Sqlite { path, cache } = self else {
            return Err(Error::Open("a PostgreSQL database is copied with pg_dump: see docs/operate.md".to_owned()));
        };
        if !path.exists() {
            return Err(Error::Open(format!("{}: there is no database", path.display())));
        }
        let failed = |error: std::io::Error| Error::Open(format!("{}: {error}", to.display()));
        let name = to.to_str().ok_or_else(|| Error::Open("the path is not UTF-8".to_owned()))?;
        let file = private(to).map_err(failed)?;
        diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(name).execute(&mut open_sqlite(path, *cache)?)?;
        file.sync_all().map_err(failed)
    }
}

/// Characters with a special meaning in a file URI (https://www.sqlite.org/uri.html).
const OF_URI: &AsciiSet = &CONTROLS.add(b'%').add(b'?').add(b'#');

/// Opens a copy read-only: no byte of it changes, and no file is created beside it.
pub(in crate::store) fn open_copy(path: &Path) -> Result<Db, Error> {
    let name = path.to_str().ok_or_else(|| Error::Open("the path is not UTF-8".to_owned()))?;
    let address = format!("file:{}?mode=ro&immutable=1", utf8_percent_encode(name, OF_URI));
    let db = diesel::SqliteConnection::establish(&address).map_err(|e| Error::Open(format!("{name}: {e}")))?;
    Ok(Db::Sqlite(db))
}

/// The newest migration of a copy, after SQLite has found no damage in it.
pub(in crate::store) fn sound_schema(db: &mut Db) -> Result<String, Error> {
    let said: Option<String> =
        diesel::select(sql::<Nullable<Text>>("(SELECT group_concat(integrity_check) FROM pragma_integrity_check)"))
            .get_result(db)?;
    let orphans: i64 =
        diesel::select(sql::<BigInt>("(SELECT count(*) FROM pragma_foreign_key_check)")).get_result(db)?;
    if said.as_deref() != Some("ok") || orphans != 0 {
        return Err(Error::Inconsistent { what: "pages or references" });
    }
    let newest: Option<String> =
        diesel::select(sql::<Nullable<Text>>("(SELECT max(version) FROM __diesel_schema_migrations)"))
            .get_result(db)?;
    newest.ok_or(Error::Inconsistent { what: "migrations" })
}
