//! The role of the application on PostgreSQL: it owns nothing.
//!
//! Promise: a person with the application's password can add rows to the ledger and change mutable rows, but cannot
//! alter, remove or truncate rows of the ledger or drop its triggers. Not here: creating the role and its password,
//! which the database administrator does.

use std::fmt::Write as _;

use diesel::connection::SimpleConnection as _;

use super::Manager;
use crate::store::Error;
use crate::store::ledger::{FOLLOWING, LEDGER, MUTABLE};

/// Migrates the schema at `address` as its owner, and grants `role` what the application needs. Idempotent.
///
/// # Errors
/// [`Error::Open`] for SQLite, which has no roles, and for a name that is no plain identifier; [`Error::Migrate`];
/// [`Error::Statement`] where there is no such role or the connected role may not grant.
pub fn grant_application_role(address: &str, role: &str) -> Result<(), Error> {
    let manager = Manager::parse(address)?;
    if matches!(manager, Manager::Sqlite { .. }) {
        return Err(Error::Open("SQLite has no roles: name the PostgreSQL database by its owner".to_owned()));
    }
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if role.is_empty() || role.len() > 63 || !role.chars().all(plain) {
        return Err(Error::Open("the role's name has lowercase letters, digits and _ only".to_owned()));
    }
    manager.migrate()?;
    manager.open()?.batch_execute(&grants(role)?)?;
    Ok(())
}

/// The grants, in one transaction.
fn grants(role: &str) -> Result<String, Error> {
    let mut sql = format!(
        "BEGIN;
         DO $$ BEGIN
             IF pg_has_role('{role}', current_user, 'MEMBER') THEN
                 RAISE EXCEPTION 'the role {role} owns the tables, or may act as their owner: name another';
             END IF;
             EXECUTE format('GRANT USAGE ON SCHEMA %I TO \"{role}\"', current_schema());
             EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM \"{role}\"', current_schema());
             EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM \"{role}\"', current_schema());
         END $$;
         GRANT SELECT ON __diesel_schema_migrations TO \"{role}\";"
    );
    let mut grant = |rights: &str, table: &str| {
        write!(sql, "GRANT {rights} ON \"{table}\" TO \"{role}\";").map_err(|e| Error::Open(e.to_string()))
    };
    LEDGER.iter().try_for_each(|table| grant("SELECT, INSERT", table))?;
    FOLLOWING
        .iter()
        .try_for_each(|(table, columns, _why)| grant(&format!("UPDATE ({})", columns.join(", ")), table))?;
    MUTABLE.iter().try_for_each(|(table, _why)| grant("SELECT, INSERT, UPDATE, DELETE", table))?;
    sql.push_str("COMMIT;");
    Ok(sql)
}
