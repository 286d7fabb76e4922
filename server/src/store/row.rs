//! Conversion of columns into domain values. A text that belongs to no value is reported as corrupt.

use std::fmt::Display;
use std::str::FromStr;

use diesel::deserialize::FromSql;
use diesel::sql_types::Binary;
use sync_core::code::NotACode;

use super::Error;

/// A code.
pub(super) fn code<T: FromStr<Err = NotACode>>(
    table: &'static str,
    column: &'static str,
    key: impl Display,
    text: &str,
) -> Result<T, Error> {
    text.parse().map_err(|_unknown| unreadable(table, column, key, text))
}

/// Codes with white space between them.
pub(super) fn codes<T: FromStr<Err = NotACode>>(
    table: &'static str,
    column: &'static str,
    key: impl Display,
    text: &str,
) -> Result<Vec<T>, Error> {
    text.split_whitespace()
        .map(str::parse)
        .collect::<Result<_, _>>()
        .map_err(|_unknown: NotACode| unreadable(table, column, key, text))
}

/// The error for a column with an unknown text.
pub(super) fn unreadable(table: &'static str, column: &'static str, key: impl Display, text: impl Display) -> Error {
    Error::Corrupt { table, column, key: key.to_string(), text: text.to_string() }
}

/// Bytes of a fixed length, as a derived row reads them.
#[derive(Debug, diesel::deserialize::FromSqlRow)]
pub struct Bytes<const N: usize>([u8; N]);

impl<DB: diesel::backend::Backend, const N: usize> FromSql<Binary, DB> for Bytes<N>
where
    Vec<u8>: FromSql<Binary, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
        let bytes = <Vec<u8> as FromSql<Binary, DB>>::from_sql(bytes)?;
        Ok(Self(bytes.try_into().map_err(|bytes: Vec<u8>| format!("{} bytes instead of {N}", bytes.len()))?))
    }
}

impl<const N: usize> From<Bytes<N>> for [u8; N] {
    fn from(Bytes(bytes): Bytes<N>) -> Self {
        bytes
    }
}
