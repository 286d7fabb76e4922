//! Columns into domain values; what does not fit was never written by this program.

use std::fmt::Display;
use std::str::FromStr;

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

/// What stands in a column and says nothing.
pub(super) fn unreadable(table: &'static str, column: &'static str, key: impl Display, text: impl Display) -> Error {
    Error::Corrupt { table, column, key: key.to_string(), text: text.to_string() }
}

/// An id of a fixed length.
pub(super) fn id<T>(bytes: &[u8], read: fn(&[u8]) -> Option<T>, what: &'static str) -> Result<T, Error> {
    read(bytes).ok_or(Error::Inconsistent { what })
}

/// Bytes of a fixed length.
pub(super) fn bytes<const N: usize>(bytes: &[u8], what: &'static str) -> Result<[u8; N], Error> {
    bytes.try_into().map_err(|_wrong_length| Error::Inconsistent { what })
}
