//! Inserts many rows at once.
//!
//! Promise: the text of a statement does not depend on the number of rows, so each database prepares it once. On
//! PostgreSQL it takes one array per column, and rows of several tables are one statement, so a group of pushes costs
//! one round trip. (`VALUES` lists would be parsed and planned again for every number of rows.) SQLite runs in the
//! process, so rows are inserted one by one.

use std::marker::PhantomData;

use diesel::QueryResult;
use diesel::SqliteConnection;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{Array, HasSqlType, SingleValue};

use crate::store::db::Db;

/// Rows in one statement for PostgreSQL. While it is sent, memory holds a second copy of them.
pub(in crate::store) const ROWS_PER_STATEMENT: usize = 256;

/// Rows that can be inserted by column. [`by_column`] implements it.
pub(in crate::store) trait Columns: Sized {
    /// The statement that inserts these rows into PostgreSQL.
    fn insert(rows: &[Self]) -> Insert<'_>;
    /// Inserts this row into SQLite.
    fn put(&self, connection: &mut SqliteConnection) -> QueryResult<()>;
}

/// Rows of one table, without the type of the table.
trait Rows {
    fn count(&self) -> usize;
    fn inserts(&self) -> Vec<Insert<'_>>;
    fn put(&self, connection: &mut SqliteConnection) -> QueryResult<()>;
}

impl<R: Columns> Rows for Vec<R> {
    fn count(&self) -> usize {
        self.len()
    }

    fn inserts(&self) -> Vec<Insert<'_>> {
        self.chunks(ROWS_PER_STATEMENT).map(R::insert).collect()
    }

    fn put(&self, connection: &mut SqliteConnection) -> QueryResult<()> {
        self.iter().try_for_each(|row| row.put(connection))
    }
}

/// New rows of several tables, which are inserted together.
#[derive(Default)]
pub struct Additions<'a>(Vec<Box<dyn Rows + 'a>>);

impl<'a> Additions<'a> {
    /// Adds these rows.
    pub(in crate::store) fn rows<R: Columns + 'a>(&mut self, rows: Vec<R>) {
        if !rows.is_empty() {
            self.0.push(Box::new(rows));
        }
    }

    /// Inserts all rows. On PostgreSQL the order is undefined, so no row may depend on another.
    pub(in crate::store) fn insert(self, db: &mut Db) -> QueryResult<()> {
        let Self(all) = self;
        match db {
            Db::Sqlite(connection) => all.iter().try_for_each(|rows| rows.put(connection)),
            Db::Postgres(connection) if all.iter().all(|rows| rows.count() <= ROWS_PER_STATEMENT) => {
                Together(all.iter().flat_map(|rows| rows.inserts()).collect()).run(connection)
            }
            Db::Postgres(connection) => {
                let mut inserts = all.iter().flat_map(|rows| rows.inserts());
                inserts.try_for_each(|insert| insert.run(connection))
            }
        }
    }
}

/// `INSERT INTO … SELECT * FROM unnest(…)`: one table, an array for each column.
pub(in crate::store) struct Insert<'a> {
    table: &'static str,
    columns: Vec<(&'static str, Box<dyn Values + 'a>)>,
    /// The SQL of the `ON CONFLICT` clause.
    on_conflict: String,
}

/// The values of one column.
trait Values {
    fn bind<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()>;
}

struct Typed<S, T>(Vec<T>, PhantomData<S>);

impl<S, T> Values for Typed<S, T>
where
    S: 'static,
    Pg: HasSqlType<S>,
    T: ToSql<S, Pg>,
{
    fn bind<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_bind_param::<Array<S>, Vec<T>>(&self.0)
    }
}

impl<'a> Insert<'a> {
    /// An insert into a table, without columns yet.
    pub(in crate::store) const fn into(table: &'static str) -> Self {
        Self { table, columns: Vec::new(), on_conflict: String::new() }
    }

    /// Adds a column with these values.
    pub(in crate::store) fn column<C, T>(mut self, _column: C, values: Vec<T>) -> Self
    where
        C: Column,
        C::SqlType: SingleValue + 'static,
        Pg: HasSqlType<C::SqlType>,
        T: ToSql<C::SqlType, Pg> + 'a,
    {
        self.columns.push((C::NAME, Box::new(Typed::<C::SqlType, T>(values, PhantomData))));
        self
    }

    /// If a row with the same `keys` exists, its columns `replaced` get the new values.
    pub(in crate::store) fn or_replace(mut self, keys: &[&str], replaced: &[&str]) -> Self {
        let new: Vec<String> = replaced.iter().map(|name| format!("\"{name}\" = EXCLUDED.\"{name}\"")).collect();
        self.on_conflict = format!(" ON CONFLICT (\"{}\") DO UPDATE SET {}", keys.join("\", \""), new.join(", "));
        self
    }

    /// Runs it.
    pub(in crate::store) fn run(self, connection: &mut PgConnection) -> QueryResult<()> {
        Together(vec![self]).run(connection)
    }
}

/// Several inserts as one statement: all except the last are in its `WITH` clause, which PostgreSQL also executes.
struct Together<'a>(Vec<Insert<'a>>);

impl Together<'_> {
    fn run(self, connection: &mut PgConnection) -> QueryResult<()> {
        if self.0.is_empty() { Ok(()) } else { self.execute(connection).map(|_inserted| ()) }
    }
}

impl RunQueryDsl<PgConnection> for Together<'_> {}

/// A connection caches the prepared statement by its text.
impl QueryId for Together<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<Pg> for Together<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let Some((last, before)) = self.0.split_last() else { return Ok(()) };
        for (at, insert) in before.iter().enumerate() {
            out.push_sql(if at == 0 { "WITH " } else { ", " });
            out.push_identifier(&format!("added_{at}"))?;
            out.push_sql(" AS (");
            insert.walk_ast(out.reborrow())?;
            out.push_sql(")");
        }
        if !before.is_empty() {
            out.push_sql(" ");
        }
        last.walk_ast(out)
    }
}

impl QueryFragment<Pg> for Insert<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("INSERT INTO ");
        out.push_identifier(self.table)?;
        for (at, (name, _)) in self.columns.iter().enumerate() {
            out.push_sql(if at == 0 { " (" } else { ", " });
            out.push_identifier(name)?;
        }
        for (at, (_, values)) in self.columns.iter().enumerate() {
            out.push_sql(if at == 0 { ") SELECT * FROM unnest(" } else { ", " });
            values.bind(&mut out)?;
        }
        out.push_sql(")");
        out.push_sql(&self.on_conflict);
        Ok(())
    }
}

/// Implements [`Columns`] for a row whose fields have the names of the table's columns, and for those of a nested struct
/// `with`. A forgotten field does not compile.
macro_rules! by_column {
    (
        $table:ident, $row:ident $(<$life:lifetime>)? { $($field:ident),+ $(,)? }
        $(with $part:ident: $inner:ident { $($nested:ident),+ $(,)? })?
    ) => {
        impl $crate::store::dialect::Columns for $row $(<$life>)? {
            fn insert(rows: &[Self]) -> $crate::store::dialect::Insert<'_> {
                let _all = |Self { $($field: _,)+ $($part: $inner { $($nested: _),+ })? }: Self| ();
                let insert = $crate::store::dialect::Insert::into(stringify!($table));
                $(let insert = insert.column($table::$field, rows.iter().map(|row| &row.$field).collect());)+
                $($(let insert = insert.column($table::$nested, rows.iter().map(|row| &row.$part.$nested).collect());)+)?
                insert
            }

            fn put(&self, connection: &mut diesel::SqliteConnection) -> diesel::QueryResult<()> {
                diesel::insert_into($table::table).values(self).execute(connection).map(|_inserted| ())
            }
        }
    };
}

/// Inserts a slice of rows. If a row with the same key exists, these columns of it are replaced.
macro_rules! upsert_rows {
    ($tx:expr, $table:ident, $rows:expr, ($($key:ident),+), ($($column:ident),+)) => {
        match $tx.db() {
            $crate::store::db::Db::Postgres(connection) => {
                $rows.chunks($crate::store::dialect::ROWS_PER_STATEMENT).try_for_each(|rows| {
                    $crate::store::dialect::Columns::insert(rows)
                        .or_replace(&[$(stringify!($key)),+], &[$(stringify!($column)),+])
                        .run(connection)
                })
            }
            $crate::store::db::Db::Sqlite(connection) => $rows.iter().try_for_each(|row| {
                diesel::insert_into($table::table)
                    .values(row)
                    .on_conflict(($($table::$key),+))
                    .do_update()
                    .set(($($table::$column.eq(diesel::upsert::excluded($table::$column))),+,))
                    .execute(connection)
                    .map(|_put| ())
            }),
        }
    };
}

pub(in crate::store) use {by_column, upsert_rows};
